// Follows the headers of a client's WebSocket frames (RFC 6455, section 5.2) in a stream of bytes, and
// stops where one begins that Deno would take and should not: without a mask, or of a message over the
// limit. Pure; it never looks at a payload and keeps no more than a header.

import { MAX_MESSAGE_BYTES } from "../limits.ts";

/** RFC 6455, section 5.5. */
const MAX_CONTROL_BYTES = 125;

/** What a client sends by one WebSocket. */
export class FrameWatch {
  /** A header that is not complete. */
  #held = new Uint8Array();
  /** Bytes that pass before the next header. */
  #left: number;
  /** Of a message whose last frame is still to come. */
  #messageBytes = 0;

  /** Lets the first `start` bytes pass unseen. */
  constructor(start: number) {
    this.#left = start;
  }

  /**
   * Takes the next bytes and returns those that may pass now: a header that is not complete waits for
   * the rest of it. With a fault, `pass` ends where the frame begins that has it, and nothing may follow:
   * 1002 for what no client sends, 1009 for a message over the limit, in one frame or several.
   */
  push(chunk: Uint8Array): { readonly pass: Uint8Array; readonly fault?: number } {
    const bytes = this.#held.length === 0 ? chunk : concat(this.#held, chunk);
    let at = 0;
    for (;;) {
      const passing = Math.min(this.#left, bytes.length - at);
      at += passing;
      this.#left -= passing;
      const [first = 0, second = 0] = bytes.subarray(at, at + 2);
      const short = second & 127;
      const maskAt = at + 2 + (short < 126 ? 0 : short === 126 ? 2 : 8);
      const end = maskAt + (second < 128 ? 0 : 4);
      if (end > bytes.length) break;
      let length = short < 126 ? short : 0;
      // A number loses the last digits of lengths that are far too large anyway.
      for (const byte of bytes.subarray(at + 2, maskAt)) length = length * 256 + byte;
      const fault = this.#judge(first, second, length);
      if (fault !== undefined) return { pass: bytes.subarray(0, at), fault };
      at = end;
      this.#left = length;
    }
    this.#held = bytes.slice(at);
    return { pass: bytes.subarray(0, at) };
  }

  #judge(first: number, second: number, length: number): number | undefined {
    const [isLast, isControl, isMasked] = [first > 127, (first & 8) !== 0, second > 127];
    if (!isMasked) return 1002;
    if (isControl) return length > MAX_CONTROL_BYTES ? 1002 : undefined;
    this.#messageBytes += length;
    if (this.#messageBytes > MAX_MESSAGE_BYTES) return 1009;
    if (isLast) this.#messageBytes = 0;
    return undefined;
  }
}

/** One behind the other. */
export function concat(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}
