// People at work on a server that is being broken: they talk and read without end, come back when they
// are thrown out, say again what they got no answer for, and write everything in one ledger.

import type { Ledger } from "./ledger.ts";
import { Poster, type Target } from "./poster.ts";
import { Speaker } from "./speaker.ts";

/** Only ends what would fail anyway; a disk that hangs for its full time is no failure. */
const DEADLINE_MS = 60_000;

/** How many people, and how busy. */
export interface LoadOptions {
  /** Sockets that talk and read. @default 4 */
  readonly speakers?: number;
  /** Sockets that only read. @default 1 */
  readonly readers?: number;
  /** Posts by HTTP, one at a time each. @default 1 */
  readonly posters?: number;
  /** Messages that a speaker has under way. @default 4 */
  readonly underWay?: number;
  /** Rest after each message. @default 0 */
  readonly pauseMs?: number;
}

/** What a load has met. */
export interface Tally {
  readonly sent: number;
  readonly stored: number;
  /** Sockets that were welcomed. */
  readonly welcomes: number;
  /** Refusals that were told, by code. */
  readonly refusals: ReadonlyMap<string, number>;
  /** From sending to having it back, the 99th percentile of what was stored at the first try. */
  readonly p99Ms: number;
}

/** A load, from its start to its end. */
export class Load implements AsyncDisposable {
  readonly ledger: Ledger;
  readonly #speakers: readonly Speaker[];
  readonly #posters: readonly Poster[];

  private constructor(
    ledger: Ledger,
    people: { speakers: readonly Speaker[]; posters: readonly Poster[] },
  ) {
    this.ledger = ledger;
    this.#speakers = people.speakers;
    this.#posters = people.posters;
  }

  /** Starts one; resolves when everyone has been welcomed and has a name. */
  static async start(target: Target, ledger: Ledger, options: LoadOptions = {}): Promise<Load> {
    const { speakers = 4, readers = 1, posters = 1, underWay = 4, pauseMs = 0 } = options;
    const pace = { underWay, pauseMs };
    const talking = Array.from({ length: speakers }, (_, i) => {
      return new Speaker({ target, ledger, name: `Speaker ${i}`, ...pace });
    });
    const reading = Array.from({ length: readers }, () => {
      return new Speaker({ target, ledger, name: undefined, ...pace });
    });
    const posting = Array.from({ length: posters }, (_, i) => {
      return new Poster({ target, ledger, name: `Poster ${i}`, pauseMs });
    });
    const load = new Load(ledger, { speakers: [...talking, ...reading], posters: posting });
    await Promise.all(load.#speakers.map((each) => each.ready()));
    return load;
  }

  /** Waits until `count` more messages have been shown to somebody. */
  async progress(count: number): Promise<void> {
    const wanted = this.ledger.size + count;
    await this.#until(() => this.ledger.size >= wanted, `${count} more messages`);
  }

  /** Lets it go on for `ms`. */
  async goOn(ms: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, ms));
    this.ledger.check();
  }

  /** Waits until somebody was refused with `code` `count` more times. */
  async refusals(code: string, count: number): Promise<void> {
    const wanted = (this.tally.refusals.get(code) ?? 0) + count;
    await this.#until(() => (this.tally.refusals.get(code) ?? 0) >= wanted, `${count} × ${code}`);
  }

  /** Begins nothing new, waits until all that was begun is stored, and until everyone has seen it. */
  async settle(): Promise<Tally> {
    for (const each of [...this.#speakers, ...this.#posters]) each.finish();
    await this.#until(
      () => [...this.#speakers, ...this.#posters].every(({ isDone }) => isDone),
      "everything is stored",
    );
    const { ledger } = this;
    await this.#until(
      () => this.#speakers.every(({ lastSeq }) => lastSeq === ledger.lastSeq),
      "everyone has seen it",
    );
    return this.tally;
  }

  get tally(): Tally {
    const all = [...this.#speakers, ...this.#posters];
    const refusals = new Map<string, number>();
    for (const each of all) {
      for (const [code, count] of each.refusals) {
        refusals.set(code, (refusals.get(code) ?? 0) + count);
      }
    }
    const waits = all.flatMap(({ waits }) => waits).sort((a, b) => a - b);
    return {
      sent: all.reduce((sum, each) => sum + each.sent, 0),
      stored: this.ledger.size,
      welcomes: this.#speakers.reduce((sum, each) => sum + each.welcomes, 0),
      refusals,
      p99Ms: waits[Math.max(0, Math.ceil(waits.length * 0.99) - 1)] ?? 0,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#speakers, ...this.#posters].map((each) => each.close()));
  }

  // Looks again and again: what is waited for happens in many sockets and requests.
  async #until(holds: () => boolean, what: string): Promise<void> {
    const deadline = performance.now() + DEADLINE_MS;
    while (!holds()) {
      this.ledger.check();
      if (performance.now() > deadline) {
        throw new Error(`Not within ${DEADLINE_MS} ms: ${what}; ${Deno.inspect(this.tally)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}
