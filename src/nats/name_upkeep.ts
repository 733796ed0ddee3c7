// Keeps the bucket of names as this node wants it: what is held or kept here is written in time, what is
// given up is removed, whatever fails or is lost meanwhile.

import type { Cancel, Clock } from "../clock.ts";
import { NAME_KEPT_MS } from "../name_registry.ts";
import { inTime } from "./in_time.ts";
import type { NameBucket, NameBucketListener, Written } from "./name_bucket.ts";
import { entryKeys, type NameEntry } from "./name_entry.ts";
import { NameMirror } from "./name_mirror.ts";
import { NameWriter } from "./name_writer.ts";
import { type Owned, OwnedNames } from "./owned_names.ts";
import { Upkeep } from "./upkeep.ts";

/** What is held is written again when it is this old: a third of what it is kept for. */
export const REFRESH_MS = NAME_KEPT_MS / 3;

/** Not all that was written at one moment is written again at one moment. */
const REFRESH_SPREAD = 0.2;

/** What is used again without being held is written again when it is this old. */
const TOUCH_MS = 60_000;

/** How often everything is looked at. */
const LOOK_MS = 10_000;

/** What is to be written at the end is worth no more than this. */
const CLOSE_MS = 1_000;

/** What those who log are told. */
export interface NameUpkeepEvents {
  /** A name that is held here has become somebody else's. */
  nameLost(name: string): void;
  /** A name could not be written or removed; that is tried again. */
  nameNotKept(error: unknown): void;
}

/** What a {@linkcode NameUpkeep} is made of. */
export interface NameUpkeepOptions {
  readonly bucket: NameBucket;
  /** The id of this node in this run, in the form of `isKey`. */
  readonly node: string;
  readonly clock: Pick<Clock, "now" | "after">;
  /** From 0 up to but not including 1. */
  readonly random: () => number;
  /** Whether the node of that id may be alive. */
  readonly mayBeAlive: (node: string) => boolean;
  readonly events: NameUpkeepEvents;
}

/** The bucket, as it is seen and as it should be. */
export class NameUpkeep implements NameBucketListener {
  /** The names that this node has to do with. */
  readonly owned = new OwnedNames();
  readonly #options: NameUpkeepOptions;
  readonly #mirror: NameMirror;
  readonly #writer: NameWriter;
  readonly #upkeep: Upkeep<Owned>;
  // Proofs that claims are under way with, and how many.
  readonly #claiming = new Map<string, number>();
  #cancelLook: Cancel | undefined;

  constructor(options: NameUpkeepOptions) {
    const { bucket, clock, events } = options;
    this.#options = options;
    this.#mirror = new NameMirror(clock);
    const isLeft = (entry: NameEntry) => this.#isLeft(entry);
    this.#writer = new NameWriter({ bucket, mirror: this.#mirror, isLeft });
    this.#upkeep = new Upkeep((owned) => this.#settle(owned), (error) => events.nameNotKept(error));
    this.#lookLater();
  }

  /** Whose the name is that stands under `key`, as far as it is known; "foreign" is nobody's of ours. */
  ownerAt(key: string): NameEntry | "foreign" | undefined {
    const owned = this.owned.at(key);
    if (owned?.state === "held") return owned.entry;
    const seen = this.#mirror.get(key);
    if (seen === undefined) return undefined;
    const { entry = "foreign" } = seen;
    return entry !== "foreign" && this.#isLeft(entry) ? undefined : entry;
  }

