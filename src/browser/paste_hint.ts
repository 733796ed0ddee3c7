// Says what became of a paste: a long one cannot be seen whole, and one that is too long cannot be sent.

import type { Words } from "../words/words.ts";

/** Pasting more lines than this is mentioned: not all of them can be seen. */
const MANY_LINES = 20;

/** What {@linkcode hintAtPastes} needs. */
export interface PasteHintOptions {
  readonly text: HTMLTextAreaElement;
  /** Where it is said; whoever empties the field empties it, too. */
  readonly hint: HTMLElement;
  readonly words: Words;
  /** Code points beyond what can be sent. */
  readonly excess: () => number;
}

/** Listens for good. */
export function hintAtPastes({ text, hint, words, excess }: PasteHintOptions): void {
  let lines = 0;
  text.addEventListener("paste", ({ clipboardData }) => {
    lines = (clipboardData?.getData("text/plain") ?? "").split(/\r\n?|\n/).length;
  });
  text.addEventListener("input", (event) => {
    if (!(event instanceof InputEvent) || event.inputType !== "insertFromPaste") return;
    const count = excess();
    if (count > 0) hint.textContent = words.say("tooLong", { count });
    else if (lines > MANY_LINES) hint.textContent = words.say("pasted", { count: lines });
  });
}
