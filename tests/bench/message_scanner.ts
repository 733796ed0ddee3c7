// Counts messages in what a WebSocket server sends, without decoding or parsing any of it: the load must
// cost less than the server that it measures.

/** Begins the text of every message of a load; stands nowhere else in any frame's payload. */
export const MARK = "~";

/** Digits of the number after the mark. */
export const NUMBER_DIGITS = 7;

const MARK_BYTE = MARK.charCodeAt(0);
const ZERO = "0".charCodeAt(0);

/**
 * Reads frames (RFC 6455, section 5.2) from a stream of bytes that is cut anywhere, and says the number of
 * each message in them, in order. One frame may hold many.
 */
export class MessageScanner {
  readonly #onMessage: (number: number) => void;
  readonly #head = new Uint8Array(10);
  #headBytes = 0;
  #payloadLeft = 0;
  #digitsLeft = 0;
  #number = 0;

  constructor(onMessage: (number: number) => void) {
    this.#onMessage = onMessage;
  }

  /** Takes the next bytes of the connection, after those of the handshake. */
  scan(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#payloadLeft === 0) {
        this.#takeHead(chunk[at++] ?? 0);
        continue;
      }
      const end = Math.min(chunk.length, at + this.#payloadLeft);
      this.#scanPayload(chunk, at, end);
      this.#payloadLeft -= end - at;
      at = end;
    }
  }

  #takeHead(byte: number): void {
    const head = this.#head;
    head[this.#headBytes++] = byte;
    if (this.#headBytes < 2) return;
    const short = (head[1] ?? 0) & 127;
    const size = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (this.#headBytes < size) return;
    this.#payloadLeft = size === 2 ? short : 0;
    for (let at = 2; at < size; at++) {
      this.#payloadLeft = this.#payloadLeft * 256 + (head[at] ?? 0);
    }
    this.#headBytes = 0;
  }

  #scanPayload(chunk: Uint8Array, from: number, end: number): void {
    let at = from;
    while (at < end) {
      if (this.#digitsLeft > 0) {
        this.#number = this.#number * 10 + (chunk[at++] ?? ZERO) - ZERO;
        if (--this.#digitsLeft === 0) this.#onMessage(this.#number);
        continue;
      }
      const mark = chunk.indexOf(MARK_BYTE, at);
      if (mark === -1 || mark >= end) return;
      this.#digitsLeft = NUMBER_DIGITS;
      this.#number = 0;
      at = mark + 1;
    }
  }
}
