// Somebody in the room who does nothing wrong and sees everything, and somebody who pokes at a port.

import { assertEquals } from "@std/assert";
import { normalizeName, normalizeText } from "../../src/message.ts";
import { decodeServerFrame } from "../../src/client/frames.ts";
import { SUBPROTOCOL } from "../../src/subprotocol.ts";

const PATIENCE_MS = 10_000;
const POKE_MS = 300;

/** A reader that holds of each message what every reader may rely on, and keeps none. */
export class Witness {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<string, (error?: unknown) => void>();
  #lastSeq: number | undefined;
  #error: unknown;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      try {
        this.#look(data);
      } catch (error) {
        this.#fail(error);
      }
    };
    socket.onclose = ({ code }) => this.#fail(new Error(`The witness was closed with ${code}`));
  }

  static async open(url: string): Promise<Witness> {
    const socket = new WebSocket(`${url.replace("http", "ws")}/ws`, SUBPROTOCOL);
    const witness = new Witness(socket);
    await new Promise((resolve) => socket.addEventListener("open", resolve, { once: true }));
    socket.send(JSON.stringify({ type: "join", name: "Witness" }));
    return witness;
  }

  /** Says something, and waits until it is shown. */
  async hears(text: string): Promise<void> {
    if (this.#error !== undefined) throw this.#error;
    const id = crypto.randomUUID();
    const shown = Promise.withResolvers<void>();
    this.#waiting.set(id, (error) => error === undefined ? shown.resolve() : shown.reject(error));
    const timer = setTimeout(() => shown.reject(new Error("It was not shown")), PATIENCE_MS);
    this.#socket.send(JSON.stringify({ type: "send", id, text }));
    try {
      await shown.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    this.#socket.onclose = null;
    this.#socket.close();
  }

  #look(data: unknown): void {
    const frame = decodeServerFrame(data);
    // A frame of the server that its own client cannot read.
    if (frame === undefined) throw new Error(`Not a frame: ${data}`);
    if (frame.type !== "welcome" && frame.type !== "messages") return;
    for (const { seq, id, name, text } of frame.messages) {
      // From another reader of the file: only the first may begin anywhere.
      if (this.#lastSeq !== undefined) assertEquals(seq, this.#lastSeq + 1);
      this.#lastSeq = seq;
      assertEquals([normalizeName(name), normalizeText(text)], [name, text]);
      this.#waiting.get(id)?.();
      this.#waiting.delete(id);
    }
  }

  #fail(error: unknown): void {
    this.#error ??= error;
    for (const settle of this.#waiting.values()) settle(error);
  }
}

/** What came back. */
export interface Poked {
  /** 0 when nothing did. */
  readonly status: number;
  readonly text: string;
}

/** Sends bytes and reads what comes at once. */
export async function poke(port: number, request: string): Promise<Poked> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  let isOpen = true;
  const close = () => {
    if (isOpen) connection.close();
    isOpen = false;
  };
  const timer = setTimeout(close, POKE_MS);
  try {
    await connection.write(new TextEncoder().encode(request));
    const buffer = new Uint8Array(64 * 1024);
    const count = await connection.read(buffer) ?? 0;
    const text = new TextDecoder().decode(buffer.subarray(0, count));
    return { status: Number(/^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1] ?? 0), text };
  } catch (error) {
    // It was silent for too long, or hung up: both are answers to nonsense.
    if (error instanceof Deno.errors.Interrupted || error instanceof Deno.errors.BadResource) {
      return { status: 0, text: "" };
    }
    if (error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe) {
      return { status: 0, text: "" };
    }
    throw error;
  } finally {
    clearTimeout(timer);
    close();
  }
}
