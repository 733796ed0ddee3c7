import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ChatError } from "../src/errors.ts";
import { nameKey, normalizeName } from "../src/message.ts";
import { NAME_KEPT_MS } from "../src/name_registry.ts";
import { createNames, key } from "./helpers/names_world.ts";

/** What `action` suggests when it refuses a name because somebody has it. */
function suggestionOf(action: () => unknown): string {
  const error = assertThrows(action, ChatError);
  assertEquals(error.code, "name_taken");
  return /"(.+)" is free$/.exec(error.message)?.[1] ?? "";
}

Deno.test("Names.claim() to borrow keeps a name for its key for as long as it is held", () => {
  const { names, clock } = createNames();
  const { key } = names.claim("Ann", undefined, { borrow: true });
  names.hold("Ann");
  clock.advance(2 * NAME_KEPT_MS);
  assert(names.owns("Ann", key));
  assertEquals(names.claim("ann", key, { borrow: true }).name, "Ann");
  assertThrows(() => names.claim("Ann"), ChatError);
  names.release("Ann");
  assertEquals(names.free("Ann"), "Ann");
});

Deno.test("Names.claim() to borrow what one owns does not give it up", () => {
  const { names } = createNames();
  const { key } = names.claim("Ann");
  names.claim("Ann", key, { borrow: true });
  names.hold("Ann");
  names.release("Ann");
  assert(names.owns("Ann", key));
});

Deno.test("Names.forget() gives up a name that nobody holds, and no other", () => {
  const { names } = createNames();
  for (const name of ["Ann", "Bob"]) names.claim(name);
  names.hold("Bob");
  for (const name of ["ANN", "Bob", "Cy"]) names.forget(name);
  assertEquals([names.free("Ann"), names.free("Bob")], ["Ann", "Bob-2"]);
});

Deno.test("Names.borrow() lends the name, or the next one that is free", () => {
  const { names } = createNames();
  names.claim("ann");
  assertEquals([1, 2, 3].map(() => names.borrow("Ann")), ["Ann-2", "Ann-3", "Ann-4"]);
  assertEquals(names.borrow("Bob"), "Bob");
});

Deno.test("Names.borrow() lends to one alone, and the name is free when it is released", () => {
  const { names } = createNames();
  names.borrow("Ann");
  names.hold("Ann");
  assertThrows(() => names.claim("Ann", key("mine")), ChatError);
  names.release("Ann");
  assertEquals(names.claim("Ann", key("mine")).key, key("mine"));
});

Deno.test("Names.free() proposes a random ending when a hundred numbers are taken", () => {
  const { names } = createNames();
  names.claim("Ann");
  for (let n = 2; n < 100; n++) names.claim(`Ann-${n}`);
  const proposed = names.free("Ann");
  assert(!/^Ann(-\d+)?$/.test(proposed), proposed);
  names.claim(proposed);
});

// Short and long ones, some that only a cluster or a code point keeps from being too long.
const anyName = fc.oneof(
  fc.constantFrom("Ann", "ann", "x".repeat(32), "👍🏽".repeat(32), `${"x".repeat(28)} y`),
  fc.tuple(fc.integer({ min: 1, max: 32 }), fc.integer({ min: 0, max: 127 })).map(
    ([clusters, marks]) => "x".repeat(clusters) + "\u103e".repeat(Math.min(marks, 128 - clusters)),
  ),
);

Deno.test("Names suggests a name that is free and that a name may be, like the one asked for", () => {
  fc.assert(fc.property(anyName, fc.nat({ max: 12 }), (name, others) => {
    const { names } = createNames();
    names.claim(name);
    for (let n = 0; n < others; n++) names.claim(suggestionOf(() => names.claim(name)));
    const suggestion = suggestionOf(() => names.claim(name));
    assertEquals(normalizeName(suggestion), suggestion);
    assertEquals(names.free(suggestion), suggestion);
    assertEquals(suggestion.slice(0, 1), name.slice(0, 1));
    assertNotEquals(nameKey(suggestion), nameKey(name));
    assertEquals(names.claim(suggestion).name, suggestion);
  }));
});
