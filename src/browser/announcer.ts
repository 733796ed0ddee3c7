// What a screen reader says of the conversation. The rows themselves are no live region: they come and
// go, have times and buttons, and move. This one, which nobody sees, gets "name: text" of each new
// message of somebody else; when they come faster than anyone can listen, their number is told instead.

import type { Timer } from "../client/platform.ts";
import type { Words } from "../words/words.ts";
import { make } from "./dom.ts";
import type { Said } from "./timeline.ts";

const WINDOW_MS = 3_000;
/** Messages read out in one window. */
const MAX_IN_WINDOW = 5;
/** What was said stays this many lines, for those who look it up; taking lines away is silent. */
const MAX_LINES = 20;

/** What an {@linkcode Announcer} is made of. */
export interface AnnouncerOptions {
  /** The live region, empty at first. */
  readonly region: HTMLElement;
  readonly timer: Timer;
  readonly words: Words;
}

/** Says what is new. */
export class Announcer {
  readonly #options: AnnouncerOptions;
  #isOpen = false;
  #isFlooded = false;
  #count = 0;

  constructor(options: AnnouncerOptions) {
    this.#options = options;
  }

  /** `messages` of others came just now. */
  arrived(messages: readonly Said[]): void {
    if (messages.length === 0) return;
    const { timer, words } = this.#options;
    if (!this.#isOpen) {
      this.#isOpen = true;
      timer.after(WINDOW_MS, () => this.#close());
    }
    this.#count += messages.length;
    this.#isFlooded ||= this.#count > MAX_IN_WINDOW;
    if (this.#isFlooded) return;
    this.#say(...messages.map(({ name, text }) => words.say("spoken", { name, text })));
  }

  #close(): void {
    const { words } = this.#options;
    if (this.#isFlooded) this.#say(words.say("newMessages", { count: this.#count }));
    this.#isOpen = false;
    this.#isFlooded = false;
    this.#count = 0;
  }

  #say(...lines: string[]): void {
    const { region } = this.#options;
    region.append(...lines.map((line) => make("p", "", line)));
    while (region.childElementCount > MAX_LINES) region.firstElementChild?.remove();
  }
}
