// Who owns which name. The first to use a name gets a key; who shows the key again is the same
// person. Knows nothing of sockets: the room says when a name is held and when it is not.

import { freeName, nameTaken } from "./free_name.ts";
import { nameKey, nameKeys } from "./message.ts";
import {
  type Claim,
  type ClaimOptions,
  isKey,
  MAX_KEPT_NAMES,
  NAME_KEPT_MS,
  type NameRegistry,
} from "./name_registry.ts";

interface Owned extends Claim {
  readonly id: string;
  /** What finds it: see {@linkcode nameKeys}. */
  readonly keys: readonly string[];
  /** Nobody keeps the key, so nobody will come back for the name. */
  readonly borrowed: boolean;
  freeAt: number;
}

/** What {@linkcode Names} needs from outside. */
export interface NamesDeps {
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** A fresh secret in the form of `isKey`. */
  readonly newKey: () => string;
}

/** The registry of a single node, in its memory: it answers everything at once. */
export class Names implements NameRegistry {
  readonly #deps: NamesDeps;
  readonly #held = new Map<string, Owned>();
  // In the order in which they will become free, so that the next one is found at once.
  readonly #kept = new Map<string, Owned>();
  // All of them, by each of their keys.
  readonly #byKey = new Map<string, Owned>();

  constructor(deps: NamesDeps) {
    this.#deps = deps;
  }

  claim(name: string, key?: string, { borrow = false }: ClaimOptions = {}): Claim {
    this.assertMayUse(name, key);
    const adopted = key !== undefined && isKey(key) ? key : this.#deps.newKey();
    const owned = this.#find(name) ?? this.#add({ name, key: adopted }, borrow);
    if (!this.#held.has(owned.id)) this.#keep(owned);
    return owned;
  }

  borrow(name: string): string {
    return this.claim(this.free(name), undefined, { borrow: true }).name;
  }

  hold(name: string): void {
    const owned = this.#find(name);
    if (owned === undefined) return;
    this.#kept.delete(owned.id);
    this.#held.set(owned.id, owned);
  }

  release(name: string): void {
    const owned = this.#held.get(nameKey(name));
    if (owned === undefined) return;
    this.#held.delete(owned.id);
    if (owned.borrowed) this.#remove(owned);
    else this.#keep(owned);
  }

  forget(name: string): void {
    const owned = this.#kept.get(nameKey(name));
    if (owned !== undefined) this.#remove(owned);
  }

  assertMayUse(name: string, key?: string): void {
    const owned = this.#find(name);
    if (owned === undefined || (key !== undefined && equalsSecret(key, owned.key))) return;
    throw nameTaken(this.free(name));
  }

  owns(name: string, key: string): boolean {
    const owned = this.#find(name);
    return owned !== undefined && equalsSecret(key, owned.key);
  }

  /** `name` when it is free, else the first free one of `name-2`, `name-3` and so on. */
  free(name: string): string {
    const isFree = (candidate: string) => this.#find(candidate) === undefined;
    return freeName(name, { isFree, newKey: this.#deps.newKey });
  }

  #find(name: string): Owned | undefined {
    this.#forgetFree();
    for (const key of nameKeys(name)) {
      const owned = this.#byKey.get(key);
      if (owned !== undefined) return owned;
    }
    return undefined;
  }

  // Only for a name that is not found, so that no key is another's.
  #add({ name, key }: Claim, borrowed: boolean): Owned {
    const owned = { id: nameKey(name), keys: nameKeys(name), name, key, borrowed, freeAt: 0 };
    for (const each of owned.keys) this.#byKey.set(each, owned);
    return owned;
  }

  #remove(owned: Owned): void {
    this.#kept.delete(owned.id);
    for (const key of owned.keys) this.#byKey.delete(key);
  }

  #keep(owned: Owned): void {
    owned.freeAt = this.#deps.now() + NAME_KEPT_MS;
    this.#kept.delete(owned.id);
    this.#kept.set(owned.id, owned);
    this.#forgetFree();
  }

  #forgetFree(): void {
    const now = this.#deps.now();
    for (const owned of this.#kept.values()) {
      if (owned.freeAt > now && this.#kept.size <= MAX_KEPT_NAMES) break;
      this.#remove(owned);
    }
  }
}

/** Compares secrets in a time that does not tell how many characters were right. */
function equalsSecret(given: string, secret: string): boolean {
  if (given.length !== secret.length) return false;
  let difference = 0;
  for (let i = 0; i < secret.length; i++) difference |= given.charCodeAt(i) ^ secret.charCodeAt(i);
  return difference === 0;
}
