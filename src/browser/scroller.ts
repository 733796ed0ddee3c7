// Where the reader is in the conversation. The scroller is reversed (see style.css): 0 is the end and
// what lies before is negative, so staying at the end needs no work at all. Holding still further up
// does, and not every browser can do it by itself.

import { counted } from "./words.ts";

/** As near to the end as this counts as at the end. */
const END_PX = 32;

/** What a {@linkcode Scroller} works on. */
export interface ScrollerElements {
  readonly scroller: HTMLElement;
  /** Says what came meanwhile, and brings there. */
  readonly pill: HTMLButtonElement;
}

/** Keeps the reader's place while the conversation grows at its end. */
export class Scroller {
  readonly #scroller: HTMLElement;
  readonly #pill: HTMLButtonElement;
  #unseen = 0;

  constructor({ scroller, pill }: ScrollerElements) {
    this.#scroller = scroller;
    this.#pill = pill;
    scroller.addEventListener("scroll", () => {
      if (this.isAtEnd) this.#see();
    }, { passive: true });
    // A press leaves the focus, and on a phone the keyboard, where it is.
    pill.addEventListener("mousedown", (event) => event.preventDefault());
    pill.addEventListener("click", () => {
      // Reached by keyboard, it must not take the focus with it when it goes.
      if (document.activeElement === pill) scroller.focus({ preventScroll: true });
      this.toEnd();
    });
  }

  /** Whether the end is in sight. */
  get isAtEnd(): boolean {
    return this.#scroller.scrollTop > -END_PX;
  }

  /** Runs `change`, which alters the end of the conversation and brings `incoming` messages. */
  grow(incoming: number, change: () => void): void {
    if (this.isAtEnd) {
      change();
      // Within the tolerance the reader follows, too.
      this.#scroller.scrollTop = 0;
      return;
    }
    const before = this.#scroller.scrollHeight;
    change();
    this.#scroller.scrollTop -= this.#scroller.scrollHeight - before;
    this.#unseen += incoming;
    if (this.#unseen === 0) return;
    this.#pill.textContent = `${counted(this.#unseen, "new message")} ↓`;
    this.#pill.hidden = false;
  }

  /** Goes to the end at once. */
  toEnd(): void {
    this.#scroller.scrollTop = 0;
    this.#see();
  }

  #see(): void {
    this.#unseen = 0;
    this.#pill.hidden = true;
  }
}
