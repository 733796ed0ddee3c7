// Lines on their way to an output that may be slow, stuck or gone. Whoever logs never waits: lines
// queue up to a limit, and beyond it they are dropped and counted.

/** Where lines go: one call at a time, which may take a part, take for ever, or fail. */
export type Write = (bytes: Uint8Array) => Promise<number>;

/**
 * Bytes that may wait. A minute of a busy log fits; a reader that takes nothing for longer than that
 * has stopped.
 */
export const MAX_WAITING_BYTES = 1024 * 1024;

/** Lines are written together up to about this many bytes: fewer calls, and none holds much. */
const CHUNK_BYTES = 64 * 1024;

/** What a {@linkcode LineQueue} is made of. */
export interface LineQueueOptions {
  readonly write: Write;
  /** `lines` lines will never be written. */
  readonly dropped: (lines: number) => void;
}

const encoder = new TextEncoder();

/** A bounded queue of lines. What it writes is in order and whole, but for the line of a failed write. */
export class LineQueue {
  readonly #write: Write;
  readonly #dropped: (lines: number) => void;
  #lines: Uint8Array[] = [];
  #bytes = 0;
  #writing: Promise<void> | undefined;
  #isGone = false;

  constructor({ write, dropped }: LineQueueOptions) {
    this.#write = write;
    this.#dropped = dropped;
  }

  /** Adds a line, without its end. Returns at once, and never throws. */
  push(line: string): void {
    const bytes = encoder.encode(`${line}\n`);
    if (this.#isGone || this.#bytes + bytes.length > MAX_WAITING_BYTES) return this.#dropped(1);
    this.#lines.push(bytes);
    this.#bytes += bytes.length;
    this.#writing ??= this.#writeAll();
  }

  /** Resolves when every line is written or dropped: never, as long as the output is stuck. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    // What else is logged in this turn of the event loop goes out together.
    await Promise.resolve();
    while (this.#lines.length > 0) {
      const { lines, bytes } = this.#nextChunk();
      await this.#writeChunk(bytes, lines);
      // Counted as waiting until now: what is being written is in memory, too.
      this.#bytes -= bytes.length;
    }
    this.#writing = undefined;
  }

  #nextChunk(): { lines: number; bytes: Uint8Array } {
    let lines = 0;
    let length = 0;
    for (const line of this.#lines) {
      if (lines > 0 && length + line.length > CHUNK_BYTES) break;
      lines++;
      length += line.length;
    }
    const bytes = new Uint8Array(length);
    let offset = 0;
    for (const line of this.#lines.splice(0, lines)) {
      bytes.set(line, offset);
      offset += line.length;
    }
    return { lines, bytes };
  }

  async #writeChunk(bytes: Uint8Array, lines: number): Promise<void> {
    try {
      for (let written = 0; written < bytes.length;) {
        written += await this.#write(bytes.subarray(written));
      }
    } catch (error) {
      this.#dropped(lines);
      // Nobody reads any more (`… | head`), for good; every other failure may pass, as a full disk does.
      this.#isGone ||= error instanceof Deno.errors.BrokenPipe;
    }
  }
}
