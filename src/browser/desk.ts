// Where one takes part: gives a name, writes, and sends. What becomes of it shows in the conversation.

import type { ChatClient } from "../client/client.ts";
import { MAX_UNSENT, OUTBOX_KEY } from "../client/outbox.ts";
import type { KeyValueStorage, Timer } from "../client/platform.ts";
import { toChatError } from "../errors.ts";
import type { Refusal, Words } from "../words/words.ts";
import { Composer } from "./composer.ts";
import type { Conversation } from "./conversation.ts";
import { find } from "./dom.ts";
import { Draft, DRAFT_KEY } from "./draft.ts";
import { Entry } from "./entry.ts";
import type { Extras } from "./load_extras.ts";
import { FAILED_KEY, Sender } from "./sender.ts";

/** What a tab leaves behind and {@linkcode Desk.takeOver} takes. */
export const LEFT_BEHIND = [OUTBOX_KEY, FAILED_KEY, DRAFT_KEY] as const;

/** What a {@linkcode Desk} needs. */
export interface DeskOptions {
  readonly client: ChatClient;
  readonly timer: Timer;
  readonly newId: () => string;
  readonly words: Words;
  /** Of this tab. */
  readonly storage: KeyValueStorage;
  readonly extras: Promise<Extras>;
  /** Where what is said shows. */
  readonly conversation: Conversation;
  /** More or fewer messages wait than before. */
  readonly changed: () => void;
}

/** The form at the foot of the page, with all that follows from it. */
export class Desk {
  readonly #options: DeskOptions;
  readonly #draft: Draft;
  readonly #composer: Composer;
  readonly #entry: Entry;
  readonly #sender: Sender;

  constructor(options: DeskOptions) {
    const { client, timer, words, storage } = options;
    this.#options = options;
    this.#draft = new Draft(storage, timer);
    this.#composer = new Composer({
      words,
      draft: this.#draft,
      extras: options.extras,
      send: (text) => this.#say(text),
      refuse: (reason) => this.#entry.showError(reason),
      typing: () => client.typing(),
    });
    this.#entry = new Entry({
      words,
      join: (name) => void this.#join(name),
      submit: () => this.#composer.submit(),
      keepName: () => client.name && this.#enter(client.name),
    });
    this.#sender = this.#makeSender();
    this.#begin();
  }

  /** Saves what is not saved yet: the page may be gone in a moment. */
  save(): void {
    this.#draft.flush();
  }

  /** Takes over what a tab that is gone left in `storage`. */
  takeOver(storage: KeyValueStorage): void {
    this.#sender.takeOver(storage);
    const text = storage.getItem(DRAFT_KEY);
    if (text === null || !this.#composer.isEmpty) return;
    this.#composer.resume(text);
    this.#draft.flush();
    storage.removeItem(DRAFT_KEY);
  }

  /** Another tab of the same person has a name now, or another one. */
  follow(name: string): void {
    const { client } = this.#options;
    if (name === client.name) return;
    client.join(name).then(
      (joined) => this.#entry.welcome(joined),
      (error) => {
        if (!(error instanceof DOMException)) this.#entry.refuse(toChatError(error));
      },
    );
  }

  /** The name from last time is not to be had any more. */
  refused(error: Refusal): void {
    this.#entry.askName();
    this.#entry.refuse(error);
  }

  /** Puts the cursor where something can be written. */
  focus(): void {
    if (this.#entry.isJoining) this.#entry.focus();
    else this.#composer.focus();
  }

  #makeSender(): Sender {
    const { conversation, client, words, changed } = this.#options;
    const alarm = find("alarm");
    return new Sender({
      ...this.#options,
      display: {
        sending: (said) => conversation.addUnsent({ ...said, name: client.name ?? "" }),
        stored: (message) => conversation.confirm(message),
        failed: (id, reason, choices) => {
          conversation.pend(id, { fate: "failed", reason, choices });
          alarm.textContent = words.say("notSent", { reason });
        },
        changed,
      },
    });
  }

  /** Who has been here before goes on as who they were, without being asked. */
  #begin(): void {
    const { name } = this.#options.client;
    this.#sender.begin();
    if (name === undefined) this.#entry.askName();
    else this.#entry.welcome(name);
    // With a finger it would open the keyboard before anyone has read anything.
    if (matchMedia("(pointer: fine)").matches) this.focus();
  }

  async #join(name: string): Promise<void> {
    this.#entry.showError();
    this.#entry.setWaiting(true);
    try {
      this.#enter(await this.#options.client.join(name));
    } catch (error) {
      // Another name is being asked for by now.
      if (error instanceof DOMException) return;
      this.#entry.askName();
      this.#entry.focus();
      this.#entry.refuse(toChatError(error));
    }
  }

  #enter(name: string): void {
    this.#entry.showError();
    this.#entry.welcome(name);
    this.#composer.focus();
  }

  #say(raw: string): boolean {
    const { client, words } = this.#options;
    if (client.unsent.length >= MAX_UNSENT) {
      this.#entry.showError(words.say("outboxFull"));
      return false;
    }
    try {
      this.#sender.say(raw);
    } catch (error) {
      this.#entry.refuse(toChatError(error));
      return false;
    }
    this.#entry.showError();
    return true;
  }
}
