// What stands in the bucket of names, as far as it has been heard here: so that most questions are answered
// at once. It may be behind; who writes finds out.

import type { Clock } from "../clock.ts";
import { NAME_KEPT_MS } from "../name_registry.ts";
import type { Written } from "./name_bucket.ts";
import { decodeEntry, type NameEntry } from "./name_entry.ts";

/** An entry where it was seen. */
export interface Seen {
  /** `undefined` when no node of ours wrote it; the key is taken all the same. */
  readonly entry: NameEntry | undefined;
  readonly revision: number;
  /** In the milliseconds of the clock. */
  readonly writtenAt: number;
}

/** The bucket as it was seen last. */
export class NameMirror {
  readonly #clock: Pick<Clock, "now">;
  readonly #seen = new Map<string, Seen>();

  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
  }

  /** What stands under `key`, unless it has become too old to stand there. */
  get(key: string): Seen | undefined {
    const seen = this.#seen.get(key);
    if (seen === undefined || seen.writtenAt + NAME_KEPT_MS > this.#clock.now()) return seen;
    this.#seen.delete(key);
    return undefined;
  }

  /** Takes in what was written, unless something newer is known. */
  put(key: string, { value, revision, ageMs }: Written): void {
    if (revision < (this.#seen.get(key)?.revision ?? 0)) return;
    const writtenAt = this.#clock.now() - ageMs;
    this.#seen.set(key, { entry: decodeEntry(value), revision, writtenAt });
  }

  /** Takes in that nothing stands there, unless something newer is known. */
  remove(key: string, revision = Infinity): void {
    if (revision >= (this.#seen.get(key)?.revision ?? 0)) this.#seen.delete(key);
  }

  /** Forgets everything for `all`. */
  replace(all: ReadonlyMap<string, Written>): void {
    this.#seen.clear();
    for (const [key, written] of all) this.put(key, written);
  }

  /** Forgets what has become too old; to be called every so often. */
  prune(): void {
    for (const key of this.#seen.keys()) this.get(key);
  }
}
