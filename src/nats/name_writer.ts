// Writes names into the bucket, and never over the name of somebody else.

import type { NameBucket } from "./name_bucket.ts";
import { encodeEntry, type NameEntry } from "./name_entry.ts";
import type { NameMirror, Seen } from "./name_mirror.ts";

/** Between reading and writing another node may have written; so often in a row it does not. */
const MAX_TRIES = 5;

/** What a {@linkcode NameWriter} needs. */
export interface NameWriterOptions {
  readonly bucket: NameBucket;
  readonly mirror: NameMirror;
  /** Whether whoever wrote `entry` has no use for it any more. */
  readonly isLeft: (entry: NameEntry) => boolean;
}

/** The only one who writes. */
export class NameWriter {
  readonly #options: NameWriterOptions;

  constructor(options: NameWriterOptions) {
    this.#options = options;
  }

  /**
   * Takes `keys` for `entry`, one after another. Resolves with the entry that stands there then: this one,
   * or the first of another owner. When not all could be had, some may be taken all the same.
   *
   * @throws when the bucket does not answer.
   */
  async take(keys: readonly string[], entry: NameEntry): Promise<NameEntry | undefined> {
    for (const key of keys) {
      const owner = await this.#write(key, entry, { again: false });
      // It may have been theirs before: what it was called then is what it is called.
      if (owner !== entry) return owner;
    }
    return entry;
  }

  /** Writes `entry` under `keys` once more. Resolves with false when another owner has come between. */
  async keep(keys: readonly string[], entry: NameEntry): Promise<boolean> {
    for (const key of keys) {
      const owner = await this.#write(key, entry, { again: true });
      if (owner?.proof !== entry.proof) return false;
    }
    return true;
  }

  /** Removes what this `node` wrote under `keys` for the owner of `proof`. */
  async remove(
    keys: readonly string[],
    { proof, node }: Pick<NameEntry, "proof" | "node">,
  ): Promise<void> {
    for (const key of keys) {
      const { bucket, mirror } = this.#options;
      const seen = mirror.get(key);
      // Another node that has the name now has written its own.
      if (seen?.entry?.proof !== proof || seen.entry.node !== node) continue;
      if (await bucket.delete(key, seen.revision)) mirror.remove(key, seen.revision);
    }
  }

  // Returns what stands there then: `entry` itself when it was written here.
  async #write(
    key: string,
    entry: NameEntry,
    { again }: { again: boolean },
  ): Promise<NameEntry | undefined> {
    const { bucket, mirror } = this.#options;
    const value = encodeEntry(entry);
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const seen = mirror.get(key);
      const isOwn = seen?.entry?.proof === entry.proof;
      if (seen !== undefined && (isOwn ? !again : !this.#mayReplace(seen))) {
        return seen.entry;
      }
      const revision = seen === undefined
        ? await bucket.create(key, value)
        : await bucket.update(key, value, seen.revision);
      if (revision !== undefined) {
        mirror.put(key, { value, revision, ageMs: 0 });
        return entry;
      }
      await this.#look(key);
    }
    throw new Error("Cannot write a name: too many want it");
  }

  #mayReplace({ entry }: Seen): boolean {
    return entry !== undefined && this.#options.isLeft(entry);
  }

  async #look(key: string): Promise<void> {
    const { bucket, mirror } = this.#options;
    const written = await bucket.read(key);
    if (written === undefined) mirror.remove(key);
    else mirror.put(key, written);
  }
}
