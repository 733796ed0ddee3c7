// Standard output in a test's hands: what is written to it is kept, or fails.

/** Stands in for standard output until it is disposed of. */
export class CapturedOutput implements Disposable {
  /** What a write throws, when it is to throw. */
  failure: Error | undefined;
  /** Bytes that one write takes at most. */
  maxWriteBytes = Infinity;
  /** How often something was to be written. */
  writes = 0;
  readonly #writeSync = Deno.stdout.writeSync;
  readonly #decoder = new TextDecoder();
  #text = "";

  constructor() {
    Deno.stdout.writeSync = (bytes) => {
      this.writes++;
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
    Deno.stdout.writeSync = this.#writeSync;
  }
}
