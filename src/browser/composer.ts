// Where messages are written. Enter sends, except while an input method is composing: there Enter
// chooses a word. Nothing is ever cut off; what cannot be sent stays where it was typed.

import { cleanText, countCodePoints } from "../message.ts";
import type { Words } from "../words/words.ts";
import { find } from "./dom.ts";
import type { Draft } from "./draft.ts";
import type { Extras } from "./load_extras.ts";

/** From this share of the limit on, the length is shown. */
const COUNTER_FROM = 0.8;
/** What a {@linkcode Composer} needs. */
export interface ComposerOptions {
  readonly words: Words;
  readonly draft: Draft;
  readonly extras: Promise<Extras>;
  /** Says `text`; returns whether it was taken, and the field may be emptied. */
  send(text: string): boolean;
  /** Says why the text cannot be sent. */
  refuse(reason: string): void;
  /** Something is being written. */
  typing(): void;
}

/** The field for messages with its button and its counter. */
export class Composer {
  readonly #text = find("text", HTMLTextAreaElement);
  readonly #send = find("send");
  readonly #counter = find("counter");
  // Says what became of a paste.
  readonly #hint = find("hint");
  readonly #options: ComposerOptions;
  // Safari ends a composition just before the Enter that ended it.
  #hasJustComposed = false;

  constructor(options: ComposerOptions) {
    this.#options = options;
    const text = this.#text;
    text.addEventListener("keydown", (event) => this.#key(event));
    text.addEventListener("input", () => {
      this.#changed();
      options.draft.keep(text.value);
      if (text.value.trim() !== "") options.typing();
    });
    text.addEventListener("compositionend", () => {
      this.#hasJustComposed = true;
      setTimeout(() => this.#hasJustComposed = false);
    });
    // A press would take the focus, and on a phone the keyboard with it.
    this.#send.addEventListener("mousedown", (event) => event.preventDefault());
    void options.extras.then(({ hintAtPastes }) =>
      hintAtPastes({ text, hint: this.#hint, words: options.words, excess: () => this.#excess() })
    );
    // What the server sent back into the field is newer than what was saved.
    if (text.value === "") text.value = options.draft.load();
    this.#changed();
  }

  /** Whether nothing has been written. */
  get isEmpty(): boolean {
    return this.#text.value === "";
  }

  /** Puts the cursor here. */
  focus(): void {
    this.#text.focus({ preventScroll: true });
  }

  /** Goes on with `text`, written elsewhere. */
  resume(text: string): void {
    this.#text.value = text;
    this.#options.draft.keep(text);
    this.#changed();
  }

  /** Sends what has been written. */
  submit(): void {
    const text = this.#text;
    const { words, send, refuse } = this.#options;
    const over = this.#excess();
    if (over > 0) return refuse(words.say("tooLong", { count: over }));
    if (text.value.trim() !== "" && send(text.value)) this.resume("");
  }

  #key(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.shiftKey) return;
    const always = event.ctrlKey || event.metaKey;
    // 229 is what a key is to a page while it belongs to an input method (UI Events, section 7.3.1).
    const isComposing = event.isComposing || event.keyCode === 229 || this.#hasJustComposed;
    if (isComposing && !always) return;
    event.preventDefault();
    if (!event.repeat) this.submit();
  }

  #excess(): number {
    return lengthOf(this.#text) - limitOf(this.#text);
  }

  #changed(): void {
    const text = this.#text;
    const { words } = this.#options;
    const limit = limitOf(text);
    const length = lengthOf(text);
    const isOver = length > limit;
    this.#counter.textContent = length < limit * COUNTER_FROM
      ? ""
      : words.say("counter", { length, limit });
    this.#counter.dataset.state = isOver ? "over" : "within";
    // Not `disabled`: the reason is told to whoever presses it.
    this.#send.ariaDisabled = String(isOver);
    text.ariaInvalid = String(isOver);
    if (text.value === "") this.#hint.textContent = "";
    if (CSS.supports("field-sizing", "content")) return;
    text.style.height = "auto";
    text.style.height = `${text.scrollHeight + text.offsetHeight - text.clientHeight}px`;
  }
}

function limitOf(text: HTMLTextAreaElement): number {
  return Number(text.dataset.limit);
}

/** The length as the server will count it. */
function lengthOf(text: HTMLTextAreaElement): number {
  return countCodePoints(cleanText(text.value));
}
