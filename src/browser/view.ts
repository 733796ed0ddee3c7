// Everything on the page, told what to show by what happens to the client and the client by what is
// done on the page.

import type { ChatClient } from "../client/client.ts";
import type { ClientEvent } from "../client/events.ts";
import { MAX_UNSENT, OUTBOX_KEY } from "../client/outbox.ts";
import type { KeyValueStorage, Timer } from "../client/platform.ts";
import { toChatError } from "../errors.ts";
import { normalizeName } from "../message.ts";
import type { Words } from "../words/words.ts";
import { Announcer } from "./announcer.ts";
import { Attention } from "./attention.ts";
import { Composer } from "./composer.ts";
import { Conversation } from "./conversation.ts";
import { find } from "./dom.ts";
import { Draft, DRAFT_KEY } from "./draft.ts";
import { Entry } from "./entry.ts";
import { listenForKeys } from "./keyboard.ts";
import { Menu } from "./menu.ts";
import { People } from "./people.ts";
import { ReadMarker } from "./read_marker.ts";
import { FAILED_KEY, Sender } from "./sender.ts";
import { StatusLine } from "./status_line.ts";
import { aboutPeople } from "./words.ts";

/** What a tab leaves behind and {@linkcode View.takeOver} takes. */
export const LEFT_BEHIND = [OUTBOX_KEY, FAILED_KEY, DRAFT_KEY] as const;

/** What a {@linkcode View} needs. */
export interface ViewOptions {
  readonly client: ChatClient;
  readonly timer: Timer;
  readonly newId: () => string;
  readonly words: Words;
  /** Of all tabs. */
  readonly shared: KeyValueStorage;
  /** Of this tab. */
  readonly storage: KeyValueStorage;
}

/** The page, alive. */
export class View {
  readonly #client: ChatClient;
  readonly #options: ViewOptions;
  readonly #words: Words;
  readonly #conversation: Conversation;
  readonly #people: People;
  readonly #status: StatusLine;
  readonly #announcer: Announcer;
  readonly #attention: Attention;
  readonly #typing = find("typing", HTMLElement);
  readonly #draft: Draft;
  readonly #composer: Composer;
  readonly #entry: Entry;
  readonly #sender: Sender;

