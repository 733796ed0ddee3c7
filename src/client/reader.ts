// What this client has seen: how far it has read, who is here, who is writing. Turns frames into
// events; sends nothing.

import type { Cancel } from "../clock.ts";
import type { Message } from "../message.ts";
import type { ServerFrame, Since } from "../protocol.ts";
import { LONGEST_DELAY_MS } from "./backoff.ts";
import { Bookmark } from "./bookmark.ts";
import type { ClientEvent } from "./events.ts";
import type { Timer } from "./platform.ts";
import { Roster } from "./roster.ts";
import { Typists } from "./typists.ts";

/** After a break, those who were here before it have this long to come back unmentioned. */
export const RETURN_MS = LONGEST_DELAY_MS;

type Frame<Type extends ServerFrame["type"]> = Extract<ServerFrame, { type: Type }>;

/** What a {@linkcode Reader} needs. */
export interface ReaderOptions {
  readonly timer: Timer;
  /** Where to go on reading; from the newest messages without it. */
  readonly since: Since | undefined;
  readonly emit: (event: ClientEvent) => void;
}

/** The reading half of a client. */
export class Reader {
  readonly #emit: (event: ClientEvent) => void;
  readonly #bookmark: Bookmark;
  readonly #roster = new Roster();
  readonly #typists: Typists;
  readonly #timer: Timer;
  #cancelReturn: Cancel | undefined;

  constructor({ timer, since, emit }: ReaderOptions) {
    this.#emit = emit;
    this.#timer = timer;
    this.#bookmark = new Bookmark(since);
    this.#typists = new Typists(timer, (names) => emit({ type: "typing", names }));
  }

  /** Where to go on reading. */
  get since(): Since | undefined {
    return this.#bookmark.since;
  }

  /** Who is here. */
  get online(): readonly string[] {
    return this.#roster.names;
  }

  /** A connection begins. */
  welcome({ log, reset, messages, online }: Frame<"welcome">): void {
    this.#roster.reset(online);
    this.#cancelReturn?.();
    this.#cancelReturn = this.#timer.after(RETURN_MS, () => this.#roster.forgetMissing());
    this.#emit({ type: "online", names: this.online, joined: [], left: [] });
    if (reset || log !== this.since?.log) {
      this.#bookmark.reset(log, messages);
      this.#emit({ type: "reset", messages });
    } else {
      this.messages(messages, 0);
    }
  }

  /** Messages came, and `skipped` before them did not. */
  messages(messages: readonly Message[], skipped: number): void {
    const fresh = this.#bookmark.advance(messages);
    if (fresh.length === 0 && skipped === 0) return;
    this.#emit({ type: "messages", messages: fresh, skipped });
    this.#typists.stopped(fresh.map((message) => message.name));
  }

  /** Somebody came or went. */
  presence(frame: Frame<"presence">): void {
    const { joined, left } = this.#roster.apply(frame);
    this.#typists.stopped(left);
    this.#emit({ type: "online", names: this.online, joined, left });
  }

  /** Somebody is writing. */
  typing({ names }: Frame<"typing">): void {
    this.#typists.heard(names);
  }

  /** The connection is gone: nobody is known to be writing. */
  lost(): void {
    this.#typists.clear();
    this.#cancelReturn?.();
  }
}
