// How much came while nobody looked: in the title and as a dot in the tab's icon.

import type { Words } from "../words/words.ts";

/** What an {@linkcode Unread} shows itself in. */
export interface UnreadPlace {
  title: string;
  /** The tab's icon with a dot, or without. */
  setDot(hasDot: boolean): void;
}

/** The number of unread messages. */
export class Unread {
  readonly #place: UnreadPlace;
  readonly #words: Words;
  readonly #title: string;
  #count = 0;

  /** Takes the title as it is for that of a page with nothing unread. */
  constructor(place: UnreadPlace, words: Words) {
    this.#place = place;
    this.#words = words;
    this.#title = place.title;
  }

  get count(): number {
    return this.#count;
  }

  /** So many more came. */
  add(count: number): void {
    if (count > 0) this.#show(this.#count + count);
  }

  /** All of it has been read. */
  clear(): void {
    if (this.#count > 0) this.#show(0);
  }

  #show(count: number): void {
    this.#count = count;
    this.#place.title = count === 0 ? this.#title : `(${this.#words.number(count)}) ${this.#title}`;
    this.#place.setDot(count > 0);
  }
}
