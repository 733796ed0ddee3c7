// What a screen reader says of the conversation. The log is a live region: each message of others is
// read out as it comes. When they come faster than anyone can listen, the log falls silent and only
// their number is told.

import type { Timer } from "../client/platform.ts";
import { counted } from "./words.ts";

const WINDOW_MS = 3_000;
/** Messages read out in one window. */
const MAX_IN_WINDOW = 5;

/** What an {@linkcode Announcer} speaks through. */
export interface AnnouncerElements {
  /** The live region that has the rows. */
  readonly log: HTMLElement;
  /** A live region that nobody sees. */
  readonly summary: HTMLElement;
}

/** Decides what of the conversation is read out. */
export class Announcer {
  readonly #elements: AnnouncerElements;
  readonly #timer: Timer;
  #isOpen = false;
  #spoken = 0;
  #withheld = 0;

  constructor(elements: AnnouncerElements, timer: Timer) {
    this.#elements = elements;
    this.#timer = timer;
  }

  /** `count` messages of others are about to be put into the log. */
  expect(count: number): void {
    if (count === 0) return;
    this.#open();
    if (this.#spoken + count > MAX_IN_WINDOW) {
      this.#elements.log.ariaLive = "off";
      this.#withheld += count;
    } else {
      this.#spoken += count;
    }
  }

  /** The log is about to be filled with what was said before; nobody wants to hear that. */
  expectOld(): void {
    this.#open();
    this.#elements.log.ariaLive = "off";
  }

  #open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#timer.after(WINDOW_MS, () => this.#close());
  }

  #close(): void {
    const { log, summary } = this.#elements;
    log.ariaLive = "polite";
    summary.textContent = this.#withheld > 0 ? counted(this.#withheld, "new message") : "";
    this.#isOpen = false;
    this.#spoken = 0;
    this.#withheld = 0;
  }
}
