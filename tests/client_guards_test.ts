// The guards of the client against the same types written as valibot schemas: whatever comes, both say
// the same of it. The page carries the guards, because they are a fraction of the library's size.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import * as v from "valibot";
import { decodeLog, decodeServerFrame } from "../src/client/frames.ts";
import { IDENTITY_KEY, loadIdentity } from "../src/client/identity.ts";
import { Outbox, OUTBOX_KEY } from "../src/client/outbox.ts";
import { type KeyValueStorage, memoryStorage } from "../src/client/platform.ts";
import { ERROR_CODES } from "../src/errors.ts";
import { isMessageId } from "../src/message.ts";
import type { ServerFrame } from "../src/protocol.ts";

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const names = v.array(v.string());
// As src/messages_file.ts has it, where every time on the wire comes from.
const time = v.pipe(v.string(), v.check(isAsWritten));
const messages = v.array(
  v.object({ seq: count, id: v.string(), name: v.string(), text: v.string(), time }),
);
const limits = v.object({
  name: count,
  text: count,
  frame: count,
  rate: v.number(),
  burst: v.number(),
  history: count,
});
const FrameSchema: v.GenericSchema<unknown, ServerFrame> = v.variant("type", [
  v.object({
    type: v.literal("welcome"),
    log: v.string(),
    reset: v.boolean(),
    messages,
    online: names,
    limits,
  }),
  v.object({ type: v.literal("joined"), name: v.string(), key: v.string() }),
  v.object({ type: v.literal("messages"), messages, skipped: v.exactOptional(count) }),
  v.object({ type: v.literal("presence"), joined: names, left: names, online: count }),
  v.object({ type: v.literal("typing"), names }),
  v.object({ type: v.literal("pong") }),
  v.object({
    type: v.literal("error"),
    code: v.fallback(v.picklist(ERROR_CODES), "internal"),
    message: v.string(),
    id: v.exactOptional(v.string()),
    retryAfter: v.exactOptional(v.pipe(v.number(), v.finite(), v.minValue(0))),
  }),
]);
const LogSchema = v.object({ messages });
const IdentitySchema = v.object({
  name: v.exactOptional(v.string()),
  key: v.exactOptional(v.string()),
});
const OutboxSchema = v.array(
  v.object({ id: v.pipe(v.string(), v.check(isMessageId)), text: v.string() }),
);

function isAsWritten(time: string): boolean {
  const date = new Date(time);
  return !Number.isNaN(date.getTime()) && date.toISOString() === time;
}

// Values that are nearly right: good ones, and good ones of another kind.
const anyTime = fc.oneof(
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.constantFrom("2026-02-30T00:00:00.000Z", "2026-11-21T22:48:56Z", "2026-11-21", "1", ""),
);
const anyNumber = fc.oneof(fc.nat(), fc.double(), fc.constantFrom(-1, 1.5, 2 ** 53, 2 ** 53 - 1));
const leaf = fc.oneof(fc.string(), anyNumber, fc.boolean(), fc.constant(null), anyTime);

/** Mostly what `good` makes, sometimes something else. */
function nearly<T>(good: fc.Arbitrary<T>): fc.Arbitrary<unknown> {
  const other = fc.oneof(leaf, fc.array(leaf, { maxLength: 2 }), fc.jsonValue());
  return fc.oneof({ weight: 12, arbitrary: good }, { weight: 1, arbitrary: other });
}

