// A clock whose hands a test turns.

import type { Cancel, Clock } from "../../src/clock.ts";

/** Stands still until `advance`; the time of day moves along with it. */
export class FakeClock implements Clock {
  #now = 0;
  #tasks: { at: number; task: () => void }[] = [];
  readonly #start: number;

  constructor(startsAt = "2026-11-21T22:48:56.000Z") {
    this.#start = Date.parse(startsAt);
  }

  now(): number {
    return this.#now;
  }

  date(): Date {
    return new Date(this.#start + this.#now);
  }

  after(delayMs: number, task: () => void): Cancel {
    const entry = { at: this.#now + delayMs, task };
    this.#tasks.push(entry);
    return () => void (this.#tasks = this.#tasks.filter((other) => other !== entry));
  }

  /** How many tasks wait. */
  get waiting(): number {
    return this.#tasks.length;
  }

  /** Lets `ms` pass in which nothing runs, as for a process that is stopped; what was due runs after it. */
  stall(ms: number): void {
    this.#now += ms;
    this.advance(0);
  }

  /** Lets `ms` pass: what falls due runs at its own moment, also what is added on the way. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const [next] = this.#tasks.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#tasks = this.#tasks.filter((entry) => entry !== next);
      this.#now = Math.max(this.#now, next.at);
      next.task();
    }
    this.#now = end;
  }
}
