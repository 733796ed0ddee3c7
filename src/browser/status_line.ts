// The connection in words. A short break is nobody's business: it is only told when it lasts.

import type { Cancel } from "../clock.ts";
import type { Status } from "../client/link.ts";
import type { Timer } from "../client/platform.ts";
import { counted } from "./words.ts";

/** Breaks up to this long are not mentioned. */
const GRACE_MS = 2_000;

/** The line that says whether there is a connection. */
export class StatusLine {
  readonly #element: HTMLElement;
  readonly #timer: Timer;
  #status: Status = "closed";
  #unsent = 0;
  #wasConnected = false;
  #cancelGrace: Cancel | undefined;

  constructor(element: HTMLElement, timer: Timer) {
    this.#element = element;
    this.#timer = timer;
  }

  /** Tells the status, now or when it has lasted, and how many messages wait for it to change. */
  show(status: Status, unsent: number): void {
    this.#status = status;
    this.#unsent = unsent;
    if (status === "connected") {
      this.#wasConnected = true;
      this.#cancelGrace?.();
      this.#cancelGrace = undefined;
      this.#tell("connected", "Connected");
    } else if (this.#element.dataset.state === "lost") {
      this.#tellLost();
    } else {
      this.#cancelGrace ??= this.#timer.after(GRACE_MS, () => {
        this.#cancelGrace = undefined;
        this.#tellLost();
      });
    }
  }

  #tellLost(): void {
    if (this.#status === "connected") return;
    const waiting = this.#unsent === 0 ? "" : ` ${counted(this.#unsent, "message")} waiting`;
    this.#tell("lost", `${this.#wasConnected ? "Reconnecting…" : "Connecting…"}${waiting}`);
  }

  // Said again, the same words would be read out again.
  #tell(state: string, words: string): void {
    this.#element.dataset.state = state;
    if (this.#element.textContent !== words) this.#element.textContent = words;
  }
}
