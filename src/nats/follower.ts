// Follows the log for as long as the process runs: reads on where it was after every loss, and notices when
// the log is another one, or has gaps, so that there is no reading on.

import type { Cancel, Clock } from "../clock.ts";
import { WINDOW_MESSAGES } from "../limits.ts";
import type { ClusterConnection } from "./connection.ts";
import type { Entry, LogState, LogStream } from "./log_stream.ts";
import { type ReadableLog, Tail } from "./tail.ts";

/** Between two tries to read on. */
const RETRY_MS = 500;

/** A stream that has vanished is made anew after this long. */
const REMOVAL_MS = 1_000;

/**
 * A stream that is empty may just be made, by several nodes in the same moment; each of them is then told
 * another time at which it was made. After this long everyone is told the same.
 */
const SETTLING_MS = 250;

/** A log that has become shorter is taken for another one after this long. */
const BEHIND_MS = 10_000;

/** What a follower reports, in the order of the log. */
export interface FollowerListener {
  /** What stands in the log after what was reported before. */
  entries(entries: readonly Entry[]): void;
  /** What was reported before is no more; these are the newest of what there is now, at most a window. */
  restarted(entries: readonly Entry[]): void;
  /** The log is followed from now on, with all that was in it reported; or it is not any more. */
  following(isFollowing: boolean): void;
  /** It cannot be read; that is tried again until it can. */
  failed(error: unknown): void;
}

/** What a follower needs. */
export interface FollowerOptions {
  readonly connection: Pick<ClusterConnection, "isUp" | "watch">;
  readonly stream: Pick<LogStream, "state" | "make"> & ReadableLog;
  readonly clock: Pick<Clock, "after" | "now">;
  readonly listener: FollowerListener;
}

/** A place in the log that moves along with it. */
export class LogFollower {
  readonly #options: FollowerOptions;
  readonly #unwatch: () => void;
  #log = "";
  #lastSeq = 0;
  #tail: Tail | undefined;
  // From the start: a connection that is lost and back while it opens must not bring a second tail.
  #reattaching = true;
  #cancelWait: Cancel | undefined;
  #behindSince: number | undefined;
  #isClosed = false;

  private constructor(options: FollowerOptions) {
    this.#options = options;
    this.#unwatch = options.connection.watch((isUp) => isUp ? this.#reattach() : this.#detach());
  }

  /**
   * Reports what the log holds as `restarted`, and follows it from then on.
   *
   * @throws when the log can be neither made nor read.
   */
  static async open(options: FollowerOptions): Promise<LogFollower> {
    const follower = new LogFollower(options);
    try {
      await follower.#attach();
      follower.#reattaching = false;
      // The tail may have ended meanwhile.
      follower.#reattach();
      return follower;
    } catch (error) {
      await follower.close();
      throw error;
    }
  }

  /** The id of the log that is followed. */
  get log(): string {
    return this.#log;
  }

  /** The place of the newest that was reported. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** Whether everything in the log is reported as it comes. */
  get isFollowing(): boolean {
    return this.#tail !== undefined && this.#options.connection.isUp;
  }

  /** Looks after the stream again, when something has shown that it may be gone. */
  doubt(): void {
    this.#detach();
    this.#reattach();
  }

  /** Ends it, quietly. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#unwatch();
    this.#cancelWait?.();
    const tail = this.#tail;
    this.#tail = undefined;
    if (this.#options.connection.isUp) await tail?.close();
    else tail?.stop();
  }

  async #attach(): Promise<void> {
    const { stream, listener } = this.#options;
    const state = await this.#find();
    this.#checkBehind(state);
    const goesOn = this.#goesOn(state);
    const from = goesOn ? this.#lastSeq + 1 : Math.max(1, state.lastSeq - WINDOW_MESSAGES + 1);
    const tail = await Tail.open(stream, from);
    if (this.#isClosed) return tail.stop();
    const entries = tail.take();
    if (!goesOn) this.#log = state.log;
    this.#lastSeq = entries.at(-1)?.seq ?? (goesOn ? this.#lastSeq : 0);
    if (goesOn) listener.entries(entries);
    else listener.restarted(entries);
    // Whatever else stood there was nothing of this room, or is gone.
    this.#lastSeq = Math.max(this.#lastSeq, state.lastSeq);
    this.#tail = tail;
    tail.follow((entries) => {
      this.#lastSeq = entries.at(-1)?.seq ?? this.#lastSeq;
      listener.entries(entries);
    });
    tail.ended.then((error) => {
      if (this.#tail !== tail) return;
      if (error !== undefined) listener.failed(error);
      this.doubt();
    });
    listener.following(true);
  }

  async #find(): Promise<LogState> {
    const { stream } = this.#options;
    const found = await stream.state();
    const isYoung = found === undefined || found.lastSeq === 0 && found.log !== this.#log;
    if (!isYoung) return found;
    if (found === undefined) await this.#make();
    await this.#wait(SETTLING_MS);
    const state = await stream.state();
    if (state === undefined) throw new Error("The stream was made, and is gone again");
    return state;
  }

  async #make(): Promise<void> {
    // NATS 2.9 removes the files of a stream after it says that it has, and with them those of one that was
    // made anew in the meantime.
    if (this.#log !== "") await this.#wait(REMOVAL_MS);
    await this.#options.stream.make();
  }

  // A server of NATS that has just taken over may not know yet what the one before it has stored. Only when
  // that lasts, it is lost: NATS was restored from somewhere, or its machine died before it had synced.
  #checkBehind({ log, lastSeq }: LogState): void {
    const { clock } = this.#options;
    if (log !== this.#log || lastSeq >= this.#lastSeq) {
      this.#behindSince = undefined;
    } else if (clock.now() - (this.#behindSince ??= clock.now()) < BEHIND_MS) {
      throw new Error(`The stream ends at ${lastSeq}, and ${this.#lastSeq} has been read`);
    }
  }

  #goesOn({ log, firstSeq, lastSeq }: LogState): boolean {
    return log === this.#log && lastSeq >= this.#lastSeq && firstSeq <= this.#lastSeq + 1;
  }

  #detach(): void {
    const tail = this.#tail;
    if (tail === undefined) return;
    this.#tail = undefined;
    tail.stop();
    this.#options.listener.following(false);
  }

  async #reattach(): Promise<void> {
    if (this.#reattaching) return;
    this.#reattaching = true;
    let isFirst = true;
    while (!this.#isClosed && this.#tail === undefined && this.#options.connection.isUp) {
      try {
        await this.#attach();
      } catch (error) {
        if (isFirst) this.#options.listener.failed(error);
        isFirst = false;
        await this.#wait(RETRY_MS);
      }
    }
    this.#reattaching = false;
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.#cancelWait = this.#options.clock.after(ms, resolve));
  }
}
