// The form and its two uses with a script: giving a name, then writing. What was refused stands above
// it in words, with the way out as a button where there is one.

import { freeName, type Refusal, type Words } from "../words/words.ts";
import { find, makeButton } from "./dom.ts";

/** What an {@linkcode Entry} needs. */
export interface EntryOptions {
  readonly words: Words;
  /** A name was given. */
  join(name: string): void;
  /** The form was sent while writing. */
  submit(): void;
  /** Another name was wanted and is not any more. */
  keepName(): void;
}

/** The form at the foot of the page. */
export class Entry {
  readonly #options: EntryOptions;
  readonly #form = find("form", HTMLFormElement);
  readonly #name = find("name", HTMLInputElement);
  readonly #error = find("error");

  constructor(options: EntryOptions) {
    this.#options = options;
    const form = this.#form;
    const name = this.#name;
    // The script has better words than the browser, and fields that are not shown cannot be filled in.
    form.noValidate = true;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.isJoining) options.join(name.value);
      else options.submit();
    });
    find("rename").addEventListener("click", () => {
      this.askName();
      this.focus();
      name.select();
    });
    name.addEventListener("keydown", (event) => {
      if (event.key === "Escape") options.keepName();
    });
  }

  /** Whether a name is asked for. */
  get isJoining(): boolean {
    return this.#form.dataset.mode === "join";
  }

  /** Asks for a name. */
  askName(): void {
    this.#setMode("join");
    this.setWaiting(false);
  }

  /** Puts the cursor into the name. */
  focus(): void {
    this.#name.focus({ preventScroll: true });
  }

  /** Lets `name` write. */
  welcome(name: string): void {
    this.setWaiting(false);
    this.#name.value = name;
    find("you-name").textContent = name;
    this.#setMode("chat");
  }

  /** Whether an answer is awaited. */
  setWaiting(isWaiting: boolean): void {
    const connect = find("connect", HTMLButtonElement);
    connect.disabled = isWaiting;
    connect.textContent = this.#options.words.say(isWaiting ? "connecting" : "connect");
  }

  /** Says what was refused. */
  refuse(error: Refusal): void {
    const { words, join } = this.#options;
    const name = this.#name;
    this.showError(words.refusal(error));
    name.ariaInvalid = String(this.isJoining);
    const free = freeName(error);
    if (free === undefined) return;
    const use = makeButton(words.say("useName", { name: free }), () => {
      name.value = free;
      join(free);
    });
    this.#error.append(" ", use);
  }

  /** Says why something cannot be done, or nothing any more. */
  showError(reason?: string): void {
    const error = this.#error;
    error.textContent = reason ?? "";
    error.hidden = reason === undefined;
    this.#name.ariaInvalid = "false";
  }

  #setMode(mode: "join" | "chat"): void {
    this.#form.dataset.mode = mode;
    find("you").hidden = mode !== "chat";
  }
}
