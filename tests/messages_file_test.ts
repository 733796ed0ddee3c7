// The file's text: there and back, and what is saved from a text that is damaged in every way there is.

import { assert, assertEquals, assertGreaterOrEqual, assertMatch } from "@std/assert";
import fc from "fast-check";
import type { Message, StoredMessage } from "../src/message.ts";
import { decodeFile, encodeFile, salvage } from "../src/messages_file.ts";
import { idsOf } from "./helpers/drafts.ts";
import { anyId, anyMessages } from "./helpers/any_messages.ts";
import { seqs, stored, storedRange } from "./helpers/stored_messages.ts";

Deno.test("decodeFile() reads what encodeFile() wrote", () => {
  fc.assert(fc.property(anyId, anyMessages, (log, messages) => {
    assertEquals(decodeFile(encodeFile({ log, messages }), 20), { log, messages });
  }));
});

Deno.test("encodeFile() writes one line for each message, whatever is in it", () => {
  fc.assert(fc.property(anyMessages, (messages) => {
    const lines = encodeFile({ log: "log", messages }).split("\n").slice(1, -2);
    assertEquals(lines.filter((line) => line !== "").length, messages.length);
  }));
});

Deno.test("decodeFile() keeps the newest, and does not look at the others", () => {
  const text = encodeFile({ log: "log", messages: storedRange(1, 5) }).replace('"seq":1,', "");
  assertEquals(seqs(decodeFile(text, 4)?.messages ?? []), [2, 3, 4, 5]);
  assertEquals(decodeFile(text, 5), undefined);
});

Deno.test("decodeFile() accepts a file that a person has laid out anew", () => {
  const { log, messages } = { log: "log", messages: storedRange(1, 3) };
  const text = JSON.stringify(JSON.parse(encodeFile({ log, messages })), null, "\t");
  assertEquals(decodeFile(`\r\n${text}\r\n`, 10), { log, messages });
});

Deno.test("decodeFile() takes from a message its five fields and nothing else", () => {
  const text = encodeFile({ log: "log", messages: [stored(1)] })
    .replace('{"seq"', '{"__proto__":{"admin":true},"json":"x","bytes":1,"receivedAt":1,"seq"');
  assertEquals(decodeFile(text, 10)?.messages, [stored(1)]);
});

Deno.test("a file torn at any byte gives the messages before the tear, and no other", () => {
  const messages = [
    stored(1),
    stored(3, { text: '{"seq":2,"id":"forged","name":"Ann","text":"x","time":"x"}' }),
    stored(4, { name: "Zoë 👩‍👩‍👧‍👦", text: '"\\"},\n{' }),
    stored(5, { text: "🐟\u2028\u{feff}" }),
  ];
  const bytes = encodeFile_(messages);
  const ends = messages.map(({ json }) => encodeFile_(messages, json).length);
  for (let length = 0; length <= bytes.length; length++) {
    const whole = messages.filter((_, index) => (ends[index] ?? 0) <= length);
    assertEquals(read(bytes.subarray(0, length)), whole, `torn after ${length} bytes`);
  }
});

Deno.test("a single wrong bit costs one message at most, and makes no wrong kind of one", () => {
  const messages = storedRange(1, 10).map(({ seq }) =>
    stored(seq, { text: `${seq} "quoted" \\ {"a":1} ü🐟` })
  );
  const bytes = encodeFile_(messages);
  const random = randomBits(0x5eed);
  for (let flip = 0; flip < 1000; flip++) {
    const at = random(bytes.length * 8);
    const flipped = Uint8Array.from(bytes);
    flipped[at >> 3] = (flipped[at >> 3] ?? 0) ^ (1 << (at & 7));
    const kept = read(flipped);
    kept.forEach(assertValid);
    const unharmed = messages.filter((message) => kept.some((other) => isSame(message, other)));
    assertGreaterOrEqual(unharmed.length, messages.length - 1, `bit ${at} flipped`);
    assertGreaterOrEqual(messages.length, kept.length, `bit ${at} flipped`);
  }
});

const WHOLE = encodeFile({ log: "log", messages: storedRange(1, 3) });
const THREE = ["id-1", "id-2", "id-3"];
const line = (seq: number) => stored(seq).json;

