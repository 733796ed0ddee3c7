// This tab among the other tabs of the same person. Each keeps what it has waiting under a name of its
// own in the storage they share, so that none overwrites what another has; what a tab leaves behind when
// it is gone for good, another one inherits.

import type { KeyValueStorage } from "../client/platform.ts";

/** Where a tab that reloads finds who it was. */
export const TAB_KEY = "parley.tab";

/** A storage whose names can be listed. */
export interface ListedStorage extends KeyValueStorage {
  keys(): string[];
}

/** What tabs say to each other: "who is there?" and "I am". Only these pages have the channel. */
export interface TabMessage {
  readonly type: "who" | "here";
  readonly id: string;
}

/** How tabs talk to each other; a `BroadcastChannel` fits. */
export interface TabChannel {
  postMessage(message: TabMessage): void;
  addEventListener(
    type: "message",
    listener: (event: { readonly data: TabMessage }) => void,
  ): void;
}

/** What a {@linkcode Tab} is made of. */
export interface TabOptions {
  /** Shared by all tabs. */
  readonly shared: KeyValueStorage;
  /** Of this tab alone; lives as long as it. */
  readonly own: KeyValueStorage;
  readonly channel: TabChannel;
  readonly newId: () => string;
}

/** One tab. */
export class Tab {
  readonly id: string;
  /** What this tab keeps: it is there again after a reload, and not lost with the tab. */
  readonly storage: KeyValueStorage;
  readonly #own: KeyValueStorage;

  /** Goes on as who it was before a reload. */
  constructor({ shared, own, channel, newId }: TabOptions) {
    this.#own = own;
    this.id = own.getItem(TAB_KEY) ?? newId();
    this.storage = storageOf(shared, this.id);
    this.stay();
    const here = () => channel.postMessage({ type: "here", id: this.id });
    channel.addEventListener("message", ({ data }) => data.type === "who" && here());
    // Of two tabs that reload, the first may have asked before this one could hear.
    here();
  }

  /**
   * To be called when the page is shown. A copy of a tab gets a copy of its storage: while this tab
   * lives, nobody is to find its id there and become a second one of it.
   */
  stay(): void {
    this.#own.removeItem(TAB_KEY);
  }

  /** To be called when the page goes: the next one in this tab goes on as this one. */
  leave(): void {
    this.#own.setItem(TAB_KEY, this.id);
  }
}

/** The part of `shared` that belongs to the tab of that id. */
export function storageOf(shared: KeyValueStorage, id: string): KeyValueStorage {
  return {
    getItem: (key) => shared.getItem(`${key}.${id}`),
    setItem: (key, value) => shared.setItem(`${key}.${id}`, value),
    removeItem: (key) => shared.removeItem(`${key}.${id}`),
  };
}
