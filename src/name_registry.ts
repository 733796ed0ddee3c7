// Who owns which name, as those need it who let people speak by one: for a single node in memory, for a
// cluster in a place that all nodes share.

/** How long a name waits for its key after nobody holds it any more: 15 minutes. */
export const NAME_KEPT_MS = 15 * 60_000;

/** Names that one node keeps for nobody present; beyond it the one unused longest is given up. */
export const MAX_KEPT_NAMES = 10_000;

/** A name, and the secret that proves it. */
export interface Claim {
  readonly name: string;
  /** 128 random bits, base64url. */
  readonly key: string;
}

/** Whether `key` has the form of a key: 22 characters of base64url, 128 bits. */
export function isKey(key: string): boolean {
  return /^[A-Za-z0-9_-]{22}$/.test(key);
}

/** How to claim. */
export interface ClaimOptions {
  /** The name is theirs only for as long as it is held: for those who will not keep the key. */
  readonly borrow?: boolean;
}

/**
 * The names of a conversation. Two that share one of their `nameKeys` are one.
 *
 * What is known here is answered at once. A free name may have to be asked for elsewhere: then the answer
 * is a promise, and whoever asks must look whether it is still wanted when it comes.
 */
export interface NameRegistry {
  /**
   * Claims `name` and keeps it for its key for 15 minutes, or for as long as it is held. A free name
   * adopts a well-formed `key`, so that after a restart everyone comes back as who they were.
   *
   * @throws {ChatError} `name_taken` when it has an owner and `key` is not theirs; `not_saved` when names
   * cannot be asked for now.
   */
  claim(name: string, key?: string, options?: ClaimOptions): Claim | Promise<Claim>;

  /**
   * Lends `name`, or a free one that is like it, to somebody who has no use for a key. Returns the
   * name lent.
   *
   * @throws {ChatError} `not_saved` when names cannot be asked for now.
   */
  borrow(name: string): string | Promise<string>;

  /** Keeps a claimed `name` until {@linkcode release}. Holding twice is holding once. */
  hold(name: string): void;

  /**
   * Lets the name wait 15 minutes for its key; a borrowed one is free at once. Releasing twice is
   * releasing once.
   */
  release(name: string): void;

  /** Gives up a claimed name that nobody holds. */
  forget(name: string): void;

  /** @throws {ChatError} `name_taken` when `name` has an owner and `key` is not theirs. */
  assertMayUse(name: string, key?: string): void;

  /** Whether `name` has an owner and `key` is theirs. */
  owns(name: string, key: string): boolean;
}
