// One client on its way through the shield to the server: bytes in both directions, and a deadline for
// everything that somebody could let us wait for.

import { Chunks, writeAll } from "./chunks.ts";
import { type FrameFault, FrameWatch } from "./frame_watch.ts";
import { askingOf, HandshakeScan, Head } from "./head.ts";
import type { CutReason } from "./messages.ts";
import type { Conduit } from "./tls.ts";
import { MAX_MESSAGE_BYTES } from "../limits.ts";

/** For the head of the first request, and before it for the handshake of TLS. */
const HEAD_SECONDS = 10;
/** From the first byte of a request to the first of its answer, a slow body included. */
const ANSWER_SECONDS = 15;
/** With nothing under way. */
const IDLE_SECONDS = 60;
/** For a client to take one chunk, 64 KiB at most: slower than any line that is in use. */
const UNREAD_SECONDS = 30;
/** For a client to leave when the server is done with it. */
const CLOSING_SECONDS = 5;
/** What such a client may still send. */
const LINGER_BYTES = 256 * 1024;

/** What a {@linkcode Passage} is made of. */
export interface PassageOptions {
  readonly client: Conduit;
  /** Opens a connection to the server that knows whose it is. */
  readonly connect: () => Promise<Deno.TcpConn>;
  /** Is told when it ends for another reason than that one of the two has left. */
  readonly onCut: (reason: CutReason) => void;
}

/** One connection, from its acceptance to its end. */
export class Passage {
  readonly #options: PassageOptions;
  readonly #chunks: Chunks;
  /** By reason, the second of this passage in which it is cut. */
  readonly #due = new Map<CutReason, number>();
  readonly #answered = Promise.withResolvers<void>();
  #second = 0;
  #inner: Deno.TcpConn | undefined;
  #isWaiting = false;
  /** Whether a handshake waits for its answer, or has had it. */
  #socket: "no" | "asked" | "open" = "no";
  #isClosed = false;
  #hasAll = false;

  constructor(options: PassageOptions) {
    this.#options = options;
    this.#chunks = new Chunks(options.client);
    this.#allow("head", HEAD_SECONDS);
  }

  /** Whether the client has been sent everything that the server had for it. */
  get hasAll(): boolean {
    return this.#hasAll || this.#isClosed;
  }

