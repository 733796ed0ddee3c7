// What the page does to be noticed when something came and nobody is looking at it, and how that ends
// when somebody is.

import type { KeyValueStorage } from "../client/platform.ts";
import type { Message } from "../message.ts";
import type { Words } from "../words/words.ts";
import { Chime } from "./chime.ts";
import { find } from "./dom.ts";
import { Notifier } from "./notifier.ts";
import { Switch } from "./switch.ts";
import { Unread } from "./unread.ts";

const SOUND_KEY = "parley.sound";
const NOTIFY_KEY = "parley.notify";

/** Title, icon, notifications and sound. */
export class Attention {
  readonly #unread: Unread;
  readonly #notifier: Notifier;
  readonly #chime = new Chime();
  readonly #sound: Switch;
  readonly #notifications: Switch;

  /** Takes the title and the switches of the page; `storage` keeps how they stand. */
  constructor(words: Words, storage: KeyValueStorage) {
    const title = document.title;
    this.#unread = new Unread(pageTitle(), words);
    this.#notifier = new Notifier({ words, title, hint: find("notify-hint") });
    this.#sound = new Switch({
      button: find("sound", HTMLButtonElement),
      storage,
      key: SOUND_KEY,
      mayTurnOn: () => {
        this.#chime.allow();
        this.#chime.ring();
        return true;
      },
    });
    this.#notifications = new Switch({
      button: find("notify", HTMLButtonElement),
      storage,
      key: NOTIFY_KEY,
      mayTurnOn: () => this.#notifier.ask(),
    });
    find("switches").hidden = false;
    const allow = () => {
      if (this.#sound.isOn) this.#chime.allow();
    };
    addEventListener("pointerdown", allow);
    addEventListener("keydown", allow);
    addEventListener("focus", () => this.#look());
    document.addEventListener("visibilitychange", () => this.#look());
  }

  /** Others have said `messages`. */
  arrived(messages: readonly Message[]): void {
    const last = messages.at(-1);
    if (last === undefined || isLooking()) return;
    this.#unread.add(messages.length);
    if (this.#sound.isOn) this.#chime.ring();
    if (this.#notifications.isOn) this.#notifier.tell(last, this.#unread.count);
  }

  #look(): void {
    if (!isLooking()) return;
    this.#unread.clear();
    this.#notifier.clear();
  }
}

/** Whether somebody can be taken to look at the page. */
function isLooking(): boolean {
  return document.visibilityState === "visible" && document.hasFocus();
}

function pageTitle() {
  const icon = find("icon", HTMLLinkElement);
  return {
    get title() {
      return document.title;
    },
    set title(title) {
      document.title = title;
    },
    setDot: (hasDot: boolean) => icon.href = hasDot ? "/icon-unread.svg" : "/icon.svg",
  };
}
