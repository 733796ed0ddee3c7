// The names that this node has to do with: those held here, those kept for who used them here, and those
// that are being given up.

import { nameKey } from "../message.ts";
import { MAX_KEPT_NAMES } from "../name_registry.ts";
import { entryKeys, type NameEntry } from "./name_entry.ts";

/** One of them. */
export interface Owned {
  readonly id: string;
  readonly entry: NameEntry;
  /** Under which it stands in the bucket. */
  readonly keys: readonly string[];
  state: "held" | "kept" | "left";
  /** When it was used last, in the milliseconds of whoever used it. */
  usedAt: number;
}

/** All of them. */
export class OwnedNames {
  readonly #byId = new Map<string, Owned>();
  readonly #byKey = new Map<string, Owned>();
  // In the order in which they were used.
  readonly #kept = new Set<Owned>();

  /** The one that is called `name`, not one that only looks like it. */
  get(name: string): Owned | undefined {
    return this.#byId.get(nameKey(name));
  }

  /** The one that stands under `key`. */
  at(key: string): Owned | undefined {
    return this.#byKey.get(key);
  }

  [Symbol.iterator](): Iterator<Owned> {
    return this.#byId.values();
  }

  /** The one with this `entry`, from now on kept unless it is held: it was used at `usedAt`. */
  use(entry: NameEntry, usedAt: number): Owned {
    const known = this.get(entry.name);
    const isSame = known?.entry.proof === entry.proof;
    // Otherwise it stays among those that are kept, where nobody finds it, and takes the place of another.
    if (known !== undefined && !isSame) this.drop(known);
    const owned = isSame ? known : this.#add(entry, usedAt);
    if (owned.state !== "held") this.keep(owned, usedAt);
    return owned;
  }

  /** It is held. */
  hold(owned: Owned): void {
    this.#kept.delete(owned);
    owned.state = "held";
  }

  /** It is held no more, and kept. */
  keep(owned: Owned, usedAt: number): void {
    this.#kept.delete(owned);
    this.#kept.add(owned);
    owned.state = "kept";
    owned.usedAt = usedAt;
  }

  /** It is to be given up. */
  leave(owned: Owned): void {
    this.#kept.delete(owned);
    owned.state = "left";
  }

  /** This node has nothing to do with it any more. */
  drop(owned: Owned): void {
    this.#kept.delete(owned);
    if (this.#byId.get(owned.id) === owned) this.#byId.delete(owned.id);
    for (const key of owned.keys) if (this.#byKey.get(key) === owned) this.#byKey.delete(key);
  }

  /** The one unused longest, when more are kept than may be. */
  get surplus(): Owned | undefined {
    return this.#kept.size > MAX_KEPT_NAMES ? this.#kept.values().next().value : undefined;
  }

  #add(entry: NameEntry, usedAt: number): Owned {
    const id = nameKey(entry.name);
    const owned: Owned = { id, entry, keys: entryKeys(entry.name), state: "kept", usedAt };
    this.#byId.set(id, owned);
    for (const key of owned.keys) this.#byKey.set(key, owned);
    return owned;
  }
}