/** An object that may lack any of `fields`, and may have one more. */
function objectOf(fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<unknown> {
  const model = Object.fromEntries(
    Object.entries(fields).map(([key, good]) => [key, nearly(good)]),
  );
  return fc.oneof(
    { weight: 9, arbitrary: fc.record({ ...model, more: fc.jsonValue() }) },
    { weight: 1, arbitrary: fc.record(model, { requiredKeys: [] }) },
  );
}

const anyNames = fc.array(nearly(fc.string()), { maxLength: 3 });
const anyMessages = fc.array(
  objectOf({ seq: fc.nat(), id: fc.uuid(), name: fc.string(), text: fc.string(), time: anyTime }),
  { maxLength: 2 },
);
const anyLimits = objectOf({
  name: fc.nat(),
  text: fc.nat(),
  frame: fc.nat(),
  rate: anyNumber,
  burst: anyNumber,
  history: fc.nat(),
});
const anyFrame = objectOf({
  type: fc.constantFrom("welcome", "joined", "messages", "presence", "typing", "pong", "error"),
  log: fc.string(),
  reset: fc.boolean(),
  messages: anyMessages,
  online: fc.oneof(anyNames, fc.nat()),
  limits: anyLimits,
  name: fc.string(),
  key: fc.string(),
  skipped: fc.nat(),
  joined: anyNames,
  left: anyNames,
  names: anyNames,
  code: fc.constantFrom(...ERROR_CODES, "from_the_future"),
  message: fc.string(),
  id: fc.string(),
  retryAfter: anyNumber,
});

/** What `schema` makes of JSON. */
function parsed<T>(schema: v.GenericSchema<unknown, T>, text: string): T | undefined {
  const result = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), text);
  return result.success ? result.output : undefined;
}

/** A storage with one value in it. */
function holding(key: string, value: string): KeyValueStorage {
  const storage = memoryStorage();
  storage.setItem(key, value);
  return storage;
}

/** Holds `test` to JSON of `values`, and to other texts; some of it must be as it should. */
function check(values: fc.Arbitrary<unknown>, test: (text: string) => boolean): void {
  let good = 0;
  const texts = fc.oneof(
    { weight: 30, arbitrary: values.map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: fc.oneof(fc.string(), fc.json()) },
  );
  fc.assert(fc.property(texts, (text) => void (good += test(text) ? 1 : 0)), { numRuns: 3000 });
  assert(good > 100, `only ${good} were good`);
}

/** Fields that were not asked for do not matter: `actual` may have more than `expected`. */
function assertSame(actual: unknown, expected: unknown): void {
  const isRefused = expected === undefined;
  assertEquals(actual === undefined, isRefused);
  if (!isRefused) assertEquals(withoutMore(actual), withoutMore(expected));
}

/** Only what a frame of its type has. */
function withoutMore(value: unknown): unknown {
  return v.parse(v.union([FrameSchema, LogSchema]), value);
}

Deno.test("decodeServerFrame() accepts and refuses what a schema of the frames does", () => {
  check(anyFrame, (text) => {
    const expected = parsed(FrameSchema, text);
    assertSame(decodeServerFrame(text), expected);
    return expected !== undefined;
  });
});

Deno.test("decodeLog() accepts and refuses what a schema of the log does", () => {
  check(objectOf({ log: fc.string(), messages: anyMessages }), (text) => {
    const expected = parsed(LogSchema, text)?.messages;
    const actual = decodeLog(text);
    assertSame(actual && { messages: actual }, expected && { messages: expected });
    return expected !== undefined;
  });
});

Deno.test("loadIdentity() accepts and refuses what a schema of an identity does", () => {
  check(objectOf({ name: fc.string(), key: fc.string() }), (text) => {
    const expected = parsed(IdentitySchema, text);
    const { name, key } = loadIdentity(holding(IDENTITY_KEY, text));
    assertEquals([name, key], [expected?.name, expected?.key]);
    return expected !== undefined;
  });
});

Deno.test("Outbox takes over what a schema of it accepts, and nothing more of it", () => {
  const unsent = objectOf({ id: fc.oneof(fc.uuid(), fc.string()), text: fc.string() });
  check(fc.array(unsent, { maxLength: 3 }), (text) => {
    const expected = parsed(OutboxSchema, text);
    assertEquals(new Outbox(holding(OUTBOX_KEY, text)).unsent, expected ?? []);
    return expected !== undefined;
  });
});
