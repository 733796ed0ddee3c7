// What opens over the page: the settings and the list of keys.

import { find } from "./dom.ts";
import { switchTheme } from "./theme.ts";

/** The settings and the keys. */
export class Menu {
  readonly #settings = find("settings", HTMLDetailsElement);
  readonly #keys = find("keys", HTMLDialogElement);

  constructor() {
    switchTheme(find("themes"));
    find("keys-button", HTMLButtonElement).addEventListener("click", () => this.showKeys());
    document.addEventListener("click", ({ target }) => {
      if (target instanceof Node && !this.#settings.contains(target)) this.#settings.open = false;
      // Everything of the dialog lies in a box in it, so this is the backdrop.
      if (target === this.#keys) this.#keys.close();
    });
  }

  /** Shows all keys. */
  showKeys(): void {
    this.#settings.open = false;
    if (!this.#keys.open) this.#keys.showModal();
  }

  /** Closes what is open; returns whether something was. */
  close(): boolean {
    // The browser itself closes a dialog.
    if (this.#keys.open) return true;
    if (!this.#settings.open) return false;
    this.#settings.open = false;
    this.#settings.querySelector("summary")?.focus();
    return true;
  }
}
