// What nodes tell each other about their people: encodes and decodes, decides nothing. What comes from
// the bus is believed as little as what comes from a client.

import * as v from "valibot";
import { MAX_NAME_CODE_POINTS } from "../limits.ts";
import { isKey } from "../name_registry.ts";

/** Bytes of one message; NATS takes 1 MiB unless it is told otherwise. */
export const MAX_BUS_BYTES = 512 * 1024;
/** Names that one node may have; more are not believed. */
export const MAX_NODE_NAMES = 100_000;

// For the fields around the names.
const ENVELOPE_BYTES = 1024;
const MAX_PARTS = 256;

/** Names in one message about who is writing; nobody reads more. */
export const MAX_TYPISTS = 1000;

const NodeSchema = v.pipe(v.string(), v.check(isKey));
const CountSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
// Whether it can be one is looked at when it is new: all of a long list would take too long each time.
const NameSchema = v.pipe(v.string(), v.minLength(1), v.maxLength(2 * MAX_NAME_CODE_POINTS));
const NamesSchema = v.pipe(v.array(NameSchema), v.maxLength(MAX_NODE_NAMES));

const NewsSchema = v.variant("type", [
  v.object({ type: v.literal("hello"), node: NodeSchema }),
  v.object({
    type: v.literal("list"),
    node: NodeSchema,
    change: CountSchema,
    part: CountSchema,
    parts: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_PARTS)),
    names: NamesSchema,
  }),
  v.object({
    type: v.literal("change"),
    node: NodeSchema,
    change: CountSchema,
    held: NamesSchema,
    released: NamesSchema,
  }),
  v.object({ type: v.literal("beat"), node: NodeSchema, change: CountSchema, count: CountSchema }),
  v.object({ type: v.literal("ask"), node: NodeSchema, of: NodeSchema }),
  v.object({
    type: v.literal("typing"),
    node: NodeSchema,
    names: v.pipe(NamesSchema, v.maxLength(MAX_TYPISTS)),
  }),
  v.object({ type: v.literal("bye"), node: NodeSchema }),
]);
const DataSchema = v.pipe(v.string(), v.parseJson(), NewsSchema);

/**
 * What a node says; `node` is its id, another one in each of its runs.
 *
 * - `hello`: it is new, or was away; everyone answers with their list.
 * - `list`: all its names, in so many `parts`, after so many changes.
 * - `change`: what became of some names; `change` counts up by one each time.
 * - `beat`: it lives; how many changes there were and how many names there are.
 * - `ask`: the node `of` is to send its list.
 * - `typing`: who of its people is writing.
 * - `bye`: it stops.
 */
export type News = v.InferOutput<typeof NewsSchema>;

/** News of one kind. */
export type NewsOf<T extends News["type"]> = Extract<News, { type: T }>;

/** Writes `news` down. */
export function encodeNews(news: News): string {
  return JSON.stringify(news);
}

/** Reads what came over the bus; `undefined` for what no node of ours would say. */
export function decodeNews(data: string): News | undefined {
  // A UTF-16 unit has a byte at least.
  if (data.length > MAX_BUS_BYTES) return undefined;
  const result = v.safeParse(DataSchema, data);
  return result.success ? result.output : undefined;
}

/** `names` in groups each of which fits into one message; one empty group when there are none. */
export function inParts(names: Iterable<string>): string[][] {
  const encoder = new TextEncoder();
  const parts: string[][] = [[]];
  let bytes = ENVELOPE_BYTES;
  for (const name of names) {
    const length = encoder.encode(JSON.stringify(name)).length + 1;
    if (bytes + length > MAX_BUS_BYTES) {
      parts.push([]);
      bytes = ENVELOPE_BYTES;
    }
    parts.at(-1)?.push(name);
    bytes += length;
  }
  return parts;
}
