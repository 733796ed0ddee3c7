// What is being written, saved while it is, so that neither a reload nor a crash takes it.

import type { Cancel } from "../clock.ts";
import type { KeyValueStorage, Timer } from "../client/platform.ts";

/** Where the draft lies in its storage. */
export const DRAFT_KEY = "parley.draft";
/** A key struck is saved after this long at the latest. */
export const SAVE_MS = 300;

/** The unfinished message. */
export class Draft {
  readonly #storage: KeyValueStorage;
  readonly #timer: Timer;
  #text: string | undefined;
  #cancelSave: Cancel | undefined;

  constructor(storage: KeyValueStorage, timer: Timer) {
    this.#storage = storage;
    this.#timer = timer;
  }

  /** What was saved; empty when nothing was. */
  load(): string {
    return this.#storage.getItem(DRAFT_KEY) ?? "";
  }

  /** Saves `text` soon; an empty one is forgotten at once. */
  keep(text: string): void {
    this.#text = text;
    if (text === "") this.flush();
    else this.#cancelSave ??= this.#timer.after(SAVE_MS, () => this.flush());
  }

  /** Saves now what was to be saved soon. */
  flush(): void {
    this.#cancelSave?.();
    this.#cancelSave = undefined;
    if (this.#text === undefined) return;
    if (this.#text === "") this.#storage.removeItem(DRAFT_KEY);
    else this.#storage.setItem(DRAFT_KEY, this.#text);
    this.#text = undefined;
  }
}
