// Everything on the page, told what to show by what happens to the client and the client by what is
// done on the page.

import type { ChatClient } from "../client/client.ts";
import type { ClientEvent } from "../client/events.ts";
import type { Timer } from "../client/platform.ts";
import { toChatError } from "../errors.ts";
import { normalizeName, normalizeText } from "../message.ts";
import type { Words } from "../words/words.ts";
import { Announcer } from "./announcer.ts";
import { Composer } from "./composer.ts";
import { Conversation } from "./conversation.ts";
import { find } from "./dom.ts";
import { Entry } from "./entry.ts";
import { People } from "./people.ts";
import { Scroller } from "./scroller.ts";
import { StatusLine } from "./status_line.ts";
import { aboutPeople } from "./words.ts";

/** What a {@linkcode View} needs. */
export interface ViewOptions {
  readonly client: ChatClient;
  readonly timer: Timer;
  readonly newId: () => string;
  readonly words: Words;
}

/** The page, alive. */
export class View {
  readonly #client: ChatClient;
  readonly #newId: () => string;
  readonly #words: Words;
  readonly #conversation: Conversation;
  readonly #people: People;
  readonly #status: StatusLine;
  readonly #announcer: Announcer;
  readonly #typing = find("typing", HTMLElement);
  readonly #composer: Composer;
  readonly #entry: Entry;

  /** Takes the page over. */
  constructor({ client, timer, newId, words }: ViewOptions) {
    this.#client = client;
    this.#newId = newId;
    this.#words = words;
    const log = find("scroller", HTMLElement);
    const scroller = new Scroller({ scroller: log, pill: find("pill", HTMLButtonElement) });
    this.#conversation = new Conversation(find("messages", HTMLOListElement), scroller);
    this.#announcer = new Announcer({ log, summary: find("summary", HTMLElement) }, timer);
    this.#people = new People({
      list: find("people", HTMLUListElement),
      count: find("people-count", HTMLElement),
    });
    this.#status = new StatusLine(find("status", HTMLElement), timer);
    this.#composer = this.#makeComposer();
    this.#entry = this.#makeEntry();
    client.listen((event) => this.#on(event));
    this.#begin();
  }

  #makeComposer(): Composer {
    return new Composer({
      text: find("text", HTMLTextAreaElement),
      send: find("send", HTMLButtonElement),
      counter: find("counter", HTMLElement),
    }, { send: (text) => this.#say(text), typing: () => this.#client.typing() });
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
      join: (name) => this.#join(name),
      submit: () => this.#composer.submit(),
      keepName: () => {
        const { name } = this.#client;
        if (name !== undefined) this.#enter(name);
      },
    });
  }

  /** Who has been here before goes on as who they were, without being asked. */
  #begin(): void {
    const { name, unsent } = this.#client;
    this.#conversation.self = name;
    for (const { id, text } of unsent) this.#send(text, id);
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
        this.#announcer.expectOld();
        return this.#conversation.reset(event.messages);
      case "messages":
        return this.#show(event);
      case "joined":
        this.#conversation.self = event.name;
        return this.#showPeople();
      case "refused":
        this.#entry.askName();
        return this.#entry.showError(this.#words.refusal(event.error));
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
    this.#announcer.expect(messages.filter(({ name }) => name !== this.#client.name).length);
    this.#conversation.addStored(messages, skipped);
  }

  #showComings({ joined, left }: Extract<ClientEvent, { type: "online" }>): void {
    this.#showPeople();
    const others = joined.filter((name) => name !== this.#client.name);
    if (others.length > 0) {
      this.#conversation.addNote(...aboutPeople(this.#words, "joined", others));
    }
    if (left.length > 0) this.#conversation.addNote(...aboutPeople(this.#words, "left", left));
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
      this.#entry.askName();
      this.#entry.focus();
      this.#entry.showError(this.#words.refusal(toChatError(error)));
    }
  }

  #enter(name: string): void {
    this.#entry.showError();
    this.#entry.welcome(name);
    this.#composer.focus();
  }

  #say(raw: string): boolean {
    try {
      const text = normalizeText(raw);
      this.#entry.showError();
      this.#send(text, this.#newId());
      return true;
    } catch (error) {
      this.#entry.showError(this.#words.refusal(toChatError(error)));
      return false;
    }
  }

  #send(text: string, id: string): void {
    this.#conversation.addUnsent({ id, text, name: this.#client.name ?? "" });
    this.#client.send(text, id).then(
      (message) => this.#conversation.confirm(message),
      (error) => {
        this.#conversation.fail(
          id,
          this.#words.refusal(toChatError(error)),
          () => this.#send(text, id),
        );
      },
    ).finally(() => this.#showStatus());
    this.#showStatus();
  }
}
