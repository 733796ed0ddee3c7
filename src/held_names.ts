// Which names the connections of this node hold. Derived from sets of connections, never counted up and
// down: a connection may leave twice and nothing changes.

import { nameKey } from "./message.ts";

/** What {@linkcode HeldNames} tells, at once. */
export interface HeldNamesEvents {
  /** `name` has its first connection. */
  held(name: string): void;
  /** `name` has none any more. */
  released(name: string): void;
}

interface Holders<T> {
  readonly name: string;
  readonly connections: Set<T>;
}

/** The names with a connection; `T` is a connection. */
export class HeldNames<T> {
  readonly #events: HeldNamesEvents;
  readonly #byKey = new Map<string, Holders<T>>();

  constructor(events: HeldNamesEvents) {
    this.#events = events;
  }

  /** Adds `connection` to those of `name`; adding it twice is adding it once. */
  enter(connection: T, name: string): void {
    const key = nameKey(name);
    const holders = this.#byKey.get(key);
    if (holders !== undefined) return void holders.connections.add(connection);
    this.#byKey.set(key, { name, connections: new Set([connection]) });
    this.#events.held(name);
  }

  /** Takes `connection` from those of `name`; taking it twice is taking it once. */
  leave(connection: T, name: string): void {
    const key = nameKey(name);
    const holders = this.#byKey.get(key);
    if (holders === undefined || !holders.connections.delete(connection)) return;
    if (holders.connections.size > 0) return;
    this.#byKey.delete(key);
    this.#events.released(holders.name);
  }
}
