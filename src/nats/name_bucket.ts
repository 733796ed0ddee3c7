// The place that all nodes keep names in, as far as names need it: keys with values and revisions. What is
// not written again is gone after `NAME_KEPT_MS`.

/** What stands under a key. */
export interface Written {
  readonly value: string;
  /** Another one with each write. */
  readonly revision: number;
  /** How long ago it was written, in milliseconds. */
  readonly ageMs: number;
}

/** What a bucket reports. */
export interface NameBucketListener {
  /** All that is there: at first, and again after a loss. */
  loaded(all: ReadonlyMap<string, Written>): void;
  /** `key` has a new value. */
  written(key: string, written: Written): void;
  /** `key` has none any more; not told of what is gone because of its age. */
  deleted(key: string, revision: number): void;
}

/** Keys and values. Every method rejects when the answer does not come. */
export interface NameBucket {
  /** Whether an answer can be expected. */
  readonly isUp: boolean;
  /** Writes the first value of `key`. Returns its revision, `undefined` when there is a value. */
  create(key: string, value: string): Promise<number | undefined>;
  /** Writes in place of `revision`. Returns the new one, `undefined` when something else stands there. */
  update(key: string, value: string, revision: number): Promise<number | undefined>;
  /** Removes `revision`. Returns false when something else stands there. */
  delete(key: string, revision: number): Promise<boolean>;
  /** What stands under `key`. */
  read(key: string): Promise<Written | undefined>;
}
