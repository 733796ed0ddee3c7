// Where a store keeps its log, as the contract of all stores sees it: opened, closed, broken, mended.

import { assertEquals, assertGreater, assertRejects } from "@std/assert";
import { ChatError } from "../../src/errors.ts";
import type { StoredMessage } from "../../src/message.ts";
import type { MessageStore } from "../../src/store.ts";

/** Where one log is kept, and what a test can do to it from outside. */
export interface Place extends AsyncDisposable {
  /** Opens the log. It is closed before it is opened again. */
  open(): Promise<MessageStore>;
  /** From now on nothing can be saved. */
  breakDown(): Promise<void>;
  /** Things can be saved again. */
  mend(): Promise<void>;
  /** The ids, in order, that would be there if the process died at the moment of this call. */
  survivors(): Promise<readonly string[]>;
}

/** Makes a place with an empty log of which `history` messages are kept. */
export type OpenPlace = (options: { history: number }) => Promise<Place>;

/** Opens the store of `place` for as long as `use` takes; `shown` is what its tail brings. */
export async function session<T>(
  place: Place,
  use: (store: MessageStore, shown: readonly StoredMessage[]) => T | Promise<T>,
): Promise<T> {
  const store = await place.open();
  const shown: StoredMessage[] = [];
  store.tail((batch) => shown.push(...batch));
  try {
    return await use(store, shown);
  } finally {
    await store.close();
  }
}

/** The numbers of `messages` rise; they may have gaps. */
export function assertRising(messages: readonly StoredMessage[]): void {
  messages.forEach(({ seq }, index) => assertGreater(seq, messages[index - 1]?.seq ?? 0));
}

/** What was appended is refused because it cannot be saved. */
export async function assertNotSaved(appended: Promise<unknown>): Promise<void> {
  assertEquals((await assertRejects(() => appended, ChatError)).code, "not_saved");
}
