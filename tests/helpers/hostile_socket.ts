// Connections of those who mean no good: no deadline of their own, and no surprise that they are ended.

import { isEnd } from "./connection_end.ts";
import { HANDSHAKE } from "./raw_ws.ts";

const encoder = new TextEncoder();

/** One connection. */
export class HostileSocket implements Disposable {
  readonly connection: Deno.TcpConn;
  #isOpen = true;

  private constructor(connection: Deno.TcpConn) {
    this.connection = connection;
  }

  /** A connection that has said nothing yet. */
  static async connect(port: number, hostname = "127.0.0.1"): Promise<HostileSocket> {
    return new HostileSocket(await Deno.connect({ hostname, port }));
  }

  /** The same, `undefined` when nobody takes it. */
  static async tryConnect(port: number): Promise<HostileSocket | undefined> {
    try {
      return await HostileSocket.connect(port);
    } catch (error) {
      if (error instanceof Deno.errors.ConnectionRefused || isEnd(error)) return undefined;
      throw error;
    }
  }

  /** A WebSocket; of the answer only that it is one is looked at. */
  static async open(port: number, hostname = "127.0.0.1"): Promise<HostileSocket> {
    const hostile = await HostileSocket.connect(port, hostname);
    const headers = Object.entries({ host: `${hostname}:${port}`, ...HANDSHAKE })
      .map(([name, value]) => `${name}: ${value}\r\n`);
    const offer = "sec-websocket-protocol: parley.v1\r\n";
    await hostile.write(`GET /ws HTTP/1.1\r\n${headers.join("")}${offer}\r\n`);
    const status = new Uint8Array(12);
    await hostile.connection.read(status);
    const text = new TextDecoder().decode(status);
    if (text === "HTTP/1.1 101") return hostile;
    hostile.close();
    throw new Error(`The answer is ${text}`);
  }

  /** Returns whether all of it was taken. */
  async write(data: string | Uint8Array): Promise<boolean> {
    const bytes = typeof data === "string" ? encoder.encode(data) : data;
    try {
      for (let sent = 0; sent < bytes.length;) {
        sent += await this.connection.write(bytes.subarray(sent));
      }
      return true;
    } catch (error) {
      if (isEnd(error)) return false;
      throw error;
    }
  }

  /** Reads until the other end has closed or broken the connection. */
  async readToEnd(): Promise<void> {
    const buffer = new Uint8Array(64 * 1024);
    try {
      while (await this.connection.read(buffer) !== null);
    } catch (error) {
      if (!isEnd(error)) throw error;
    }
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.connection.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
