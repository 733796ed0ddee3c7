import { assert, assertEquals, assertLess, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ChatError } from "../src/errors.ts";
import { isMessageId } from "../src/message.ts";
import { decodeFrame, decodePost, parseSince } from "../src/protocol.ts";

/** The refusal of `data`, which has to be one. */
function refusalOf(data: string): { code: string; message: string; id: string | undefined } {
  const decoded = decodeFrame(data);
  assert("error" in decoded, data);
  return { code: decoded.error.code, message: decoded.error.message, id: decoded.id };
}

const anyString = fc.string({ unit: "binary" });
const id = fc.string({ unit: fc.constantFrom(..."aZ09_-"), minLength: 1, maxLength: 64 });
const clientFrame = fc.oneof(
  fc.record({ type: fc.constant("join"), name: anyString, key: anyString }),
  fc.record({ type: fc.constant("join"), name: anyString, borrow: fc.boolean() }),
  fc.record({ type: fc.constant("join"), name: anyString }),
  fc.record({ type: fc.constant("send"), id, text: anyString }),
  fc.record({ type: fc.constantFrom("typing", "ping") }),
);

Deno.test("decodeFrame() reads every frame that a client can send", () => {
  fc.assert(fc.property(clientFrame, (frame) => {
    assertEquals(decodeFrame(JSON.stringify(frame)), { frame } as unknown);
  }));
});

Deno.test("decodeFrame() ignores fields that it does not know", () => {
  const data = '{"seq":9,"type":"send","name":"Eve","id":"a","text":"b","__proto__":{"x":1}}';
  const decoded = decodeFrame(data);
  assertEquals(decoded, { frame: { type: "send", id: "a", text: "b" } });
  assertEquals("x" in {}, false);
});

Deno.test("decodeFrame() refuses what is no frame and says in a few words why", () => {
  const cases: [data: string, why: string][] = [
    ["", "must be a JSON object"],
    ["hello", "must be a JSON object"],
    ["{", "must be a JSON object"],
    ["null", "must be a JSON object"],
    ["[]", '"type" is missing'],
    ["{}", '"type" is missing'],
    ['{"type":"shout"}', '"type" must be'],
    ['{"type":null}', '"type" must be'],
    ['{"type":"join"}', '"name" is missing'],
    ['{"type":"join","name":7}', '"name" must be string'],
    ['{"type":"join","name":"Ann","key":null}', '"key" must be'],
    ['{"type":"send","text":"hi"}', '"id" is missing'],
    ['{"type":"send","id":"a b","text":"hi"}', '"id" must be 1 to 64'],
    ['{"type":"send","id":"a"}', '"text" is missing'],
    ['{"type":"send","id":"a","text":["hi"]}', '"text" must be string'],
  ];
  for (const [data, why] of cases) {
    const { code, message } = refusalOf(data);
    assertEquals([code, message.includes(why)], ["bad_request", true], `${data}: ${message}`);
  }
});

Deno.test("decodeFrame() says which message a refusal is about when the id is one", () => {
  assertEquals(refusalOf('{"type":"send","id":"a-1","text":7}').id, "a-1");
  for (const id of ["7", '""', '"a b"', "null", '{"a":1}', `"${"x".repeat(65)}"`]) {
    assertEquals(refusalOf(`{"type":"send","id":${id},"text":7}`).id, undefined);
  }
});

Deno.test("decodeFrame() never throws, whatever comes", () => {
  const almost = fc.dictionary(
    fc.constantFrom("type", "id", "text", "name", "key", "__proto__"),
    fc.oneof(fc.constantFrom("join", "send", "typing", "ping", "toString"), fc.jsonValue()),
    { noNullPrototype: true },
  );
  const anything = fc.oneof(
    anyString,
    fc.jsonValue().map((value) => JSON.stringify(value)),
    almost.map((value) => JSON.stringify(value)),
  );
  fc.assert(
    fc.property(anything, (data) => {
      const decoded = decodeFrame(data);
      if ("frame" in decoded) return;
      assertEquals(decoded.error.code, "bad_request");
      assertLess(decoded.error.message.length, 150);
      assert(decoded.id === undefined || isMessageId(decoded.id));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("security 20: decodeFrame() survives 32 KiB of nesting and of keys", () => {
  for (const data of ["[".repeat(32_768), `${"[".repeat(16_384)}${"]".repeat(16_384)}`]) {
    assertEquals(refusalOf(data).code, "bad_request");
  }
  const many = Array.from({ length: 4000 }, (_, i) => `"k${i}":1`).join();
  assertEquals(refusalOf(`{${many}}`).code, "bad_request");
});

Deno.test("decodePost() reads a JSON text or the fields of a form", () => {
  const post = { name: "Ann", text: "hello" };
  assertEquals(decodePost(JSON.stringify(post)), post);
  assertEquals(decodePost({ ...post, id: "a", key: "k", more: 1 }), { ...post, id: "a", key: "k" });
});

Deno.test("decodePost() refuses what lacks a field or has a wrong one", () => {
  const bodies = [
    "",
    "hello",
    "null",
    "[]",
    '{"name":"Ann"}',
    '{"text":"hello"}',
    undefined,
    null,
    {
      name: "Ann",
      text: "hello",
      id: "a b",
    },
    { name: "Ann", text: "hello", key: 7 },
    { name: ["Ann"], text: "hello" },
  ];
  for (const body of bodies) {
    const error = assertThrows(() => decodePost(body), ChatError, "Cannot read this request");
    assertEquals(error.code, "bad_request");
  }
});

Deno.test("parseSince() reads a log and a seq, and nothing that is only like it", () => {
  assertEquals(parseSince("a-Z_9:0"), { log: "a-Z_9", seq: 0 });
  assertEquals(parseSince("log:9007199254740991"), { log: "log", seq: Number.MAX_SAFE_INTEGER });
  const others = [
    null,
    "",
    "log",
    "log:",
    ":1",
    "log:-1",
    "log:1.5",
    "log:01",
    "log:1e3",
    "log: 1",
  ];
  const more = [
    "log:9007199254740992",
    "log:1\n",
    "lög:1",
    "a:b:1",
    "log:NaN",
    `${"x".repeat(65)}:1`,
  ];
  for (const value of [...others, ...more]) assertEquals(parseSince(value), undefined, `${value}`);
});