  /**
   * Takes the name of `entry`. Resolves with what stands there then: this entry, one of the same owner, or
   * that of another. It is used here when it is the owner's and `isLate` does not say that it came too late.
   *
   * @throws when the bucket does not answer.
   */
  async take(entry: NameEntry, isLate: () => boolean): Promise<NameEntry | undefined> {
    const { proof } = entry;
    const keys = entryKeys(entry.name);
    this.#claiming.set(proof, (this.#claiming.get(proof) ?? 0) + 1);
    try {
      const owner = await this.#writer.take(keys, entry);
      if (owner?.proof === proof && !isLate()) this.use(owner);
      return owner;
    } finally {
      const others = (this.#claiming.get(proof) ?? 1) - 1;
      if (others > 0) this.#claiming.set(proof, others);
      else this.#claiming.delete(proof);
      for (const key of keys) this.#tidy(key);
    }
  }

  /** The owner of `entry` uses it here. */
  use(entry: NameEntry): void {
    const owned = this.owned.use(entry, this.#options.clock.now());
    if (owned.state === "kept" && this.#ageOf(owned) >= TOUCH_MS) this.#upkeep.request(owned);
    this.#giveUpSurplus();
  }

  /** It is held from now on. */
  hold(owned: Owned): void {
    this.owned.hold(owned);
    // The node that it was borrowed on before may die, and then anybody could take it.
    if (owned.entry.borrowed && !this.#isWrittenHere(owned)) this.#upkeep.request(owned);
    else this.#lookAt(owned);
  }

  /** It is held no more, and waits for its key. */
  keep(owned: Owned): void {
    this.owned.keep(owned, this.#options.clock.now());
    this.#upkeep.request(owned);
    this.#giveUpSurplus();
  }

  /** It is given up. */
  giveUp(owned: Owned): void {
    this.owned.leave(owned);
    this.#upkeep.request(owned);
  }

  loaded(all: ReadonlyMap<string, Written>): void {
    this.#mirror.replace(all);
    for (const key of all.keys()) this.#tidy(key);
    for (const owned of this.owned) this.#lookAt(owned);
    this.#upkeep.resume();
  }

  written(key: string, written: Written): void {
    this.#mirror.put(key, written);
    this.#tidy(key);
    this.#mend(key);
  }

  deleted(key: string, revision: number): void {
    this.#mirror.remove(key, revision);
    this.#mend(key);
  }

  /** Writes what there is to write, for a second at most, and ends. */
  async close(): Promise<void> {
    this.#cancelLook?.();
    const { bucket, clock, events } = this.#options;
    if (!bucket.isUp) return;
    try {
      await inTime({ clock, ms: CLOSE_MS }, () => this.#upkeep.idle);
    } catch (error) {
      // What is held is in the bucket, and is kept there for minutes.
      events.nameNotKept(error);
    }
  }

  async #settle(owned: Owned): Promise<void> {
    const { node, events } = this.#options;
    const { entry, keys } = owned;
    if (owned.state === "left") {
      await this.#writer.remove(keys, { proof: entry.proof, node });
      if (owned.state === "left") this.owned.drop(owned);
      return;
    }
    if (await this.#writer.keep(keys, { ...entry, node })) return;
    this.owned.drop(owned);
    if (owned.state === "held") events.nameLost(entry.name);
  }

  #lookLater(): void {
    this.#cancelLook = this.#options.clock.after(LOOK_MS, () => {
      this.#lookLater();
      this.#mirror.prune();
      for (const owned of this.owned) this.#lookAt(owned);
      this.#upkeep.resume();
    });
  }

  // Whether something is to be done about it.
  #lookAt(owned: Owned): void {
    const { clock, random } = this.#options;
    const { state, usedAt } = owned;
    if (state === "kept" && clock.now() - usedAt >= NAME_KEPT_MS) return this.owned.drop(owned);
    if (state !== "held") return;
    const patience = REFRESH_MS * (1 - REFRESH_SPREAD * random());
    if (this.#isBroken(owned) || this.#ageOf(owned) >= patience) this.#upkeep.request(owned);
  }

  // Something has happened at `key`.
  #mend(key: string): void {
    const owned = this.owned.at(key);
    if (owned?.state === "held" && this.#isBroken(owned)) this.#upkeep.request(owned);
  }

  #isBroken({ entry, keys }: Owned): boolean {
    return keys.some((key) => {
      const seen = this.#mirror.get(key)?.entry;
      return seen?.proof !== entry.proof || this.#isLeft(seen);
    });
  }

  #isWrittenHere({ keys }: Owned): boolean {
    return keys.every((key) => this.#mirror.get(key)?.entry?.node === this.#options.node);
  }

  /** How long ago the oldest of its keys was written. */
  #ageOf({ keys }: Owned): number {
    const now = this.#options.clock.now();
    return Math.max(...keys.map((key) => now - (this.#mirror.get(key)?.writtenAt ?? -Infinity)));
  }

  #isLeft({ name, proof, node, borrowed }: NameEntry): boolean {
    if (node !== this.#options.node) return borrowed && !this.#options.mayBeAlive(node);
    const owned = this.owned.get(name);
    return owned?.state === "left" && owned.entry.proof === proof;
  }

  // What this node wrote and nobody has is removed: another one was faster with the rest of the name, or
  // the answer came too late.
  #tidy(key: string): void {
    const entry = this.#mirror.get(key)?.entry;
    if (entry?.node !== this.#options.node || this.#claiming.has(entry.proof)) return;
    if (this.owned.at(key)?.entry.proof === entry.proof) return;
    this.#upkeep.request({ id: "", entry, keys: [key], state: "left", usedAt: 0 });
  }

  #giveUpSurplus(): void {
    const { surplus } = this.owned;
    if (surplus !== undefined) this.giveUp(surplus);
  }
}