/** A damaged text, and what is saved of it. */
const DAMAGED: Record<string, [text: string, ids: string[]]> = {
  "nothing": ["", []],
  "white space": [" \n", []],
  "a brace": ["{", []],
  "null": ["null", []],
  "an empty object": ["{}", []],
  "an empty list": ["[]", []],
  "a list": ["[1]", []],
  "a number": ["1e999", []],
  "a string": ['"messages"', []],
  "NUL bytes": ["\0".repeat(4096), []],
  "a byte order mark": [`\u{feff}${WHOLE}`, THREE],
  "NUL bytes at the end": [WHOLE + "\0".repeat(512), THREE],
  "NUL bytes in the middle": [WHOLE.replace("text 2", "\0\0\0\0\0\0"), ["id-1", "id-3"]],
  "two files in one": [WHOLE + WHOLE, THREE],
  "another version": [WHOLE.replace('"version":1', '"version":2'), THREE],
  "no log": [WHOLE.replace('"log":"log",', ""), THREE],
  "a log that is none": [WHOLE.replace('"log":"log"', '"log":{"a":1}'), THREE],
  "messages that are no list": [`{"version":1,"log":"log","messages":${line(1)}}`, ["id-1"]],
  "a message within a message": [`[{"a":${line(1)}}]`, ["id-1"]],
  "a merge conflict": [WHOLE.replace("\n", "\n<<<<<<< mine\n"), THREE],
  "bare lines": [`${line(1)}\n${line(2)}`, ["id-1", "id-2"]],
  "fields in another order": [
    `[{"time":"${stored(1).time}", "text":"x" ,"name":"Ann","id":"a","seq":7}]`,
    ["a"],
  ],
  "seq as a string": [`[${line(1).replace(":1,", ':"1",')},${line(2)}]`, ["id-2"]],
  "seq 0": [`[${line(1).replace(":1,", ":0,")}]`, []],
  "a broken seq": [`[${line(1).replace(":1,", ":1.5,")}]`, []],
  "a seq that nothing can follow": [`[${line(1).replace(":1,", ":9007199254740991,")}]`, []],
  "an endless seq": [`[${line(1).replace(":1,", ":1e999,")}]`, []],
  "a text that is null": [`[${line(1).replace('"text 1"', "null")},${line(2)}]`, ["id-2"]],
  "a text of escapes": [
    `[${stored(1, { name: "\0".repeat(1024), text: "\0".repeat(8192) }).json}`,
    ["id-1"],
  ],
  "an empty text": [`[${line(1).replace('"text 1"', '""')}]`, []],
  "a huge text": [`[${line(1).replace("text 1", "x".repeat(8193))},${line(2)}]`, ["id-2"]],
  "an empty name": [`[${line(1).replace('"Ann"', '""')}]`, []],
  "a time that is none": [`[${line(1).replace("2026-11-21T", "yesterday ")}]`, []],
  "an id that is none": [`[${line(1).replace('"id-1"', '"no id"')}]`, []],
  "__proto__ as an id": [`[${line(1).replace('"id-1"', '"__proto__"')}]`, ["__proto__"]],
  "only __proto__": [`[{"__proto__":${line(1)}}]`, ["id-1"]],
  "an id twice": [`[${line(1)},${line(2).replace("id-2", "id-1")},${line(3)}]`, ["id-1", "id-3"]],
};

for (const [what, [text, ids]] of Object.entries(DAMAGED)) {
  Deno.test(`salvage() saves the whole messages of a file with ${what}`, () => {
    assertEquals(decodeFile(text, 10), undefined);
    assertEquals(idsOf(salvage(text, 10)), ids);
  });
}

Deno.test("salvage() numbers anew when a number stands twice or falls", () => {
  for (const second of [1, 2]) {
    const text = [stored(2), stored(second, { id: "other" }), stored(9)].map(({ json }) => json);
    const messages = salvage(text.join(), 10);
    assertEquals(seqs(messages), [1, 2, 3]);
    assertEquals(idsOf(messages), ["id-2", "other", "id-9"]);
    messages.forEach(assertValid);
  }
});

Deno.test("salvage() keeps the newest when there are more than are wanted", () => {
  assertEquals(seqs(salvage(`!${encodeFile({ log: "log", messages: storedRange(5, 9) })}`, 2)), [
    8,
    9,
  ]);
});

/** As the store reads it. */
function read(bytes: Uint8Array): readonly StoredMessage[] {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  return decodeFile(text, 100)?.messages ?? salvage(text, 100);
}

/** A file as bytes, whole or up to the end of `upTo`. */
function encodeFile_(messages: readonly StoredMessage[], upTo?: string): Uint8Array {
  const text = encodeFile({ log: "log", messages });
  const end = upTo === undefined ? text.length : text.indexOf(upTo) + upTo.length;
  return new TextEncoder().encode(text.slice(0, end));
}

/** The same whatever its number, which a damaged file may have changed. */
function isSame(one: Message, other: Message): boolean {
  return (["id", "name", "text", "time"] as const).every((field) => one[field] === other[field]);
}

function assertValid({ seq, id, name, text, time, json }: StoredMessage): void {
  assert(Number.isSafeInteger(seq) && seq > 0, `seq ${seq}`);
  assertMatch(id, /^[\w-]{1,64}$/);
  assert(name !== "" && text !== "");
  assertEquals(new Date(time).toISOString(), time);
  assertEquals(json, JSON.stringify({ seq, id, name, text, time }));
}

/** A small generator of its own (mulberry32), so that a failure comes back with the same bits. */
function randomBits(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}
