// The far end of a connection as a test wants it: it takes everything, or nothing, or so many bytes.

import type { Peer } from "../../src/connection.ts";

const encoder = new TextEncoder();

/** Remembers what was sent to it and how it was closed. */
export class FakePeer implements Peer {
  readonly frames: string[] = [];
  readonly closes: { code: number; reason: string }[] = [];
  /** What waits in its buffer, in bytes; tests may set it. */
  bufferedAmount = 0;
  /** Whether what is sent to it stays in its buffer until {@linkcode take}. */
  isStalled = false;
  /** What `send` throws, when it is to throw. */
  failure: Error | undefined;

  send(frame: string): void {
    if (this.failure !== undefined) throw this.failure;
    this.frames.push(frame);
    if (this.isStalled) this.bufferedAmount += encoder.encode(frame).length;
  }

  buffersOver(bytes: number): boolean {
    return this.bufferedAmount > bytes;
  }

  close(code: number, reason: string): void {
    this.closes.push({ code, reason });
  }

  /** Reads `bytes` of what waits. */
  take(bytes: number): void {
    this.bufferedAmount = Math.max(0, this.bufferedAmount - bytes);
  }

  /** The frames that came since the last call. */
  read(): string[] {
    return this.frames.splice(0);
  }

  /** {@linkcode read}, each frame parsed. */
  // deno-lint-ignore no-explicit-any -- a test compares them with what it expects
  readJson(): any[] {
    return this.read().map((frame) => JSON.parse(frame));
  }
}
