// A message that comes by HTTP, from the form or as JSON: whose name it is, how often, and into the
// store.

import type { Clock } from "./clock.ts";
import { readCookie } from "./cookies.ts";
import { BucketTable, messageRate } from "./guard.ts";
import { normalizeName, normalizeText } from "./message.ts";
import { type Claim, isKey, type NameRegistry } from "./name_registry.ts";
import type { Post } from "./protocol.ts";
import type { Appended, MessageStore } from "./store.ts";

/** The cookie that keeps the key of the name that the form was used with. */
export const KEY_COOKIE = "parley_key";

/** The cookie that keeps the name itself, so that the form need not ask again. */
export const NAME_COOKIE = "parley_name";

/** The key in the cookies of `request`, when there is one. */
export function cookieKey(request: Pick<Request, "headers">): string | undefined {
  const key = readCookie(request, KEY_COOKIE);
  return key !== undefined && isKey(key) ? key : undefined;
}

/** Clients whose rate is remembered; a full bucket forgotten is a full bucket. */
const MAX_BUCKETS = 10_000;

/** What posting needs from the server. */
export interface PostingDeps {
  readonly names: NameRegistry;
  readonly store: MessageStore;
  readonly clock: Pick<Clock, "now">;
  readonly newId: () => string;
  /** Messages a second for each client; 0 is no limit. */
  readonly rate: number;
}

/** A post that is stored, and the claim on the name when there is one. */
export interface Posted extends Appended {
  readonly claim: Claim | undefined;
}

/** The way in for posts. */
export class Posting {
  readonly #deps: PostingDeps;
  readonly #buckets: BucketTable;

  constructor(deps: PostingDeps) {
    this.#deps = deps;
    this.#buckets = new BucketTable(messageRate(deps.rate), MAX_BUCKETS);
  }

  /**
   * Stores a post from `address`. `claims` says whether the name becomes the sender's even without a
   * key of theirs; otherwise a post without key may use any free name and leaves it free.
   *
   * @throws {ChatError} `name_invalid`, `text_invalid`, `name_taken`, `rate_limited`, `not_saved`.
   */
  async post(post: Post, options: { address: string; claims: boolean }): Promise<Posted> {
    const { names, store, newId } = this.#deps;
    const key = post.key !== undefined && isKey(post.key) ? post.key : undefined;
    const name = normalizeName(post.name);
    const text = normalizeText(post.text);
    names.assertMayUse(name, key);
    this.#takeToken(name, key, options.address);
    const claims = options.claims || key !== undefined;
    const claim = claims ? await names.claim(name, key) : undefined;
    const draft = { id: post.id ?? newId(), name: claim?.name ?? name, text };
    try {
      return { ...await store.append(draft), claim };
    } catch (error) {
      // A refusal tells nobody the key that was made here: the name would be lost to its sender too.
      if (claims && key === undefined) names.forget(name);
      throw error;
    }
  }

  // A key counts for itself only once it owns its name: or else a new key with every post would be a
  // new client with every post.
  #takeToken(name: string, key: string | undefined, address: string): void {
    const isOwner = key !== undefined && this.#deps.names.owns(name, key);
    this.#buckets.take(isOwner ? `key:${key}` : `address:${address}`, this.#deps.clock.now());
  }
}
