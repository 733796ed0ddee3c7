// Who is here: names that somebody holds, or held a moment ago. Derived from sets of holders, never
// counted up and down: a holder may leave twice and nothing changes.

import type { Cancel, Clock } from "./clock.ts";
import { nameKey } from "./message.ts";

/** How long a name stays after its last holder left, so that a reload is silent: 5 s. */
export const LEAVE_GRACE_MS = 5_000;

/**
 * Who came and who went: each name on the side where it was last. Coming and going do not cancel out,
 * because readers begin at different moments: one that was welcomed in between would not hear of it.
 */
export class PresenceDelta {
  readonly joined = new Set<string>();
  readonly left = new Set<string>();

  join(name: string): void {
    this.left.delete(name);
    this.joined.add(name);
  }

  leave(name: string): void {
    this.joined.delete(name);
    this.left.add(name);
  }

  /** Adds what happened after this. */
  append(later: Pick<PresenceDelta, "joined" | "left">): void {
    for (const name of later.left) this.leave(name);
    for (const name of later.joined) this.join(name);
  }
}

/** What {@linkcode Presence} tells. */
export interface PresenceEvents {
  /** A name came that was not here, grace included. */
  joined(name: string): void;
  /** A name is gone, {@linkcode LEAVE_GRACE_MS} after its last holder left. */
  left(name: string): void;
}

interface Person<T> {
  readonly name: string;
  readonly holders: Set<T>;
  cancelLeave: Cancel | undefined;
}

/** The people of a room; `T` is what holds their names: this node, or another. */
export class Presence<T> {
  readonly #clock: Pick<Clock, "after">;
  readonly #events: PresenceEvents;
  readonly #people = new Map<string, Person<T>>();

  constructor(clock: Pick<Clock, "after">, events: PresenceEvents) {
    this.#clock = clock;
    this.#events = events;
  }

  /** The names that are here, in the order in which they came. */
  get names(): string[] {
    return Array.from(this.#people.values(), (person) => person.name);
  }

  /** How many names are here. */
  get size(): number {
    return this.#people.size;
  }

  /** Adds `holder` to the person `name`; adding it twice is adding it once. */
  enter(holder: T, name: string): void {
    const id = nameKey(name);
    let person = this.#people.get(id);
    if (person === undefined) {
      person = { name, holders: new Set(), cancelLeave: undefined };
      this.#people.set(id, person);
      this.#events.joined(name);
    }
    person.cancelLeave?.();
    person.cancelLeave = undefined;
    person.holders.add(holder);
  }

  /** Takes `holder` from the person `name`; taking it twice is taking it once. */
  leave(holder: T, name: string): void {
    const id = nameKey(name);
    const person = this.#people.get(id);
    if (person === undefined || !person.holders.delete(holder)) return;
    if (person.holders.size > 0) return;
    person.cancelLeave = this.#clock.after(LEAVE_GRACE_MS, () => this.#remove(id, person));
  }

  /** As {@linkcode leave}, of a holder that was not heard of for so long that there is no grace left. */
  lose(holder: T, name: string): void {
    const id = nameKey(name);
    const person = this.#people.get(id);
    if (person === undefined || !person.holders.delete(holder)) return;
    if (person.holders.size === 0) this.#remove(id, person);
  }

  /** Calls off every leave that has not been announced yet. */
  close(): void {
    for (const person of this.#people.values()) person.cancelLeave?.();
    this.#people.clear();
  }

  #remove(id: string, { name }: Person<T>): void {
    this.#people.delete(id);
    this.#events.left(name);
  }
}
