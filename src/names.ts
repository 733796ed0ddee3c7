// Who owns which name. The first to use a name gets a key; who shows the key again is the same
// person. Knows nothing of sockets: the room says when a name is held and when it is not.

import { ChatError } from "./errors.ts";
import { MAX_NAME_CODE_POINTS, MAX_NAME_GRAPHEMES } from "./limits.ts";
import { nameKey, nameKeys, truncateGraphemes } from "./message.ts";

/** How long a name waits for its key after nobody holds it any more: 15 minutes. */
export const NAME_KEPT_MS = 15 * 60_000;

/** Names kept for nobody present; beyond it the one unused longest is given up. */
export const MAX_KEPT_NAMES = 10_000;

// Beyond this many taken numbers a random ending is proposed: the search must not become slow work
// that a stranger can ask for.
const MAX_NUMBER_PROPOSED = 100;

/** A name, and the secret that proves it. */
export interface Claim {
  readonly name: string;
  /** 128 random bits, base64url. */
  readonly key: string;
}

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
  /** A fresh secret in the form of {@linkcode isKey}. */
  readonly newKey: () => string;
}

/** Whether `key` has the form of a key: 22 characters of base64url, 128 bits. */
export function isKey(key: string): boolean {
  return /^[A-Za-z0-9_-]{22}$/.test(key);
}

/** The registry of names. Two that share one of their {@linkcode nameKeys} are one. */
export class Names {
  readonly #deps: NamesDeps;
  readonly #held = new Map<string, Owned>();
  // In the order in which they will become free, so that the next one is found at once.
  readonly #kept = new Map<string, Owned>();
  // All of them, by each of their keys.
  readonly #byKey = new Map<string, Owned>();

  constructor(deps: NamesDeps) {
    this.#deps = deps;
  }

  /**
   * Claims `name` and keeps it for its key for 15 minutes, or for as long as it is held. A free name
   * adopts a well-formed `key`, so that after a restart everyone comes back as who they were.
   *
   * With `borrow` a free name is theirs only for as long as it is held: for those who will not keep
   * the key.
   *
   * @throws {ChatError} `name_taken` when it has an owner and `key` is not theirs.
   */
  claim(name: string, key?: string, { borrow = false }: { borrow?: boolean } = {}): Claim {
    this.assertMayUse(name, key);
    const adopted = key !== undefined && isKey(key) ? key : this.#deps.newKey();
    const owned = this.#find(name) ?? this.#add({ name, key: adopted }, borrow);
    if (!this.#held.has(owned.id)) this.#keep(owned);
    return owned;
  }

  /**
   * Lends `name`, or a free one that is like it, to somebody who has no use for a key. Returns the
   * name lent.
   */
  borrow(name: string): string {
    return this.claim(this.free(name), undefined, { borrow: true }).name;
  }

  /** Keeps a claimed `name` until {@linkcode release}. Holding twice is holding once. */
  hold(name: string): void {
    const owned = this.#find(name);
    if (owned === undefined) return;
    this.#kept.delete(owned.id);
    this.#held.set(owned.id, owned);
  }

  /**
   * Lets the name wait 15 minutes for its key; a borrowed one is free at once. Releasing twice is
   * releasing once.
   */
  release(name: string): void {
    const owned = this.#held.get(nameKey(name));
    if (owned === undefined) return;
    this.#held.delete(owned.id);
    if (owned.borrowed) this.#remove(owned);
    else this.#keep(owned);
  }

  /** Gives up a claimed name that nobody holds. */
  forget(name: string): void {
    const owned = this.#kept.get(nameKey(name));
    if (owned !== undefined) this.#remove(owned);
  }

  /** @throws {ChatError} `name_taken` when `name` has an owner and `key` is not theirs. */
  assertMayUse(name: string, key?: string): void {
    const owned = this.#find(name);
    if (owned === undefined || (key !== undefined && equalsSecret(key, owned.key))) return;
    throw new ChatError(
      "name_taken",
      `Cannot use this name: somebody here has it; "${this.free(name)}" is free`,
    );
  }

  /** Whether `name` has an owner and `key` is theirs. */
  owns(name: string, key: string): boolean {
    const owned = this.#find(name);
    return owned !== undefined && equalsSecret(key, owned.key);
  }

  /** `name` when it is free, else the first free one of `name-2`, `name-3` and so on. */
  free(name: string): string {
    if (this.#find(name) === undefined) return name;
    for (let n = 2; n < MAX_NUMBER_PROPOSED; n++) {
      const candidate = withSuffix(name, `-${n}`);
      if (this.#find(candidate) === undefined) return candidate;
    }
    return withSuffix(name, `-${this.#deps.newKey().slice(0, 6)}`);
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

// Whatever the name, what comes out is short enough to be one.
function withSuffix(name: string, suffix: string): string {
  const clusters = truncateGraphemes(name, MAX_NAME_GRAPHEMES - suffix.length);
  const stem = [...clusters].slice(0, MAX_NAME_CODE_POINTS - suffix.length).join("");
  return stem.trimEnd() + suffix;
}

/** Compares secrets in a time that does not tell how many characters were right. */
function equalsSecret(given: string, secret: string): boolean {
  if (given.length !== secret.length) return false;
  let difference = 0;
  for (let i = 0; i < secret.length; i++) difference |= given.charCodeAt(i) ^ secret.charCodeAt(i);
  return difference === 0;
}
