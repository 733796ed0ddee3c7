// Standard output in a test's hands: what is written to it is kept, or fails.

/** Stands in for standard output until it is disposed of. */
export class CapturedOutput implements Disposable {
  /** What a write fails with, when it is to fail. */
  failure: Error | undefined;
  /** Bytes that one write takes at most. */
  maxWriteBytes = Infinity;
  /** How often something was to be written. */
  writes = 0;
  readonly #write = Deno.stdout.write;
  readonly #decoder = new TextDecoder();
  #text = "";

  constructor() {
    Deno.stdout.write = async (bytes) => {
      this.writes++;
      // A turn of the event loop, which a real write takes, too.
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (this.failure !== undefined) throw this.failure;
      const taken = bytes.subarray(0, Math.min(bytes.length, this.maxWriteBytes));
      this.#text += this.#decoder.decode(taken, { stream: true });
      return taken.length;
    };
  }

  /** The whole lines so far. */
  get lines(): string[] {
    return this.#text.split("\n").slice(0, -1);
  }

  [Symbol.dispose](): void {
    Deno.stdout.write = this.#write;
  }
}
