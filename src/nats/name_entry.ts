// How a name stands in the bucket: under each of its keys, so that whoever looks like it finds it taken.

import { createHash } from "node:crypto";
import * as v from "valibot";
import { MAX_NAME_CODE_POINTS } from "../limits.ts";
import { nameKeys } from "../message.ts";
import { isKey } from "../name_registry.ts";

/** Whose a name is. */
export interface NameEntry {
  /** As its owner spells it. */
  readonly name: string;
  /** What its secret key is known by; the key itself is never written down. */
  readonly proof: string;
  /** The id of the node that wrote this. */
  readonly node: string;
  /** Nobody keeps the key, so nobody will come back for the name. */
  readonly borrowed: boolean;
}

const EntrySchema = v.object({
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(2 * MAX_NAME_CODE_POINTS)),
  proof: v.pipe(v.string(), v.length(43)),
  node: v.pipe(v.string(), v.check(isKey)),
  borrowed: v.boolean(),
});
const ValueSchema = v.pipe(v.string(), v.parseJson(), EntrySchema);

/** The value of `entry`. */
export function encodeEntry({ name, proof, node, borrowed }: NameEntry): string {
  return JSON.stringify({ name, proof, node, borrowed });
}

/** Reads a value; `undefined` for what no node of ours would write. */
export function decodeEntry(value: string): NameEntry | undefined {
  const parsed = v.safeParse(ValueSchema, value);
  return parsed.success ? parsed.output : undefined;
}

/**
 * The keys under which `name` stands, each once, in an order that is the same for everyone: of two who
 * want names with keys in common, the first to get the first of these gets them all.
 */
export function entryKeys(name: string): readonly string[] {
  return [...new Set(nameKeys(name).map(hash))].sort();
}

/** What `key` is known by. With its 128 random bits, nobody finds the key by trying. */
export function proofOf(key: string): string {
  return hash(key);
}

// In the alphabet that keys of a bucket may have; nothing else fits all names.
function hash(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
