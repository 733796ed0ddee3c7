// The newest messages of the log in a fixed ring. Readers stand at dense positions (0, 1, 2, …, never
// reused), because `seq` may have gaps; `seq` is only translated here, when somebody resumes.

import type { StoredMessage } from "./message.ts";

/** What readers of a {@linkcode History} may do. */
export type ReadonlyHistory = Omit<History, "push">;

/**
 * A ring of messages with rising `seq`.
 *
 * | operation | cost |
 * | --- | --- |
 * | `push`, `at`, `start`, `end`, `seqBefore` | O(1) |
 * | `since` | O(log n) |
 * | `slice`, `last` | O(result) |
 */
export class History {
  readonly #capacity: number;
  readonly #ring: (StoredMessage | undefined)[];
  #end = 0;
  // The `seq` just before the oldest message held: what a reader must have to miss nothing.
  #floor = 0;

  /** Holds at most `capacity` messages, at least one. */
  constructor(capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1) {
      throw new RangeError(`Cannot make a history of ${capacity} messages`);
    }
    this.#capacity = capacity;
    this.#ring = new Array(capacity);
  }

  /** The position of the oldest message held; equals `end` when there is none. */
  get start(): number {
    return Math.max(0, this.#end - this.#capacity);
  }

  /** The position that the next message will get. */
  get end(): number {
    return this.#end;
  }

  /** The `seq` of the newest message ever pushed, 0 when there was none. */
  get lastSeq(): number {
    return this.seqBefore(this.#end);
  }

  /**
   * Appends `message`, forgetting the oldest when the ring is full.
   *
   * @throws {RangeError} when its `seq` does not rise: resuming would lose or repeat messages.
   */
  push(message: StoredMessage): void {
    if (this.#end === 0) this.#floor = message.seq - 1;
    if (message.seq <= this.lastSeq) {
      throw new RangeError(
        `Cannot append message ${message.seq}: ${this.lastSeq} is there already`,
      );
    }
    const slot = this.#end % this.#capacity;
    this.#floor = this.#ring[slot]?.seq ?? this.#floor;
    this.#ring[slot] = message;
    this.#end++;
  }

  /**
   * The message at `position`.
   *
   * @throws {RangeError} outside `start` to `end - 1`.
   */
  at(position: number): StoredMessage {
    const message = position >= this.start && position < this.#end
      ? this.#ring[position % this.#capacity]
      : undefined;
    if (message === undefined) {
      throw new RangeError(`Cannot read position ${position} of ${this.start} to ${this.#end}`);
    }
    return message;
  }

  /** The `seq` of the message before `position`, held or just forgotten. */
  seqBefore(position: number): number {
    return position > this.start ? this.at(position - 1).seq : this.#floor;
  }

  /** The messages from position `from` up to, not including, `to`, oldest first. */
  slice(from: number, to: number = this.#end): StoredMessage[] {
    const messages: StoredMessage[] = [];
    for (
      let position = Math.max(from, this.start);
      position < Math.min(to, this.#end);
      position++
    ) {
      messages.push(this.at(position));
    }
    return messages;
  }

  /**
   * The messages from position `from` on that fit in `maxBytes` of JSON together, oldest first; one at
   * least, however long, when there is one.
   */
  fitting(from: number, maxBytes: number): StoredMessage[] {
    const messages: StoredMessage[] = [];
    let bytes = 0;
    for (let position = Math.max(from, this.start); position < this.#end; position++) {
      const message = this.at(position);
      bytes += message.bytes;
      if (bytes > maxBytes && messages.length > 0) break;
      messages.push(message);
    }
    return messages;
  }

  /** The newest `count` messages, or fewer when there are fewer, oldest first. */
  last(count: number): StoredMessage[] {
    return this.slice(this.#end - count);
  }

  /**
   * The position of the first message after `seq`, or `undefined` when this history cannot say what
   * followed it: it is older than the window, or newer than anything said.
   */
  since(seq: number): number | undefined {
    if (seq < this.#floor || seq > this.lastSeq) return undefined;
    let low = this.start;
    let high = this.#end;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.at(middle).seq > seq) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
