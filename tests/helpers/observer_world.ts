// An observer with its clock, its log and its metrics in a test's hands.

import type { Log } from "../../src/log.ts";
import { Metrics } from "../../src/metrics.ts";
import { Observer } from "../../src/observer.ts";
import { FakeClock } from "./fake_clock.ts";
import { parseMetrics } from "./metrics_page.ts";

/** One call of the log. */
export interface LoggedEvent {
  readonly level: string;
  readonly message: string;
  readonly fields: Record<string, unknown>;
}

/** An observer with everything it tells in a test's hands. */
export class ObserverWorld {
  readonly clock = new FakeClock();
  readonly events: LoggedEvent[] = [];
  readonly metrics = new Metrics();
  readonly log: Log;
  readonly observer: Observer;

  constructor() {
    const level = (level: string) => (message: string, fields: LoggedEvent["fields"] = {}) =>
      void this.events.push({ level, message, fields });
    const log: Record<string, ReturnType<typeof level>> = {};
    for (const name of ["debug", "info", "warn", "error"]) log[name] = level(name);
    const { metrics, clock } = this;
    // Of the many ways in which LogTape can be called, one is used.
    this.log = log as unknown as Log;
    this.observer = new Observer({ log: this.log, metrics, now: () => clock.now() });
  }

  /** What a scrape says now. */
  async samples(): Promise<ReadonlyMap<string, number>> {
    return parseMetrics((await this.metrics.scrape()).body);
  }
}

/** The samples that differ, by how much; without the buckets, which follow from the sums. */
export function changes(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): Record<string, number> {
  const different = Array.from(after, ([name, value]): [string, number] => [
    name,
    value - (before.get(name) ?? 0),
  ]).filter(([name, difference]) => difference !== 0 && !name.includes("_bucket{"));
  return Object.fromEntries(different);
}
