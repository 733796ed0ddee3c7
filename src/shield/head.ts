// As much of HTTP/1.1 as the shield needs: where a head ends, and whether it asks for a WebSocket. Pure.
// Where a server could see it in another way, it errs on the side that is cut.

/** Heads are no longer for the server either. */
export const MAX_HEAD_BYTES = 64 * 1024;

const LF = 10;
const CR = 13;

// Only this header makes a request a handshake (RFC 6455, section 4.2.1), and nothing but a line feed
// can come before it.
const KEY = "\nsec-websocket-key";
const KEY_PATTERN = /\nsec-websocket-key/i;
const BODY_PATTERN = /\n(content-length|transfer-encoding|expect)/i;

const latin1 = new TextDecoder("latin1");

/** Collects a head, byte by byte if it must be. */
export class Head {
  #bytes = new Uint8Array(1024);
  #length = 0;
  #isLineEmpty = false;

  /** All of it so far. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  get text(): string {
    return latin1.decode(this.bytes);
  }

  /**
   * Takes the next bytes. Returns how many belong to the head when it ends in them; `"too long"` when
   * it has more than {@linkcode MAX_HEAD_BYTES}.
   */
  push(chunk: Uint8Array): number | "too long" | undefined {
    const end = this.#endIn(chunk);
    const length = this.#length + (end ?? chunk.length);
    if (length > MAX_HEAD_BYTES) return "too long";
    while (length > this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(chunk.subarray(0, end), this.#length);
    this.#length = length;
    return end;
  }

  // An empty line, with the line ends that servers take: both kinds.
  #endIn(chunk: Uint8Array): number | undefined {
    for (const [index, byte] of chunk.entries()) {
      if (byte === LF) {
        if (this.#isLineEmpty) return index + 1;
        this.#isLineEmpty = true;
      } else if (byte !== CR) {
        this.#isLineEmpty = false;
      }
    }
    return undefined;
  }
}

/** What the first head of a connection is. */
export type Asking =
  | "request"
  | "handshake"
  /** HTTP/2, or a handshake with a body: nobody could say where the frames begin. */
  | "neither";

/** Reads the first head of a connection. */
export function askingOf(head: string): Asking {
  if (head.startsWith("PRI ")) return "neither";
  if (!KEY_PATTERN.test(head)) return "request";
  return BODY_PATTERN.test(head) ? "neither" : "handshake";
}

/** Looks for a handshake in all that follows the first head, bodies and all: no body of ours has one. */
export class HandshakeScan {
  #tail = "";

  /** Whether there is one. */
  finds(chunk: Uint8Array): boolean {
    const text = this.#tail + latin1.decode(chunk);
    this.#tail = text.slice(1 - KEY.length);
    return KEY_PATTERN.test(text);
  }
}
