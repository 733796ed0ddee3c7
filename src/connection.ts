// One reader of the log, as the room sees it: a cursor, a name perhaps, and a socket that can be
// sent to. Watches how much of what it was sent it has taken.

import type { PresenceDelta } from "./presence.ts";
import type { Dialect } from "./protocol.ts";

/** What a room needs of a socket. */
export interface Peer {
  /** Queues one frame; silent when the socket is closing. */
  send(frame: string): void;
  /** Bytes queued and not yet handed to the network. */
  readonly bufferedAmount: number;
  /** Whether those are more than `bytes`: asked before each frame, so it must cost next to nothing. */
  buffersOver(bytes: number): boolean;
  /** Begins to close (RFC 6455, section 7.4: the code). */
  close(code: number, reason: string): void;
}

/** What a {@linkcode Connection} is made of. */
export interface ConnectionOptions {
  readonly peer: Peer;
  readonly dialect: Dialect;
  /** The position in the history of the first message it has not had. */
  readonly cursor: number;
  /** Whether it is told what everyone is told. @default {true} */
  readonly follows?: boolean;
}

/** A reader of the log. Only the room moves its cursor. */
export class Connection {
  readonly peer: Peer;
  readonly dialect: Dialect;
  cursor: number;
  /** Whether it is told what everyone is told; one that has yet to be greeted is not. */
  follows: boolean;
  /** The name it speaks by; without one it only reads. */
  name: string | undefined;
  /** Presence that it could not be told yet because it lags. */
  missed: PresenceDelta | undefined;

  #queuedBytes = 0;
  #taken = 0;
  #takenAt: number | undefined;

  constructor(options: ConnectionOptions) {
    this.peer = options.peer;
    this.dialect = options.dialect;
    this.cursor = options.cursor;
    this.follows = options.follows ?? true;
  }

  /** Queues `frame`. */
  send(frame: string): void {
    // Whoever had taken everything when last looked at cannot be stuck yet: nearly always, nearly all.
    if (this.#takenAt === undefined) return this.peer.send(frame);
    // What the queue grows by, so that a frame need not be measured for each of its readers.
    const before = this.peer.bufferedAmount;
    this.peer.send(frame);
    this.#queuedBytes += Math.max(0, this.peer.bufferedAmount - before);
  }

  /**
   * For how many milliseconds it has taken nothing of what waits for it; 0 when nothing waits.
   * Counts from one call to the next, so it is as exact as the calls are frequent.
   */
  stuckFor(now: number): number {
    const waiting = this.peer.bufferedAmount;
    const taken = this.#queuedBytes - waiting;
    if (waiting === 0 || this.#takenAt === undefined || taken > this.#taken) {
      this.#taken = taken;
      this.#takenAt = waiting === 0 ? undefined : now;
      return 0;
    }
    return now - this.#takenAt;
  }
}
