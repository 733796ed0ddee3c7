// What happened between this node and its cluster, told to the log; what any store tells, goes to the
// observer of them all.

import { TokenBucket } from "../guard.ts";
import type { Log } from "../log.ts";
import type { Observer } from "../observer.ts";
import type { ClusterPeopleEvents } from "./cluster_people.ts";
import type { ClusterEvents } from "./connection.ts";
import type { NatsStoreEvents } from "./nats_store.ts";

// What stands in the stream or is refused there comes as fast as whoever writes there likes.
const ODDITIES_LOGGED = { perSecond: 1, burst: 20 };

/** What a {@linkcode ClusterObserver} is made of. */
export interface ClusterObserverOptions {
  readonly observer: Observer;
  readonly log: Log;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/** The eyes of one node on its cluster. */
export class ClusterObserver implements ClusterEvents, NatsStoreEvents, ClusterPeopleEvents {
  readonly #observer: Observer;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #oddities: TokenBucket;

  constructor({ observer, log, now }: ClusterObserverOptions) {
    this.#observer = observer;
    this.#log = log;
    this.#now = now;
    this.#oddities = new TokenBucket(ODDITIES_LOGGED, now());
  }

  clusterConnected(server: string): void {
    this.#log.info("nats connected", { server });
  }

  clusterLost(): void {
    this.#log.warn("nats lost");
  }

  clusterComplained(error: Error): void {
    this.#logOddity("nats refused", { error });
  }

  streamDiffers(what: string): void {
    this.#log.warn("log has other limits", { what });
  }

  entryIgnored(seq: number): void {
    this.#logOddity("log entry ignored", { seq });
  }

  tailFailed(error: unknown): void {
    this.#log.warn("log not readable", { error });
  }

  logRestarted(messages: number): void {
    this.#log.warn("log restarted", { messages });
  }

  neighbourCame(node: string): void {
    this.#logOddity("node came", { node }, "info");
  }

  neighbourGone(node: string, why: "goodbye" | "silence"): void {
    this.#logOddity("node gone", { node, why }, "info");
  }

  neighbourIgnored(): void {
    this.#logOddity("node not understood", {});
  }

  nameLost(name: string): void {
    this.#logOddity("name lost", { name });
  }

  nameNotKept(error: unknown): void {
    this.#logOddity("name not kept", { error });
  }

  bucketDiffers(what: string): void {
    this.#log.warn("names have other limits", { what });
  }

  namesUnreadable(error: unknown): void {
    this.#log.warn("names not readable", { error });
  }

  committed(messages: number, seconds: number): void {
    this.#observer.committed(messages, seconds);
  }

  commitFailed(error: unknown, first: boolean): void {
    this.#observer.commitFailed(error, first);
  }

  commitRecovered(): void {
    this.#observer.commitRecovered();
  }

  deliveryFailed(error: unknown): void {
    this.#observer.deliveryFailed(error);
  }

  #logOddity(
    message: string,
    fields: Record<string, unknown>,
    level: "info" | "warn" = "warn",
  ): void {
    if (this.#oddities.take(this.#now()) === 0) this.#log[level](message, fields);
  }
}
