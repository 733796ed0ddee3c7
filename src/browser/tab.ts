// This tab among the other tabs of the same person. Each keeps what it has waiting under a name of its
// own in the storage they share, so that none overwrites what another has; what a tab leaves behind when
// it is gone for good, another one takes over.

import type { Cancel } from "../clock.ts";
import type { KeyValueStorage, Timer } from "../client/platform.ts";

/** Where a tab that reloads finds who it was. */
export const TAB_KEY = "parley.tab";
/** Tabs have this long to say that they are there; one that reloads at the same moment, too. */
export const ANSWER_MS = 1_000;

/** A storage whose names can be listed. */
export interface ListedStorage extends KeyValueStorage {
  keys(): string[];
}

/** How tabs talk to each other; a `BroadcastChannel` fits. */
export interface TabChannel {
  postMessage(message: unknown): void;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
}

/** What a {@linkcode Tab} is made of. */
export interface TabOptions {
  /** Shared by all tabs. */
  readonly shared: ListedStorage;
  /** Of this tab alone; lives as long as it. */
  readonly own: KeyValueStorage;
  readonly channel: TabChannel;
  readonly timer: Timer;
  readonly random: () => number;
  readonly newId: () => string;
}

/** One tab. */
export class Tab {
  readonly #options: TabOptions;
  readonly #id: string;
  readonly #alive = new Set<string>();

  /** Goes on as who it was before a reload. */
  constructor(options: TabOptions) {
    const { own, channel, newId } = options;
    this.#options = options;
    this.#id = own.getItem(TAB_KEY) ?? newId();
    this.stay();
    channel.addEventListener("message", ({ data }) => this.#hear(data));
  }

  /** What this tab keeps: it is there again after a reload, and not lost with the tab. */
  get storage(): KeyValueStorage {
    return this.#storageOf(this.#id);
  }

  /**
   * To be called when the page is shown. A copy of a tab gets a copy of its storage: while this tab
   * lives, nobody is to find its id there and become a second one of it.
   */
  stay(): void {
    this.#options.own.removeItem(TAB_KEY);
  }

  /** To be called when the page goes: the next one in this tab goes on as this one. */
  leave(): void {
    this.#options.own.setItem(TAB_KEY, this.#id);
  }

  /**
   * Calls `take` once, when all tabs had time to answer, with the storage of each tab that is gone and
   * left something under one of the names. Takers must save first what they take and then remove it: taken
   * twice does no harm, because every message has an id, but lost is lost.
   */
  takeOver(names: readonly string[], take: (left: KeyValueStorage) => void): Cancel {
    const { channel, timer, random } = this.#options;
    this.#alive.clear();
    // To ask is to be there, too: of two tabs that reload, the first asks before the second can hear.
    channel.postMessage({ type: "who", id: this.#id });
    // Not all at the same moment: the first one leaves nothing for the others.
    return timer.after(ANSWER_MS * (1 + random()), () => {
      for (const id of this.#ownersOf(names)) {
        if (id === this.#id || this.#alive.has(id)) continue;
        take(this.#storageOf(id));
      }
    });
  }

  #storageOf(id: string): KeyValueStorage {
    const { shared } = this.#options;
    return {
      getItem: (key) => shared.getItem(`${key}.${id}`),
      setItem: (key, value) => shared.setItem(`${key}.${id}`, value),
      removeItem: (key) => shared.removeItem(`${key}.${id}`),
    };
  }

  #ownersOf(names: readonly string[]): Set<string> {
    const ids = names.flatMap((name) =>
      this.#options.shared.keys()
        .filter((key) => key.startsWith(`${name}.`))
        .map((key) => key.slice(name.length + 1))
    );
    return new Set(ids);
  }

  #hear(data: unknown): void {
    const { type, id } = (data ?? {}) as { type?: unknown; id?: unknown };
    if (typeof id === "string") this.#alive.add(id);
    if (type === "who") this.#options.channel.postMessage({ type: "here", id: this.#id });
  }
}
