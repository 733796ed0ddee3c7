// Follows the headers of WebSocket frames (RFC 6455, section 5.2) in a stream of bytes, and says where
// one begins that must not pass. Pure; it never looks at a payload and keeps no more than a header.

/** Frames of one message; far above what any client cuts a small message into. */
export const MAX_FRAGMENTS = 256;

/** RFC 6455, section 5.5. */
const MAX_CONTROL_BYTES = 125;

/** The first of the control opcodes: close, ping, pong. */
const CLOSE = 8;

/** Why a frame may not pass, as a close code (RFC 6455, section 7.4.1): a wrong one, a large one. */
export type FrameFault = 1002 | 1009;

/** Which stream it is. */
export interface FrameWatchOptions {
  /** Frames of a client are masked, those of a server are not (RFC 6455, section 5.1). */
  readonly isMasked: boolean;
  /** The most bytes of a message, in one frame or in several. */
  readonly maxBytes: number;
}

/** What became of a chunk. */
export interface Watched {
  /** What may pass now. A header that is not complete waits for the rest of it. */
  readonly pass: Uint8Array;
  /** Why nothing may pass any more; `pass` ends where a frame would begin. */
  readonly fault?: FrameFault;
}

interface Header {
  readonly bytes: number;
  readonly opcode: number;
  readonly isLast: boolean;
  readonly isMasked: boolean;
  /** Whether a bit is set that means nothing here. */
  readonly isReserved: boolean;
  readonly length: number;
}

/** One direction of one WebSocket. */
export class FrameWatch {
  readonly #options: FrameWatchOptions;
  #held = new Uint8Array();
  /** Bytes of the present frame that are still to come. */
  #left = 0;
  /** Of a message whose last frame is still to come; 0 frames is none. */
  #fragments = 0;
  #messageBytes = 0;
  #hasClosed = false;

  constructor(options: FrameWatchOptions) {
    this.#options = options;
  }

  /** Whether a Close frame has passed. */
  get hasClosed(): boolean {
    return this.#hasClosed;
  }

  /** Takes the next bytes of the stream; none may follow a fault. */
  push(chunk: Uint8Array): Watched {
    const bytes = this.#held.length === 0 ? chunk : joined(this.#held, chunk);
    let at = 0;
    while (at < bytes.length) {
      const passing = Math.min(this.#left, bytes.length - at);
      at += passing;
      this.#left -= passing;
      if (at === bytes.length) break;
      const header = readHeader(bytes, at);
      if (header === undefined) break;
      const fault = this.#take(header);
      if (fault !== undefined) return { pass: bytes.subarray(0, at), fault };
      at += header.bytes;
      this.#left = header.length;
    }
    // A copy: who pushes may use the same buffer again.
    this.#held = bytes.slice(at);
    return { pass: bytes.subarray(0, at) };
  }

  #take({ opcode, isLast, isMasked, isReserved, length }: Header): FrameFault | undefined {
    if (isReserved || isMasked !== this.#options.isMasked) return 1002;
    if (opcode >= CLOSE) {
      if (opcode > CLOSE + 2 || !isLast || length > MAX_CONTROL_BYTES) return 1002;
      this.#hasClosed ||= opcode === CLOSE;
      return undefined;
    }
    const isContinuation = opcode === 0;
    if (opcode > 2 || isContinuation !== this.#fragments > 0) return 1002;
    this.#fragments++;
    this.#messageBytes += length;
    if (this.#messageBytes > this.#options.maxBytes || this.#fragments > MAX_FRAGMENTS) return 1009;
    if (isLast) this.#fragments = this.#messageBytes = 0;
    return undefined;
  }
}

function readHeader(bytes: Uint8Array, at: number): Header | undefined {
  const first = bytes[at];
  const second = bytes[at + 1];
  if (first === undefined || second === undefined) return undefined;
  const short = second & 127;
  const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
  const isMasked = second > 127;
  const size = 2 + extended + (isMasked ? 4 : 0);
  if (at + size > bytes.length) return undefined;
  let length = extended === 0 ? short : 0;
  // A number loses the last digits of lengths that are far too large anyway.
  for (const byte of bytes.subarray(at + 2, at + 2 + extended)) length = length * 256 + byte;
  return {
    bytes: size,
    opcode: first & 15,
    isLast: first > 127,
    isReserved: (first & 112) !== 0,
    isMasked,
    length,
  };
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}