  /**
   * Another second has passed. Counted and not read from a clock: a machine that stood still has not
   * let anybody wait.
   */
  tick(): void {
    this.#second++;
    for (const [reason, second] of this.#due) {
      if (second > this.#second) continue;
      // Nobody waits: that is how the connection of every browser ends.
      if (reason === "silence" && !this.#isWaiting) return this.#close();
      return this.#cut(reason);
    }
  }

  /** Resolves when both ends are closed. */
  async run(): Promise<void> {
    try {
      await this.#pass();
    } catch (error) {
      // That an end has left, or was closed here, shows as an error of the other direction.
      if (!(error instanceof Error && error.name in Deno.errors)) throw error;
    } finally {
      this.#close();
    }
  }

  async #pass(): Promise<void> {
    const head = new Head();
    let rest: Uint8Array | undefined;
    while (rest === undefined) {
      const chunk = await this.#chunks.read();
      if (chunk === undefined) return;
      const end = head.push(chunk);
      if (end === "too long") return this.#cut("head");
      if (end !== undefined) rest = chunk.slice(end);
    }
    const asking = askingOf(head.text);
    if (asking === "neither") return this.#cut("protocol");
    if (asking === "handshake") this.#socket = "asked";
    this.#due.delete("head");
    this.#ask();
    const inner = await this.#options.connect();
    this.#inner = inner;
    // It may have been cut meanwhile.
    if (this.#isClosed) return inner.close();
    await writeAll(inner, head.bytes);
    await Promise.all([this.#up(inner, rest), this.#down(inner)]);
  }

  // What follows a handshake waits for the answer: only that says whether it is frames.
  async #up(inner: Deno.TcpConn, rest: Uint8Array): Promise<void> {
    if (this.#socket === "asked") await this.#answered.promise;
    const frames = this.#socket === "open"
      ? new FrameWatch({ isMasked: true, maxBytes: MAX_MESSAGE_BYTES })
      : undefined;
    const scan = new HandshakeScan();
    let chunk: Uint8Array | undefined = rest;
    for (; chunk !== undefined; chunk = await this.#chunks.read()) {
      // A server that has left takes nothing; a client that sees its end leaves too.
      if (this.#hasAll) return await this.#linger();
      if (chunk.length === 0) continue;
      if (frames === undefined) {
        if (scan.finds(chunk)) return this.#cut("protocol");
        this.#ask();
        await writeAll(inner, chunk);
        continue;
      }
      const { pass, fault } = frames.push(chunk);
      await writeAll(inner, pass);
      if (fault !== undefined) return await this.#refuse(inner, fault);
    }
    if (!this.#hasAll) await inner.closeWrite();
  }

  // In the client's name: the server answers with the same code, which tells the client.
  async #refuse(inner: Deno.TcpConn, fault: FrameFault): Promise<void> {
    this.#options.onCut(fault === 1009 ? "too_large" : "protocol");
    this.#allow("closing", CLOSING_SECONDS);
    await writeAll(inner, new Uint8Array([128 | 8, 128 | 2, 0, 0, 0, 0, fault >> 8, fault & 255]));
    await this.#linger();
  }

  // Closed with bytes unread, the client would see a reset (RFC 1122, section 4.2.2.13) and perhaps not
  // what it was told last. Who sends on and on is owed nothing.
  async #linger(): Promise<void> {
    for (let left = LINGER_BYTES; left > 0;) {
      const chunk = await this.#chunks.read();
      if (chunk === undefined) return;
      left -= chunk.length;
    }
  }

  async #down(inner: Deno.TcpConn): Promise<void> {
    const chunks = new Chunks(inner);
    const answer = new Head();
    let frames: FrameWatch | undefined;
    let chunk: Uint8Array | undefined;
    while ((chunk = await chunks.read()) !== undefined) {
      this.#hear();
      if (this.#socket === "asked") {
        const end = answer.push(chunk);
        if (end === "too long") return this.#cut("protocol");
        await this.#send(chunk.subarray(0, end));
        if (end === undefined) continue;
        chunk = chunk.subarray(end);
        if (/^HTTP\/1\.1 101 /.test(answer.text)) {
          frames = new FrameWatch({ isMasked: false, maxBytes: Infinity });
          this.#due.delete("silence");
        }
        this.#socket = frames === undefined ? "no" : "open";
        this.#answered.resolve();
      }
      const { pass, fault } = frames?.push(chunk) ?? { pass: chunk };
      if (fault !== undefined) throw new Error(`Cannot follow the frames of the server: ${fault}`);
      await this.#send(pass);
      if (frames?.hasClosed) this.#allow("closing", CLOSING_SECONDS);
    }
    this.#hasAll = true;
    this.#answered.resolve();
    this.#allow("closing", CLOSING_SECONDS);
    await this.#options.client.closeWrite();
  }

  async #send(chunk: Uint8Array): Promise<void> {
    this.#allow("unread", UNREAD_SECONDS);
    await writeAll(this.#options.client, chunk);
    this.#due.delete("unread");
  }

  #ask(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    this.#due.set("silence", this.#second + ANSWER_SECONDS);
  }

  #hear(): void {
    if (this.#socket === "open") return;
    this.#isWaiting = false;
    this.#due.set("silence", this.#second + IDLE_SECONDS);
  }

  /** Sets a deadline; one that is set stays. */
  #allow(reason: CutReason, seconds: number): void {
    if (!this.#due.has(reason)) this.#due.set(reason, this.#second + seconds);
  }

  #cut(reason: CutReason): void {
    if (!this.#isClosed) this.#options.onCut(reason);
    this.#close();
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#due.clear();
    this.#options.client.close();
    this.#inner?.close();
  }
}
