// Everything on the page, told what to show by what happens to the client and the client by what is
// done on the page.

import type { ClientEvent } from "../client/events.ts";
import type { KeyValueStorage } from "../client/platform.ts";
import { Conversation } from "./conversation.ts";
import { Desk, type DeskOptions } from "./desk.ts";
import { find } from "./dom.ts";
import { ReadMarker } from "./read_marker.ts";
import { makeAvatar } from "./row.ts";
import { StatusLine } from "./status_line.ts";

/** What a {@linkcode View} needs. */
export interface ViewOptions extends Omit<DeskOptions, "conversation" | "changed"> {
  /** Of all tabs. */
  readonly shared: KeyValueStorage;
}

/** The part that tells of messages of others: see `Announcer` and `Attention`. */
type Heralds = readonly { arrived(messages: ClientMessages): void }[];
type ClientMessages = Extract<ClientEvent, { type: "messages" }>["messages"];

/** The page, alive. */
export class View {
  /** Where one takes part. */
  readonly desk: Desk;
  readonly #options: ViewOptions;
  readonly #conversation: Conversation;
  readonly #status: StatusLine;
  readonly #heralds: Promise<Heralds>;

  /** Takes the page over. */
  constructor(options: ViewOptions) {
    const { client, timer, words } = options;
    this.#options = options;
    this.#conversation = this.#makeConversation();
    this.#status = new StatusLine({
      element: find("status"),
      timer,
      words,
      hasNetwork: () => navigator.onLine,
    });
    this.desk = new Desk({
      ...options,
      conversation: this.#conversation,
      changed: () => this.#showStatus(),
    });
    this.#heralds = this.#addExtras();
    client.listen((event) => this.#on(event));
  }

  #makeConversation(): Conversation {
    const { shared, client } = this.#options;
    const isAway = () => document.visibilityState === "hidden" || !document.hasFocus();
    const marker = new ReadMarker({ storage: shared, isAway });
    const conversation = new Conversation({ ...this.#options, marker, self: client.name });
    const look = () => conversation.look();
    addEventListener("focus", look);
    document.addEventListener("visibilitychange", look);
    return conversation;
  }

  async #addExtras(): Promise<Heralds> {
    const { extras, timer, words, shared } = this.#options;
    const { Announcer, Attention, listenForKeys, Menu } = await extras;
    const menu = new Menu();
    listenForKeys({
      write: () => this.desk.focus(),
      toEnd: () => this.#conversation.toEnd(),
      help: () => menu.showKeys(),
      close: () => menu.close(),
    });
    return [
      new Announcer({ region: find("announcer"), timer, words }),
      new Attention(words, shared),
    ];
  }

  #on(event: ClientEvent): void {
    const { client, words } = this.#options;
    switch (event.type) {
      case "status":
        return this.#showStatus();
      case "reset":
        return this.#conversation.reset(event.messages, client.since?.log ?? "");
      case "messages":
        return this.#show(event);
      case "joined":
        this.#conversation.self = event.name;
        return this.#showPeople();
      case "refused":
        return this.desk.refused(event.error);
      case "online":
        return this.#showComings(event);
      case "typing":
        return this.#showTyping(event.names);
      case "delayed":
        return this.#conversation.pend(event.id, {
          fate: "delayed",
          reason: words.refusal(event.error),
        });
      case "error":
        // About nothing that anyone on this page has asked for.
        return;
    }
  }

  #show({ messages, skipped }: Extract<ClientEvent, { type: "messages" }>): void {
    const others = messages.filter(({ name }) => name !== this.#options.client.name);
    void this.#heralds.then((heralds) => heralds.forEach((herald) => herald.arrived(others)));
    this.#conversation.addStored(messages, skipped);
  }

  #showComings({ joined, left }: Extract<ClientEvent, { type: "online" }>): void {
    const { client } = this.#options;
    this.#showPeople();
    const others = joined.filter((name) => name !== client.name);
    this.#conversation.tellComings({ joined: others, left });
  }

  #showPeople(): void {
    const { client, words, extras } = this.#options;
    void extras.then(({ showPeople }) => showPeople({ client, words, avatarOf: makeAvatar }));
  }

  #showStatus(): void {
    const { client } = this.#options;
    this.#status.show(client.status, client.unsent.length);
  }

  #showTyping(names: readonly string[]): void {
    const { words, extras } = this.#options;
    void extras.then(({ showTyping }) => showTyping(names, words));
  }
}