  /** Takes the page over. */
  constructor(options: ViewOptions) {
    const { client, timer, words, shared, storage } = options;
    this.#client = client;
    this.#options = options;
    this.#words = words;
    this.#conversation = this.#makeConversation();
    this.#announcer = new Announcer({ region: find("announcer", HTMLElement), timer, words });
    this.#attention = new Attention(words, shared);
    this.#people = new People({
      list: find("people", HTMLUListElement),
      count: find("people-count", HTMLElement),
    }, words);
    this.#status = new StatusLine({
      element: find("status", HTMLElement),
      timer,
      words,
      hasNetwork: () => navigator.onLine,
    });
    this.#draft = new Draft(storage, timer);
    this.#composer = this.#makeComposer();
    this.#entry = this.#makeEntry();
    this.#sender = this.#makeSender();
    this.#listenForKeys();
    client.listen((event) => this.#on(event));
    this.#begin();
  }

  /** Saves what is not saved yet: the page may be gone in a moment. */
  save(): void {
    this.#draft.flush();
  }

  /** Takes over what a tab that is gone left in `storage`. */
  takeOver(storage: KeyValueStorage): void {
    this.#sender.takeOver(storage);
    const text = new Draft(storage, this.#options.timer).load();
    if (text === "" || !this.#composer.isEmpty) return;
    this.#composer.resume(text);
    this.#draft.flush();
    storage.removeItem(DRAFT_KEY);
  }

  /** Another tab of the same person has a name now, or another one. */
  follow(name: string): void {
    if (name === this.#client.name) return;
    this.#client.join(name).then(
      (joined) => this.#entry.welcome(joined),
      (error) => {
        if (!(error instanceof DOMException)) this.#entry.refuse(toChatError(error));
      },
    );
  }

  #makeConversation(): Conversation {
    const marker = new ReadMarker({
      storage: this.#options.shared,
      isAway: () => document.visibilityState === "hidden" || !document.hasFocus(),
    });
    const conversation = new Conversation({
      scroller: find("scroller", HTMLElement),
      list: find("messages", HTMLOListElement),
      pill: find("pill", HTMLButtonElement),
    }, { words: this.#words, timer: this.#options.timer, marker, self: this.#client.name });
    addEventListener("focus", () => conversation.look());
    document.addEventListener("visibilitychange", () => conversation.look());
    return conversation;
  }

  #makeComposer(): Composer {
    return new Composer({
      text: find("text", HTMLTextAreaElement),
      send: find("send", HTMLButtonElement),
      counter: find("counter", HTMLElement),
      hint: find("hint", HTMLElement),
    }, {
      words: this.#words,
      draft: this.#draft,
      send: (text) => this.#say(text),
      refuse: (reason) => this.#entry.showError(reason),
      typing: () => this.#client.typing(),
    });
  }

  #makeEntry(): Entry {
    return new Entry({
      form: find("form", HTMLFormElement),
      name: find("name", HTMLInputElement),
      connect: find("connect", HTMLButtonElement),
      error: find("error", HTMLElement),
      you: find("you", HTMLElement),
      youName: find("you-name", HTMLElement),
      rename: find("rename", HTMLButtonElement),
    }, {
      words: this.#words,
      join: (name) => this.#join(name),
      submit: () => this.#composer.submit(),
      keepName: () => {
        const { name } = this.#client;
        if (name !== undefined) this.#enter(name);
      },
    });
  }

  #makeSender(): Sender {
    const conversation = this.#conversation;
    const alarm = find("alarm", HTMLElement);
    return new Sender({
      ...this.#options,
      display: {
        sending: (said) => conversation.addUnsent({ ...said, name: this.#client.name ?? "" }),
        stored: (message) => conversation.confirm(message),
        failed: (id, reason, actions) => {
          conversation.fail(id, reason, actions);
          alarm.textContent = this.#words.say("notSent", { reason });
        },
        changed: () => this.#showStatus(),
      },
    });
  }

  #listenForKeys(): void {
    const menu = new Menu();
    listenForKeys({
      write: () => this.#entry.isJoining ? this.#entry.focus() : this.#composer.focus(),
      toEnd: () => this.#conversation.toEnd(),
      help: () => menu.showKeys(),
      close: () => menu.close(),
    });
  }

  /** Who has been here before goes on as who they were, without being asked. */
  #begin(): void {
    const { name } = this.#client;
    this.#sender.begin();
    if (name === undefined) this.#entry.askName();
    else this.#entry.welcome(name);
    // With a finger it would open the keyboard before anyone has read anything.
    if (!matchMedia("(pointer: fine)").matches) return;
    if (name === undefined) this.#entry.focus();
    else this.#composer.focus();
  }

  #on(event: ClientEvent): void {
    switch (event.type) {
      case "status":
        return this.#showStatus();
      case "reset":
        return this.#conversation.reset(event.messages, this.#client.since?.log ?? "");
      case "messages":
        return this.#show(event);
      case "joined":
        this.#conversation.self = event.name;
        return this.#showPeople();
      case "refused":
        this.#entry.askName();
        return this.#entry.refuse(event.error);
      case "online":
        return this.#showComings(event);
      case "typing":
        return this.#showTyping(event.names);
      case "delayed":
        return this.#conversation.delay(event.id, this.#words.refusal(event.error));
      case "error":
        // About nothing that anyone on this page has asked for.
        return;
    }
  }

  #show({ messages, skipped }: Extract<ClientEvent, { type: "messages" }>): void {
    const others = messages.filter(({ name }) => name !== this.#client.name);
    this.#announcer.announce(others);
    this.#attention.arrived(others);
    this.#conversation.addStored(messages, skipped);
  }

  #showComings({ joined, left }: Extract<ClientEvent, { type: "online" }>): void {
    this.#showPeople();
    const others = joined.filter((name) => name !== this.#client.name);
    this.#conversation.tellComings({ joined: others, left });
  }

  #showPeople(): void {
    this.#people.show(this.#client.online, this.#client.name);
  }

  #showStatus(): void {
    this.#status.show(this.#client.status, this.#client.unsent.length);
  }

  #showTyping(names: readonly string[]): void {
    this.#typing.replaceChildren(
      ...(names.length > 0 ? aboutPeople(this.#words, "typing", names) : []),
    );
  }

  async #join(name: string): Promise<void> {
    this.#entry.showError();
    this.#entry.setWaiting(true);
    try {
      this.#enter(await this.#client.join(normalizeName(name)));
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
    if (this.#client.unsent.length >= MAX_UNSENT) {
      this.#entry.showError(this.#words.say("outboxFull"));
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
