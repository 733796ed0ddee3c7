// Pasted text among what is typed. Enter sends, so pasted line breaks must become something else, and
// pasted control characters must not count as keys.

import { withoutControls } from "./lines.ts";

/** Stands for a line break while text is being typed; it may be typed, too. */
export const LINE_BREAK = "⏎";

/** Makes a terminal say where pasted text begins and ends: xterm's private mode 2004. */
export const PASTE_MARKS_ON = "\x1b[?2004h";

/** Makes it stop that. */
export const PASTE_MARKS_OFF = "\x1b[?2004l";

const BEGIN = "\x1b[200~";
const END = "\x1b[201~";

/** A part of what somebody enters: keys, or one line of pasted text. */
export interface Entered {
  readonly text: string;
  readonly isPasted: boolean;
}

/** Tells what is pasted from what is typed, in what a terminal sends. */
export class PasteReader {
  #isPasting = false;
  // The beginning of what may be a mark, whose end has not come yet.
  #rest = "";

  /** What is in `chunk`, the next part of the input. */
  read(chunk: string): Entered[] {
    let text = this.#rest + chunk;
    const parts: Entered[] = [];
    for (let at = text.indexOf(this.#mark); at >= 0; at = text.indexOf(this.#mark)) {
      parts.push(this.#entered(text.slice(0, at)));
      text = text.slice(at + this.#mark.length);
      this.#isPasting = !this.#isPasting;
    }
    const end = text.length - this.#partLength(text);
    this.#rest = text.slice(end);
    parts.push(this.#entered(text.slice(0, end)));
    return parts.filter((part) => part.text !== "");
  }

  /** The one that comes next. */
  get #mark(): string {
    return this.#isPasting ? END : BEGIN;
  }

  /** How much of the end of `text` may be the beginning of a mark. */
  #partLength(text: string): number {
    // Escape alone is a key; it must not wait for the next.
    const shortest = this.#isPasting ? 1 : 2;
    let length = this.#mark.length - 1;
    while (length >= shortest && !text.endsWith(this.#mark.slice(0, length))) length--;
    return length < shortest ? 0 : length;
  }

  #entered(text: string): Entered {
    if (!this.#isPasting) return { text, isPasted: false };
    return {
      text: withoutControls(text.replace(/\r\n?|\n/g, LINE_BREAK)),
      isPasted: true,
    };
  }
}
