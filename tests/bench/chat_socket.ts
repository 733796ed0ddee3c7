// A WebSocket client for loads, over bare TCP: a `WebSocket` object makes a string and an event of every
// frame, and thousands of them would be slower than the servers.

import { HANDSHAKE } from "../helpers/raw_ws.ts";
import { textFrames } from "../helpers/wire_frame.ts";
import type { Dialect, Step } from "./dialects.ts";
import { MessageScanner } from "./message_scanner.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** How to open one. */
export interface ChatSocketOptions {
  readonly port: number;
  readonly dialect: Dialect;
  /** Called with the number of each message that comes. */
  readonly onMessage: (number: number) => void;
  /** The most that is read at once. @default 4096 */
  readonly bufferBytes?: number;
}

/** A connection that reads all that comes, as fast as it can. */
export class ChatSocket {
  readonly #connection: Deno.TcpConn;
  readonly #scanner: MessageScanner;
  readonly #bufferBytes: number;
  // While somebody waits for it, what has come; scanned for messages all the same.
  #awaited: { text: string; readonly expect: string; readonly resolve: () => void } | undefined;
  #end: unknown;

  private constructor(connection: Deno.TcpConn, options: ChatSocketOptions) {
    this.#connection = connection;
    this.#scanner = new MessageScanner(options.onMessage);
    this.#bufferBytes = options.bufferBytes ?? 4096;
  }

  /** Connects, and waits until the server has said what it says first. */
  static async open(options: ChatSocketOptions): Promise<ChatSocket> {
    const { port, dialect } = options;
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    connection.setNoDelay(true);
    const socket = new ChatSocket(connection, options);
    await socket.write(encoder.encode(requestOf(port, dialect)));
    const rest = await readAnswer(connection);
    const opened = socket.#go(dialect.opening);
    socket.#take(rest);
    socket.#read();
    await opened;
    return socket;
  }

  /** Becomes a speaker. */
  async join(dialect: Dialect, name: string): Promise<void> {
    await this.#go(dialect.joining(name));
  }

  /** Writes frames, as {@linkcode textFrames} makes them. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let sent = 0; sent < bytes.length;) {
      sent += await this.#connection.write(bytes.subarray(sent));
    }
  }

  /** Breaks the connection. */
  close(): void {
    this.#end = "closed";
    this.#connection.close();
  }

  async #go(steps: readonly Step[]): Promise<void> {
    for (const { send, expect } of steps) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#awaited = { text: "", expect, resolve };
      if (send !== undefined) await this.write(textFrames([send]));
      await promise;
    }
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(this.#bufferBytes);
    try {
      for (;;) {
        const count = await this.#connection.read(buffer);
        if (count === null) break;
        this.#take(count === buffer.length ? buffer : buffer.subarray(0, count));
      }
    } catch (error) {
      if (this.#end === undefined) throw error;
    }
    if (this.#end === undefined) throw new Error("The server has closed a connection");
  }

  #take(chunk: Uint8Array): void {
    const awaited = this.#awaited;
    if (awaited !== undefined) {
      awaited.text += decoder.decode(chunk);
      if (awaited.text.includes(awaited.expect)) {
        this.#awaited = undefined;
        awaited.resolve();
      }
    }
    this.#scanner.scan(chunk);
  }
}

/** Opens `count` connections, some at a time. */
export async function openAll(count: number, options: ChatSocketOptions): Promise<ChatSocket[]> {
  const sockets: ChatSocket[] = [];
  while (sockets.length < count) {
    const some = Math.min(64, count - sockets.length);
    sockets.push(
      ...await Promise.all(Array.from({ length: some }, () => ChatSocket.open(options))),
    );
  }
  return sockets;
}

function requestOf(port: number, { path, headers }: Dialect): string {
  const lines = Object.entries({ host: `127.0.0.1:${port}`, ...HANDSHAKE, ...headers });
  return `GET ${path} HTTP/1.1\r\n${lines.map(([n, v]) => `${n}: ${v}\r\n`).join("")}\r\n`;
}

// Returns what came with the end of the head: a server may speak at once.
async function readAnswer(connection: Deno.TcpConn): Promise<Uint8Array> {
  const buffer = new Uint8Array(16 * 1024);
  let length = 0;
  for (;;) {
    const count = await connection.read(buffer.subarray(length));
    if (count === null) throw new Error("The server closed instead of answering a handshake");
    length += count;
    // Byte for byte a character, so that places in the text are places in the bytes.
    const text = String.fromCharCode(...buffer.subarray(0, length));
    const end = text.indexOf("\r\n\r\n");
    if (end === -1) continue;
    if (text.startsWith("HTTP/1.1 101 ")) return buffer.slice(end + 4, length);
    throw new Error(`The server refused a handshake: ${text.slice(0, text.indexOf("\r\n"))}`);
  }
}
