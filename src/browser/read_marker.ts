// Where the line "New" stands: above the first message that came while nobody was looking. It stays
// while one reads, also over a reload, and goes when one answers.

import { isCount, isObjectOf, isOptional, isString, parseAs } from "../client/guards.ts";
import type { KeyValueStorage } from "../client/platform.ts";
import type { Message } from "../message.ts";

const KEY = "parley.read";

const isSaved = isObjectOf<{ log: string; read: number; newFrom?: number }>({
  log: isString,
  read: isCount,
  newFrom: isOptional(isCount),
});

/** What a {@linkcode ReadMarker} needs. */
export interface ReadMarkerOptions {
  readonly storage: KeyValueStorage;
  /** Whether the page is out of sight, or another has the keyboard. */
  readonly isAway: () => boolean;
}

/** A message of somebody else, as far as this matters. */
type Foreign = Pick<Message, "seq">;

/** How far the reader has read. */
export class ReadMarker {
  readonly #options: ReadMarkerOptions;
  #log = "";
  #read = 0;
  #last = 0;
  #newFrom: number | undefined;
  // Whether the reader has been here since the line was drawn.
  #isSeen = true;
  #saved = "";

  constructor(options: ReadMarkerOptions) {
    this.#options = options;
  }

  /** The `seq` of the first new message. */
  get newFrom(): number | undefined {
    return this.#newFrom;
  }

  /** Begins to read a log, of which `others` are the messages that are not the reader's own. */
  open(log: string, others: readonly Foreign[]): void {
    const before = parseAs(this.#options.storage.getItem(KEY), isSaved);
    const isKnown = before !== undefined && before.log === log;
    this.#log = log;
    this.#last = others.at(-1)?.seq ?? 0;
    this.#newFrom = isKnown
      ? before.newFrom ?? others.find(({ seq }) => seq > before.read)?.seq
      : undefined;
    this.#read = isKnown ? before.read : this.#last;
    this.#isSeen = false;
    this.look();
  }

  /** Messages of others came. */
  arrived(others: readonly Foreign[]): void {
    const [first] = others;
    if (first === undefined) return;
    if (this.#options.isAway()) {
      if (this.#newFrom === undefined || this.#isSeen) this.#newFrom = first.seq;
      this.#isSeen = false;
    }
    this.#last = others.at(-1)?.seq ?? this.#last;
    this.look();
  }

  /** To be called when the reader may have come back: what is there now is read. */
  look(): void {
    if (this.#options.isAway()) return;
    this.#isSeen = true;
    this.#read = this.#last;
  }

  /** The reader answered. */
  answered(): void {
    this.#newFrom = undefined;
    this.look();
  }

  /** Writes down what changed. Apart from the rest, so that it happens once for many messages. */
  save(): void {
    const value = JSON.stringify({
      log: this.#log,
      read: this.#read,
      ...(this.#newFrom === undefined ? {} : { newFrom: this.#newFrom }),
    });
    if (value === this.#saved) return;
    this.#saved = value;
    this.#options.storage.setItem(KEY, value);
  }
}
