// Where messages are written. Enter sends, except while an input method is composing: there Enter
// chooses a word.

import { countCodePoints } from "../message.ts";

/** From this share of the limit on, the length is shown. */
const COUNTER_FROM = 0.8;

/** What a {@linkcode Composer} works on. */
export interface ComposerElements {
  readonly text: HTMLTextAreaElement;
  readonly send: HTMLButtonElement;
  readonly counter: HTMLElement;
}

/** What a {@linkcode Composer} causes. */
export interface ComposerActions {
  /** Says `text`; returns whether it was taken, and the field may be emptied. */
  send(text: string): boolean;
  /** Something is being written. */
  typing(): void;
}

/** The field for messages with its button and its counter. */
export class Composer {
  readonly #elements: ComposerElements;
  readonly #actions: ComposerActions;
  // Safari ends a composition just before the Enter that ended it.
  #hasJustComposed = false;

  constructor(elements: ComposerElements, actions: ComposerActions) {
    this.#elements = elements;
    this.#actions = actions;
    const { text, send } = elements;
    text.addEventListener("keydown", (event) => this.#key(event));
    text.addEventListener("input", () => {
      this.#changed();
      if (text.value.trim() !== "") actions.typing();
    });
    text.addEventListener("compositionend", () => {
      this.#hasJustComposed = true;
      setTimeout(() => this.#hasJustComposed = false);
    });
    // A press would take the focus, and on a phone the keyboard with it.
    send.addEventListener("mousedown", (event) => event.preventDefault());
    this.#changed();
  }

  /** Puts the cursor here. */
  focus(): void {
    this.#elements.text.focus({ preventScroll: true });
  }

  /** Sends what has been written. */
  submit(): void {
    const { text } = this.#elements;
    if (text.value.trim() === "" || !this.#actions.send(text.value)) return;
    text.value = "";
    this.#changed();
  }

  #key(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.shiftKey) return;
    // 229 is what a key is to a page while it belongs to an input method (UI Events, section 7.3.1).
    if (event.isComposing || event.keyCode === 229 || this.#hasJustComposed) return;
    event.preventDefault();
    if (!event.repeat) this.submit();
  }

  #changed(): void {
    const { text, counter } = this.#elements;
    const limit = Number(text.dataset.limit);
    const length = countCodePoints(text.value.trimEnd());
    counter.textContent = length < limit * COUNTER_FROM
      ? ""
      : `${length.toLocaleString()} of ${limit.toLocaleString()} characters`;
    counter.dataset.state = length > limit ? "over" : "within";
    if (CSS.supports("field-sizing", "content")) return;
    text.style.height = "auto";
    text.style.height = `${text.scrollHeight + text.offsetHeight - text.clientHeight}px`;
  }
}
