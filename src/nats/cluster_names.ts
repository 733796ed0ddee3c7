// The registry of names of a cluster: answers from what has been heard of the bucket, and asks the bucket
// for what is free. Has no connection, clock or chance of its own.

import { ChatError } from "../errors.ts";
import { freeName, nameTaken } from "../free_name.ts";
import { type Claim, type ClaimOptions, isKey, type NameRegistry } from "../name_registry.ts";
import { inTime } from "./in_time.ts";
import { entryKeys, type NameEntry, proofOf } from "./name_entry.ts";
import { NameUpkeep, type NameUpkeepOptions } from "./name_upkeep.ts";

/** How long a claim may take. */
export const CLAIM_DEADLINE_MS = 5_000;

/** Tries to lend a name while others take what seemed free. */
const MAX_LENDING_TRIES = 5;

/** What {@linkcode ClusterNames} are made of. */
export interface ClusterNamesOptions extends NameUpkeepOptions {
  /** A fresh secret in the form of `isKey`. */
  readonly newKey: () => string;
}

/** The names of all nodes, as one of them sees them. */
export class ClusterNames implements NameRegistry {
  /** To be told what happens in the bucket. */
  readonly upkeep: NameUpkeep;
  readonly #options: ClusterNamesOptions;

  constructor(options: ClusterNamesOptions) {
    this.#options = options;
    this.upkeep = new NameUpkeep(options);
  }

  claim(name: string, key?: string, { borrow = false }: ClaimOptions = {}): Claim | Promise<Claim> {
    const known = this.#findUsable(name, key);
    if (known !== undefined && key !== undefined) {
      this.upkeep.use(known);
      return { name: known.name, key };
    }
    const { bucket, node, newKey } = this.#options;
    if (!bucket.isUp) throw cannotAsk();
    const secret = key !== undefined && isKey(key) ? key : newKey();
    return this.#take({ name, proof: proofOf(secret), node, borrowed: borrow }, secret);
  }

  async borrow(name: string): Promise<string> {
    for (let tries = 1;; tries++) {
      try {
        return (await this.claim(this.free(name), undefined, { borrow: true })).name;
      } catch (error) {
        const isTaken = error instanceof ChatError && error.code === "name_taken";
        if (!isTaken || tries === MAX_LENDING_TRIES) throw error;
      }
    }
  }

  hold(name: string): void {
    const owned = this.upkeep.owned.get(name);
    if (owned !== undefined && owned.state !== "left") this.upkeep.hold(owned);
  }

  release(name: string): void {
    const owned = this.upkeep.owned.get(name);
    if (owned?.state !== "held") return;
    if (owned.entry.borrowed) this.upkeep.giveUp(owned);
    else this.upkeep.keep(owned);
  }

  forget(name: string): void {
    const owned = this.upkeep.owned.get(name);
    if (owned?.state === "kept") this.upkeep.giveUp(owned);
  }

  assertMayUse(name: string, key?: string): void {
    this.#findUsable(name, key);
  }

  owns(name: string, key: string): boolean {
    return this.#find(name)?.proof === proofOf(key);
  }

  /** `name` when it is free, else the first free one of `name-2`, `name-3` and so on. */
  free(name: string): string {
    const isFree = (candidate: string) => this.#find(candidate) === undefined;
    return freeName(name, { isFree, newKey: this.#options.newKey });
  }

  // Throws when whose it is does not have `key`.
  #findUsable(name: string, key?: string): NameEntry | undefined {
    const known = this.#find(name);
    if (known === undefined || (key !== undefined && known.proof === proofOf(key))) return known;
    throw nameTaken(this.free(name));
  }

  #find(name: string): NameEntry | undefined {
    for (const key of entryKeys(name)) {
      const owner = this.upkeep.ownerAt(key);
      // Whatever stands there: nobody has its key.
      if (owner === "foreign") return { name, proof: "", node: "", borrowed: false };
      if (owner !== undefined) return owner;
    }
    return undefined;
  }

  async #take(entry: NameEntry, secret: string): Promise<Claim> {
    const { clock } = this.#options;
    const options = { clock, ms: CLAIM_DEADLINE_MS };
    let owner: NameEntry | undefined;
    try {
      owner = await inTime(options, (isLate) => this.upkeep.take(entry, isLate));
    } catch (cause) {
      throw cannotAsk(cause);
    }
    if (owner?.proof !== entry.proof) throw nameTaken(this.free(entry.name));
    return { name: owner.name, key: secret };
  }
}

function cannotAsk(cause?: unknown): ChatError {
  const message = "Cannot use this name: names cannot be asked for now; try again in a moment";
  return new ChatError("not_saved", message, cause === undefined ? {} : { cause });
}
