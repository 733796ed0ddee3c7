// The connection in words. A short break is nobody's business: it is only told when it lasts.

import type { Cancel } from "../clock.ts";
import type { Status } from "../client/link.ts";
import type { Timer } from "../client/platform.ts";
import type { Words } from "../words/words.ts";

/** Breaks up to this long are not mentioned. */
export const GRACE_MS = 2_000;

/** The part of an element that a {@linkcode StatusLine} writes. */
export interface StatusElement {
  textContent: string | null;
  readonly dataset: { state?: string };
}

/** What a {@linkcode StatusLine} needs. */
export interface StatusLineOptions {
  readonly element: StatusElement;
  readonly timer: Timer;
  readonly words: Words;
  /** Whether the device says that it has a network. */
  readonly hasNetwork: () => boolean;
}

/** The line that says whether there is a connection. */
export class StatusLine {
  readonly #options: StatusLineOptions;
  #status: Status = "closed";
  #queued = 0;
  #wasConnected = false;
  #cancelGrace: Cancel | undefined;

  constructor(options: StatusLineOptions) {
    this.#options = options;
  }

  /** Tells the status, now or when it has lasted, and how many messages wait for it to change. */
  show(status: Status, queued: number): void {
    this.#status = status;
    this.#queued = queued;
    const { element, timer, words } = this.#options;
    if (status === "connected") {
      this.#wasConnected = true;
      this.#cancelGrace?.();
      this.#cancelGrace = undefined;
      this.#tell("connected", words.say("connected"));
    } else if (element.dataset.state === "lost") {
      this.#tellLost();
    } else {
      this.#cancelGrace ??= timer.after(GRACE_MS, () => {
        this.#cancelGrace = undefined;
        this.#tellLost();
      });
    }
  }

  #tellLost(): void {
    if (this.#status === "connected") return;
    const { words } = this.#options;
    const queued = this.#queued === 0 ? "" : ` ${words.say("queued", { count: this.#queued })}`;
    this.#tell("lost", `${this.#lostWords()}${queued}`);
  }

  #lostWords(): string {
    const { words, hasNetwork } = this.#options;
    if (!hasNetwork()) return `${words.say("offline")}.`;
    return words.say(this.#wasConnected ? "reconnecting" : "connecting");
  }

  // Said again, the same words would be read out again.
  #tell(state: string, text: string): void {
    const { element } = this.#options;
    element.dataset.state = state;
    if (element.textContent !== text) element.textContent = text;
  }
}
