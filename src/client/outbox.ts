// What was said and is not yet known to be stored: in order, within a limit, kept across a restart.
// Knows nothing of connections.

import { type Draft, isMessageId } from "../message.ts";
import { type Guard, isListOf, isObjectOf, isString, parseAs } from "./guards.ts";
import type { KeyValueStorage } from "./platform.ts";

/** A message on its way; its author is whoever the server knows this client as. */
export type Unsent = Pick<Draft, "id" | "text">;

/** Messages that may wait. Who types more than this into a dead line should be told. */
export const MAX_UNSENT = 100;

/** Where the outbox lies in its storage. */
export const OUTBOX_KEY = "parley.outbox";

const isId: Guard<string> = (value): value is string => isString(value) && isMessageId(value);
const isSaved = isListOf(isObjectOf<Unsent>({ id: isId, text: isString }));

/** A queue of messages, saved with every change. Each id is in it once. */
export class Outbox {
  readonly #storage: KeyValueStorage;
  #unsent: readonly Unsent[];

  /** Takes over what an earlier run left in `storage`. */
  constructor(storage: KeyValueStorage) {
    this.#storage = storage;
    this.#unsent = load(storage).slice(0, MAX_UNSENT);
  }

  /** What waits, oldest first. */
  get unsent(): readonly Unsent[] {
    return this.#unsent;
  }

  /** The one to send next. */
  get head(): Unsent | undefined {
    return this.#unsent[0];
  }

  /** Whether {@linkcode MAX_UNSENT} wait. */
  get isFull(): boolean {
    return this.#unsent.length >= MAX_UNSENT;
  }

  /** Whether a message of this id waits. */
  has(id: string): boolean {
    return this.#unsent.some((draft) => draft.id === id);
  }

  /** Appends `draft`, whose id must not be waiting already. */
  add(draft: Unsent): void {
    this.#save([...this.#unsent, draft]);
  }

  /** Removes the draft of that id; returns whether it was there. */
  remove(id: string): boolean {
    const rest = this.#unsent.filter((draft) => draft.id !== id);
    if (rest.length === this.#unsent.length) return false;
    this.#save(rest);
    return true;
  }

  #save(unsent: readonly Unsent[]): void {
    this.#unsent = unsent;
    if (unsent.length === 0) this.#storage.removeItem(OUTBOX_KEY);
    else this.#storage.setItem(OUTBOX_KEY, JSON.stringify(unsent));
  }
}

/** Storage can be edited by anyone at the keyboard: what does not fit counts as nothing. */
function load(storage: KeyValueStorage): Unsent[] {
  const saved = parseAs(storage.getItem(OUTBOX_KEY), isSaved) ?? [];
  // It goes to the server as it is.
  return saved.map(({ id, text }) => ({ id, text }));
}
