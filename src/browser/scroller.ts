// Where the reader is in the conversation. The scroller is reversed (see style.css): 0 is the end and
// what lies before is negative, so staying at the end needs no work at all. Holding still further up
// does, and not every browser can do it by itself.

import type { Words } from "../words/words.ts";
import { find } from "./dom.ts";

/** As near to the end as this counts as at the end. */
const END_PX = 32;

/** What a {@linkcode Scroller} causes. */
export interface ScrollerActions {
  /** The newest messages are wanted. */
  toEnd(): void;
  /** The reader is near an edge of the rows, where there may be more. */
  nearEdge(edge: "start" | "end"): void;
  /** Whether the last row is the newest there is. */
  hasEnd(): boolean;
}

/** Keeps the reader's place while the conversation changes around it. */
export class Scroller {
  readonly #scroller = find("scroller");
  readonly #list = find("messages");
  // Says what came meanwhile, and brings there.
  readonly #pill = find("pill");
  readonly #actions: ScrollerActions;
  readonly #words: Words;
  #unseen = 0;
  // Where a row was held last, and how far that was scrolled. Browsers round what they scroll to, and
  // without the place it should have been the roundings of many changes would add up.
  #held: { readonly row: Element; readonly top: number; readonly scrollTop: number } | undefined;

  constructor(actions: ScrollerActions, words: Words) {
    this.#actions = actions;
    this.#words = words;
    const scroller = this.#scroller;
    const pill = this.#pill;
    scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    // A press leaves the focus, and on a phone the keyboard, where it is.
    pill.addEventListener("mousedown", (event) => event.preventDefault());
    pill.addEventListener("click", () => {
      // Reached by keyboard, it must not take the focus with it when it goes.
      if (document.activeElement === pill) scroller.focus({ preventScroll: true });
      actions.toEnd();
    });
  }

  /** Whether the newest message is in sight. */
  get isAtEnd(): boolean {
    return this.#scroller.scrollTop > -END_PX && this.#actions.hasEnd();
  }

  /** Counts messages of others that came while the reader was further up. */
  missed(count: number): void {
    this.#unseen += count;
    const pill = this.#pill;
    if (this.#unseen === 0) return;
    pill.textContent = this.#words.say("pill", { count: this.#unseen });
    pill.hidden = false;
  }

  /** Shows the end, which is there. */
  showEnd(): void {
    this.#scroller.scrollTop = 0;
    this.#see();
  }

  /** Runs `change`; the first row in sight that `stays` is where it was afterwards. */
  hold(stays: (row: Element) => boolean, change: () => void): void {
    const scroller = this.#scroller;
    const row = this.#anchor(stays);
    const now = row?.getBoundingClientRect().top ?? 0;
    const held = this.#held;
    const isHeld = held?.row === row && held?.scrollTop === scroller.scrollTop &&
      Math.abs(held.top - now) < 1;
    const top = isHeld ? held.top : now;
    change();
    if (row === undefined) return;
    const moved = row.getBoundingClientRect().top - top;
    if (moved !== 0) scroller.scrollTop += moved;
    this.#held = { row, top, scrollTop: scroller.scrollTop };
  }

  /** The first row in sight of those that stay. */
  #anchor(stays: (row: Element) => boolean): Element | undefined {
    const { top, bottom } = this.#scroller.getBoundingClientRect();
    for (const row of this.#list.children) {
      const place = row.getBoundingClientRect();
      if (place.top > bottom) break;
      if (place.bottom > top && stays(row)) return row;
    }
    return undefined;
  }

  #scrolled(): void {
    const scroller = this.#scroller;
    if (this.isAtEnd) this.#see();
    const fromEnd = -scroller.scrollTop;
    const fromStart = scroller.scrollHeight - scroller.clientHeight - fromEnd;
    if (fromStart < scroller.clientHeight) this.#actions.nearEdge("start");
    else if (fromEnd < scroller.clientHeight) this.#actions.nearEdge("end");
  }

  #see(): void {
    this.#unseen = 0;
    this.#pill.hidden = true;
  }
}
