// Somebody who does nothing but ask for the conversation now and then, with a watch in hand; and who asks
// a bare server beside it, for what a busy machine costs everybody.

import { BareServer } from "./bare_server.ts";
import type { Target } from "./poster.ts";
import { processorWaitMs } from "./process_facts.ts";

/** Between two questions. */
const PAUSE_MS = 20;

/** Who is asked: a process, which may become another one. */
export type ProberTarget = Target & { readonly pid: number };

/** One who asks, from when it is started until it is closed. */
export class Prober {
  /** Milliseconds that each answer took, without those for which the server's threads got no processor. */
  readonly waits: number[] = [];
  /** The longest time without an answer, whatever the reason. */
  longestGapMs = 0;
  readonly #target: ProberTarget;
  readonly #bare: BareServer;
  readonly #bareWaits: number[] = [];
  // Connections of its own: others must find out by themselves whether they are let in.
  readonly #client = Deno.createHttpClient({});
  readonly #begun = Promise.withResolvers<void>();
  readonly #abort = new AbortController();
  readonly #running: Promise<unknown>;

  private constructor(target: ProberTarget, bare: BareServer) {
    this.#target = target;
    this.#bare = bare;
    this.#running = Promise.all([this.#askTarget(), this.#askBare()]);
  }

  /** Starts one; resolves when it has been answered, and so has the connection that it keeps. */
  static async start(target: ProberTarget): Promise<Prober> {
    const prober = new Prober(target, await BareServer.start());
    await prober.#begun.promise;
    return prober;
  }

  /** The 99th percentile of {@linkcode waits}. */
  get p99Ms(): number {
    return p99(this.waits);
  }

  /** The same of a server that does nothing else, asked by the same process at the same time. */
  get bareP99Ms(): number {
    return p99(this.#bareWaits);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    await this.#running;
    this.#client.close();
    this.#bare[Symbol.dispose]();
  }

  async #askTarget(): Promise<void> {
    let answeredAt = performance.now();
    await this.#ask(() => `${this.#target.url}/messages.json?since=999999999`, {
      deniedMs: () => processorWaitMs(this.#target.pid),
      answered: (ms) => {
        this.waits.push(ms);
        const now = performance.now();
        this.longestGapMs = Math.max(this.longestGapMs, now - answeredAt);
        answeredAt = now;
        this.#begun.resolve();
      },
    });
  }

  #askBare(): Promise<void> {
    return this.#ask(() => this.#bare.url, {
      deniedMs: () => 0,
      answered: (ms) => this.#bareWaits.push(ms),
    });
  }

  async #ask(url: () => string, { deniedMs, answered }: Asking): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      const deniedBefore = deniedMs();
      const startedAt = performance.now();
      try {
        const response = await fetch(url(), { signal, client: this.#client });
        await response.body?.cancel();
        const ms = performance.now() - startedAt;
        // Two threads may have waited at the same time; a new process less than the one before it.
        answered(ms - Math.min(ms, Math.max(0, deniedMs() - deniedBefore)));
      } catch (error) {
        if (signal.aborted) return;
        // Nobody is there just now.
        if (!(error instanceof TypeError)) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

interface Asking {
  /** For how long, all in all, the machine has let the server wait for a processor. */
  deniedMs(): number;
  answered(ms: number): void;
}

function p99(waits: readonly number[]): number {
  const sorted = waits.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * 0.99) - 1)] ?? 0;
}
