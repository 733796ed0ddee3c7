import { assertEquals } from "@std/assert";
import { continuesGroup } from "../src/grouping.ts";

const first = { name: "Ann", time: "2026-11-21T10:00:00.000Z" };

Deno.test("A group goes on for five minutes from its first message, by the same author", () => {
  assertEquals(continuesGroup(first, { name: "Ann", time: "2026-11-21T10:00:00.000Z" }), true);
  assertEquals(continuesGroup(first, { name: "Ann", time: "2026-11-21T10:05:00.000Z" }), true);
  assertEquals(continuesGroup(first, { name: "Ann", time: "2026-11-21T10:05:00.001Z" }), false);
  assertEquals(continuesGroup(first, { name: "Ben", time: "2026-11-21T10:00:01.000Z" }), false);
});

Deno.test("A message from before the first of a group begins another", () => {
  assertEquals(continuesGroup(first, { name: "Ann", time: "2026-11-21T09:59:59.999Z" }), false);
});
