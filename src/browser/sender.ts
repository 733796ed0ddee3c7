// What is said, from Enter to stored: shown at once, kept over a reload, said to have failed when it
// does not arrive, and never lost. The headless client does the sending; here is what people see of it.

import type { Cancel } from "../clock.ts";
import type { ChatClient } from "../client/client.ts";
import type { ClientEvent } from "../client/events.ts";
import { Outbox, OUTBOX_KEY, type Unsent } from "../client/outbox.ts";
import type { KeyValueStorage, Timer } from "../client/platform.ts";
import { toChatError } from "../errors.ts";
import { type Message, normalizeText } from "../message.ts";
import type { Words } from "../words/words.ts";

/** Where the messages lie that were refused and that nobody has retried or deleted yet. */
export const FAILED_KEY = "parley.failed";

/**
 * A message that a connected server neither stores nor refuses for this long is shown as not sent. It
 * still goes again by itself, and when it is stored after all its row says so.
 */
export const OVERDUE_MS = 8_000;

/** What can be done about a message that was not sent. */
export interface FailedActions {
  retry(): void;
  discard(): void;
}

/** Where a {@linkcode Sender} shows what happens. */
export interface SenderDisplay {
  sending(unsent: Unsent): void;
  stored(message: Message): void;
  failed(id: string, reason: string, actions: FailedActions): void;
  /** More or fewer messages wait than before. */
  changed(): void;
}

/** What a {@linkcode Sender} is made of. */
export interface SenderOptions {
  readonly client: ChatClient;
  readonly timer: Timer;
  readonly newId: () => string;
  readonly words: Words;
  /** Keeps what failed. */
  readonly storage: KeyValueStorage;
  readonly display: SenderDisplay;
}

/** The way of one's own messages. */
export class Sender {
  readonly #options: SenderOptions;
  readonly #failed: Outbox;
  readonly #reasons = new Map<string, string>();
  #isJoined = false;
  #watched: string | undefined;
  #cancelWatch: Cancel | undefined;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#failed = new Outbox(failedIn(options.storage));
    options.client.listen((event) => this.#on(event));
  }

  /** Goes on with what an earlier page left. */
  begin(): void {
    for (const unsent of this.#options.client.unsent) this.#send(unsent);
    for (const unsent of this.#failed.unsent) this.#showOldFailed(unsent);
  }

  /**
   * Says `raw`.
   *
   * @throws {ChatError} when it can be no message; nothing has happened then.
   */
  say(raw: string): void {
    this.#send({ id: this.#options.newId(), text: normalizeText(raw) });
  }

  /** Takes over what a tab that is gone left in `storage`. */
  takeOver(storage: KeyValueStorage): void {
    const waiting = new Outbox(storage);
    for (const unsent of waiting.unsent) {
      this.#send(unsent);
      waiting.remove(unsent.id);
    }
    const refused = new Outbox(failedIn(storage));
    for (const unsent of refused.unsent) {
      this.#keepFailed(unsent);
      this.#showOldFailed(unsent);
      refused.remove(unsent.id);
    }
  }

  #send(unsent: Unsent): void {
    const { client, display } = this.#options;
    display.sending(unsent);
    client.send(unsent.text, unsent.id).then(
      (message) => {
        this.#reasons.delete(unsent.id);
        display.stored(message);
      },
      (error) => this.#fail(unsent, error),
    ).finally(() => this.#changed());
    this.#failed.remove(unsent.id);
    this.#changed();
  }

  #fail(unsent: Unsent, error: unknown): void {
    // Deleted, or the page is going: there is nobody to tell.
    if (error instanceof DOMException) return;
    this.#reasons.set(unsent.id, this.#options.words.refusal(toChatError(error)));
    this.#keepFailed(unsent);
    this.#showFailed(unsent);
  }

  #keepFailed(unsent: Unsent): void {
    if (!this.#failed.has(unsent.id)) this.#failed.add(unsent);
  }

  #showOldFailed(unsent: Unsent): void {
    this.#options.display.sending(unsent);
    this.#showFailed(unsent);
  }

  #showFailed(unsent: Unsent): void {
    const { client, display, words } = this.#options;
    display.failed(unsent.id, this.#reasons.get(unsent.id) ?? words.say("refusedEarlier"), {
      retry: () => {
        this.#send(unsent);
        // It may be the connection that only looks open.
        client.wake();
      },
      discard: () => {
        client.discard(unsent.id);
        this.#failed.remove(unsent.id);
        this.#reasons.delete(unsent.id);
        this.#changed();
      },
    });
  }

  #on(event: ClientEvent): void {
    if (event.type === "joined") this.#isJoined = true;
    else if (event.type === "status" && event.status !== "connected") this.#isJoined = false;
    else if (event.type === "delayed") {
      this.#reasons.set(event.id, this.#options.words.refusal(event.error));
    } else return;
    this.#watch();
  }

  #changed(): void {
    this.#watch();
    this.#options.display.changed();
  }

  // Messages leave one after the other, so only the first can be overdue.
  #watch(): void {
    const { client, timer, words } = this.#options;
    const head = this.#isJoined ? client.unsent[0] : undefined;
    if (head?.id === this.#watched) return;
    this.#watched = head?.id;
    this.#cancelWatch?.();
    this.#cancelWatch = head && timer.after(OVERDUE_MS, () => {
      if (!this.#reasons.has(head.id)) this.#reasons.set(head.id, words.say("tooSlow"));
      this.#showFailed(head);
    });
  }
}

/** The same kind of list under another name. */
function failedIn(storage: KeyValueStorage): KeyValueStorage {
  const name = (key: string) => key === OUTBOX_KEY ? FAILED_KEY : key;
  return {
    getItem: (key) => storage.getItem(name(key)),
    setItem: (key, value) => storage.setItem(name(key), value),
    removeItem: (key) => storage.removeItem(name(key)),
  };
}
