// A setting that is on or off, as a switch that remembers.

import type { KeyValueStorage } from "../client/platform.ts";

/** What a {@linkcode Switch} is made of. */
export interface SwitchOptions {
  readonly button: HTMLButtonElement;
  readonly storage: KeyValueStorage;
  /** Where it is remembered. */
  readonly key: string;
  /** Asked with the click before it goes on; whether it may. */
  readonly mayTurnOn?: () => boolean | Promise<boolean>;
}

/** Off at first. */
export class Switch {
  readonly #options: SwitchOptions;

  constructor(options: SwitchOptions) {
    this.#options = options;
    this.#set(options.storage.getItem(options.key) === "on");
    options.button.addEventListener("click", () => void this.#toggle());
  }

  get isOn(): boolean {
    return this.#options.button.ariaChecked === "true";
  }

  async #toggle(): Promise<void> {
    const { storage, key, mayTurnOn = () => true } = this.#options;
    const isOn = !this.isOn && await mayTurnOn();
    this.#set(isOn);
    if (isOn) storage.setItem(key, "on");
    else storage.removeItem(key);
  }

  #set(isOn: boolean): void {
    this.#options.button.ariaChecked = String(isOn);
  }
}
