// What happened, told once to the log and once to the metrics. The only place that knows which event
// has which name and level, so that a fact is never logged in two forms.

import type { Connection } from "./connection.ts";
import { type ChatError, isOutOfDescriptors } from "./errors.ts";
import type { FileStoreEvents } from "./file_store.ts";
import { TokenBucket } from "./guard.ts";
import type { Log } from "./log.ts";
import type { StoredMessage } from "./message.ts";
import type { Metrics, Totals } from "./metrics.ts";
import type { RoomEvents } from "./room.ts";
import type { CutReason } from "./shield/shield.ts";

// Refusals come as fast as a stranger likes; the log takes so many, the metrics count them all.
const REFUSALS_LOGGED = { perSecond: 5, burst: 50 };

// Commit times kept for the percentiles of a minute; when there are more, the first ones speak.
const MAX_COMMIT_TIMES = 100_000;

/** What an {@linkcode Observer} is made of. */
export interface ObserverOptions {
  readonly log: Log;
  readonly metrics: Metrics;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/** The eyes of one server. */
export class Observer implements RoomEvents, FileStoreEvents {
  readonly #log: Log;
  readonly #metrics: Metrics;
  readonly #now: () => number;
  readonly #refusals: TokenBucket;
  #minute = new Minute();

  constructor({ log, metrics, now }: ObserverOptions) {
    this.#log = log;
    this.#metrics = metrics;
    this.#now = now;
    this.#refusals = new TokenBucket(REFUSALS_LOGGED, now());
  }

  /** The server answers at `url`. */
  started(fields: { url: string; version: string; data: string; messages: number }): void {
    this.#log.info("started", { ...fields });
  }

  /** The server takes no more requests, because of `reason`. */
  stopping(reason: string): void {
    this.#log.info("stopping", { reason });
  }

  stopped(): void {
    this.#log.info("stopped");
  }

  /** A WebSocket is open. */
  connected(dialect: string, address: string): void {
    this.#metrics.connections.inc();
    this.#log.info("connected", { dialect, address });
  }

  /** A WebSocket is gone; `code` 0 is a connection that broke. */
  disconnected(fields: {
    dialect: string;
    address: string;
    code: number;
    seconds: number;
    error?: string;
  }): void {
    this.#log.info("disconnected", { ...fields, seconds: round(fields.seconds, 1) });
  }

  joined(name: string): void {
    this.#log.info("joined", { name });
  }

  left(name: string): void {
    this.#log.info("left", { name });
  }

  /** Somebody was told no. */
  refused(error: ChatError, where: string): void {
    this.#metrics.refused.inc({ code: error.code });
    if (error.code === "internal") this.fault(error.cause, where);
    this.#minute.refused++;
    if (this.#refusals.take(this.#now()) === 0) {
      this.#log.info("refused", { code: error.code, where });
    }
  }

  /** The shield ended a connection. */
  cut(reason: CutReason): void {
    this.#metrics.cut.inc({ reason });
    if (this.#refusals.take(this.#now()) === 0) this.#log.info("cut", { reason });
  }

  /** An HTTP request has its answer. */
  answered(fields: { method: string; route: string; status: number; seconds: number }): void {
    this.#metrics.requests.inc({ route: fields.route, status: fields.status });
    this.#log.debug("http request", { ...fields, seconds: round(fields.seconds, 6) });
  }

  delivered(batch: readonly StoredMessage[]): void {
    const now = this.#now();
    this.#metrics.messages.inc(batch.length);
    this.#minute.messages += batch.length;
    for (const { receivedAt } of batch) {
      if (receivedAt !== undefined) {
        this.#metrics.deliverySeconds.observe((now - receivedAt) / 1000);
      }
    }
  }

  flushed(messages: number, frames: number): void {
    this.#metrics.deliveries.inc(messages);
    this.#metrics.frames.inc(frames);
    this.#minute.deliveries += messages;
  }

  skipped({ name }: Connection, messages: number): void {
    this.#metrics.skipped.inc(messages);
    this.#minute.skipped += messages;
    this.#log.warn("slow reader", { ...nameField(name), skipped: messages });
  }

  stuck({ name, peer }: Connection): void {
    this.#log.warn("slow reader", {
      ...nameField(name),
      waiting: peer.bufferedAmount,
      closed: true,
    });
  }

  sendFailed(_connection: Connection, error: unknown): void {
    this.fault(error, "send");
  }

  committed(_messages: number, seconds: number): void {
    this.#metrics.commits.inc();
    this.#metrics.commitSeconds.observe(seconds);
    if (this.#minute.commitSeconds.length < MAX_COMMIT_TIMES) {
      this.#minute.commitSeconds.push(seconds);
    }
  }

  commitFailed(error: unknown, first: boolean): void {
    this.#metrics.storeErrors.inc();
    // Once for each trouble: a full disk must not also be filled with lines about it.
    if (first) this.#log.error("store failed", { error: loggable(error) });
  }

  commitRecovered(): void {
    this.#log.info("store recovered");
  }

  repaired(repair: { copiedTo: string; kept: number }): void {
    this.#log.warn("file repaired", { ...repair });
  }

  deliveryFailed(error: unknown): void {
    this.fault(error, "deliver");
  }

  /** A mistake of ours was caught before it could end the process. */
  fault(error: unknown, where: string): void {
    this.#metrics.faults.inc();
    const shown = loggable(error);
    const stack = shown instanceof Error ? { stack: shown.stack } : {};
    this.#log.error("fault", { where, error: shown, ...stack });
  }

  /** Logs what happened since the last call; to be called once a minute. */
  stats(totals: Totals): void {
    const { commitSeconds, ...counts } = this.#minute;
    this.#minute = new Minute();
    commitSeconds.sort((a, b) => a - b);
    this.#log.info("stats", {
      ...totals,
      ...counts,
      commitP50: round(percentile(commitSeconds, 0.5), 6),
      commitP99: round(percentile(commitSeconds, 0.99), 6),
    });
  }
}

class Minute {
  messages = 0;
  deliveries = 0;
  skipped = 0;
  refused = 0;
  commitSeconds: number[] = [];
}

/** The nearest-rank percentile of sorted values; 0 when there are none. */
function percentile(sorted: readonly number[], part: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? 0;
}

// To make a stack trace, Deno opens files; with no file descriptor left, the process dies of that.
function loggable(error: unknown): unknown {
  return isOutOfDescriptors(error) ? String(error) : error;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

function nameField(name: string | undefined): { name?: string } {
  return name === undefined ? {} : { name };
}
