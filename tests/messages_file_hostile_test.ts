// Files that are made to hurt whoever reads them.

import { assertEquals, assertLess } from "@std/assert";
import fc from "fast-check";
import { decodeFile, salvage } from "../src/messages_file.ts";
import { anyMessages } from "./helpers/any_messages.ts";
import { idsOf } from "./helpers/drafts.ts";
import { stored } from "./helpers/stored_messages.ts";

Deno.test("salvage() finds every message in whatever junk", () => {
  const junk = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: fc.constantFrom(...'{}[]"\\:, a1\n') }),
  );
  fc.assert(
    fc.property(anyMessages, fc.array(junk, { minLength: 21, maxLength: 21 }), (all, gaps) => {
      const text = all.map(({ json }, index) => `${gaps[index]}${json}`).join("") + gaps.at(-1);
      assertEquals(salvage(text, 20), all);
    }),
  );
});

// Five megabytes each. The time of a step says what a text costs; one that made the search quadratic
// would need hours.
const HOSTILE: Record<string, () => string> = {
  "objects that never end": () => fill('{"a":"'),
  "one object of many fields": () => `{${fill('"a":1,')}`,
  "braces": () => fill("{"),
  "braces and quotes": () => fill('{ "'),
  "one string that never ends": () => `{"a":"${fill("x")}`,
  "one string of escapes": () => `{"a":"${fill("\\\\")}`,
  "quoted quotes": () => fill('{\\"'),
  "one number": () => `{"a":${fill("1")}`,
  "white space": () => `{${fill(" ")}`,
  "strings of punctuation": () => fill('{":":",",'),
  "small objects": () => fill('{"a":1}'),
  "braces in strings": () => `{${fill('"a":"{",')}`,
  "lists in lists": () => fill("["),
  "messages": () => fill(stored(1).json),
};

Deno.test("a hostile file is read in the time that its length asks for", async (t) => {
  for (const [what, makeText] of Object.entries(HOSTILE)) {
    await t.step(what, () => {
      const text = makeText();
      const startedAt = performance.now();
      assertEquals(decodeFile(text, 100), undefined);
      assertEquals(idsOf(salvage(text, 100)), what === "messages" ? ["id-1"] : []);
      assertLess(performance.now() - startedAt, 60_000);
    });
  }
});

Deno.test("a file of 64 MiB without an end is no reason to fail", () => {
  const length = 64 * 1024 * 1024;
  assertEquals(salvage(`{${'"a":1,'.repeat(length / 6)}`, 100), []);
  assertEquals(salvage(`{"a":"${"x".repeat(length)}`, 100), []);
  assertEquals(idsOf(salvage(`${stored(1).json}{"a":"${"\\n".repeat(length / 2)}`, 100)), ["id-1"]);
});

function fill(part: string): string {
  return part.repeat(5 * 1024 * 1024 / part.length);
}
