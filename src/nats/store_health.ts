// Whether a store on the network is in trouble: what it says to whom it refuses, and when it is over.

import type { Cancel, Clock } from "../clock.ts";
import type { ChatError } from "../errors.ts";
import { notSaved } from "../store.ts";

/** A refusal is trouble for this long, when nothing else is known. */
const FORGIVE_MS = 5_000;

/** What is said while the log is not followed. */
export const UNREACHABLE = "NATS cannot be reached";

/** What is told to those who count and log. */
export interface StoreHealthEvents {
  /** A message could not be stored, or not in time; `first` when the one before could. */
  commitFailed(error: unknown, first: boolean): void;
  /** A message could be stored after one that could not, or the log is followed again. */
  commitRecovered(): void;
}

/** What is known of the store's trouble. */
export class StoreHealth {
  readonly #clock: Pick<Clock, "after">;
  readonly #events: StoreHealthEvents;
  readonly #unreachable = notSaved(UNREACHABLE);
  #refusal: ChatError | undefined;
  #isFollowing = false;
  #hasFailed = false;
  #cancelForgiving: Cancel | undefined;

  constructor(clock: Pick<Clock, "after">, events: StoreHealthEvents) {
    this.#clock = clock;
    this.#events = events;
  }

  /** See `MessageStore.trouble`. */
  get trouble(): ChatError | undefined {
    return this.#isFollowing ? this.#refusal : this.#unreachable;
  }

  /** The log is followed from now on, or not any more. */
  setFollowing(isFollowing: boolean): void {
    this.#isFollowing = isFollowing;
    if (isFollowing) this.stored();
  }

  /** A message was stored, maybe one that was under way when the log was lost. */
  stored(): void {
    this.#refusal = undefined;
    if (!this.#isFollowing) return;
    if (this.#hasFailed) this.#events.commitRecovered();
    this.#hasFailed = false;
  }

  /** A message was not stored because of `cause`; returns what its sender is told. */
  refuse(cause: unknown, why: string): ChatError {
    this.#events.commitFailed(cause, !this.#hasFailed);
    this.#hasFailed = true;
    const refusal = notSaved(why, cause);
    this.#refusal = refusal;
    // A node that its proxy takes out for being in trouble gets no message to prove itself with.
    this.#cancelForgiving?.();
    this.#cancelForgiving = this.#clock.after(FORGIVE_MS, () => this.#refusal = undefined);
    return refusal;
  }

  /** Leaves no timer. */
  close(): void {
    this.#cancelForgiving?.();
  }
}
