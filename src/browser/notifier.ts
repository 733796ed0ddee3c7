// Tells of new messages outside the page: only after a click allowed it, only while the page is hidden,
// and in one notification that is renewed.

import type { Message } from "../message.ts";
import type { Words } from "../words/words.ts";

/** All of a room's news is one notification. */
const TAG = "parley";
/** More of a text than this no system shows. */
const MAX_SHOWN = 200;

/** What a {@linkcode Notifier} needs. */
export interface NotifierOptions {
  readonly words: Words;
  /** The name of the chat. */
  readonly title: string;
  /** Says why there can be no notifications. */
  readonly hint: HTMLElement;
}

/** The system's notifications. */
export class Notifier {
  readonly #options: NotifierOptions;
  #shown: Notification | undefined;

  constructor(options: NotifierOptions) {
    this.#options = options;
  }

  /** Asks whether notifications may be shown; only to be called from a click. */
  async ask(): Promise<boolean> {
    const { words, hint } = this.#options;
    const canAsk = isSecureContext && "Notification" in globalThis;
    const answer = canAsk ? await Notification.requestPermission() : "denied";
    hint.textContent = answer === "granted"
      ? ""
      : words.say(canAsk ? "notificationsDenied" : "notificationsNeedHttps");
    return answer === "granted";
  }

  /** Tells of `message`, the last of `count` unread ones, unless the page can be seen. */
  tell({ name, text }: Message, count: number): void {
    if (document.visibilityState !== "hidden" || Notification.permission !== "granted") return;
    const { words, title } = this.#options;
    const more = count > 1 ? `\n${words.say("notificationMore", { count })}` : "";
    try {
      this.#shown = new Notification(words.say("notificationTitle", { name, title }), {
        body: `${text.slice(0, MAX_SHOWN)}${more}`,
        tag: TAG,
        icon: "/icon.svg",
      });
    } catch (error) {
      // Chrome on Android has notifications only for service workers, and says so in this way.
      if (error instanceof TypeError) return;
      throw error;
    }
    this.#shown.addEventListener("click", () => {
      focus();
      this.clear();
    });
  }

  /** Takes back what is not news any more. */
  clear(): void {
    this.#shown?.close();
    this.#shown = undefined;
  }
}
