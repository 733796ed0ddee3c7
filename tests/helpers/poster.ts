// Somebody without a socket: posts by HTTP, one message at a time, and again under the same id until it
// has an answer.

import type { Ledger } from "./ledger.ts";

/** Where a server is just now; it may come back at another port. */
export interface Target {
  readonly url: string;
}

/** How long to wait before trying again. */
export const RETRY_MS = 20;

/** How to make a {@linkcode Poster}. */
export interface PosterOptions {
  readonly target: Target;
  readonly ledger: Ledger;
  readonly name: string;
  readonly pauseMs: number;
}

/** One who talks by HTTP. */
export class Poster {
  sent = 0;
  isDone = false;
  readonly refusals = new Map<string, number>();
  readonly waits: number[] = [];
  readonly #options: PosterOptions;
  readonly #abort = new AbortController();
  readonly #running: Promise<void>;
  #isFinishing = false;

  constructor(options: PosterOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  /** Begins nothing new. */
  finish(): void {
    this.#isFinishing = true;
  }

  async close(): Promise<void> {
    this.#isFinishing = true;
    this.#abort.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#isFinishing) {
      this.sent++;
      await this.#post(crypto.randomUUID());
      await new Promise((resolve) => setTimeout(resolve, this.#options.pauseMs));
    }
    this.isDone = true;
  }

  async #post(id: string): Promise<void> {
    const at = performance.now();
    for (let tries = 1; !this.#abort.signal.aborted; tries++) {
      if (await this.#try(id)) {
        if (tries === 1) this.waits.push(performance.now() - at);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  /** Returns whether it is stored. */
  async #try(id: string): Promise<boolean> {
    const { target, ledger, name } = this.#options;
    try {
      const response = await fetch(`${target.url}/messages`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ name, text: `${id} posted`, id }),
        signal: this.#abort.signal,
      });
      const answer = await response.json();
      if (response.ok) {
        if (answer.id !== id) ledger.wrong(`A post of ${id} was answered with ${answer.id}`);
        ledger.note(answer);
        return true;
      }
      this.refusals.set(answer.code, (this.refusals.get(answer.code) ?? 0) + 1);
      if (response.status !== 503 && response.status !== 429) {
        ledger.wrong(`A post was answered with ${response.status} ${answer.code}`);
      }
    } catch (error) {
      // A request that the end of the server cut off is a TypeError, an answer cut off a SyntaxError.
      if (this.#abort.signal.aborted) return false;
      if (!(error instanceof TypeError) && !(error instanceof SyntaxError)) throw error;
    }
    return false;
  }
}
