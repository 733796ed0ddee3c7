import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ChatError } from "../src/errors.ts";
import { isKey, MAX_KEPT_NAMES, NAME_KEPT_MS } from "../src/name_registry.ts";
import { createNames, key } from "./helpers/names_world.ts";

Deno.test("isKey() takes 22 characters of base64url and nothing else", () => {
  for (const good of ["x".repeat(22), "AZaz09-_AZaz09-_AZaz09"]) assert(isKey(good));
  const bad = ["", "x".repeat(21), "x".repeat(23), "x".repeat(21) + "\n", "x".repeat(21) + "="];
  assertEquals(bad.filter(isKey), []);
});

Deno.test("Names.claim() gives the first to come a key, and each name another", () => {
  const { names } = createNames();
  const ann = names.claim("Ann");
  const bob = names.claim("Bob");
  assertEquals(ann.name, "Ann");
  assert(isKey(ann.key));
  assertNotEquals(ann.key, bob.key);
});

Deno.test("Names.claim() with the key is the same person, in the spelling of the first time", () => {
  const { names } = createNames();
  const { key } = names.claim("Ann");
  for (const name of ["Ann", "ANN", "Ａnn"]) {
    const again = names.claim(name, key);
    assertEquals([again.name, again.key], ["Ann", key]);
  }
});

Deno.test("Names.claim() refuses everyone else, however near their key is", () => {
  const { names } = createNames();
  const { key } = names.claim("Ann");
  const swapped = `ek${key.slice(2)}`;
  const others = [undefined, "", key.slice(1), `${key}_`, key.slice(0, -1) + "x", swapped];
  for (const other of others) {
    const error = assertThrows(() => names.claim("ann", other), ChatError);
    assertEquals(error.code, "name_taken");
  }
});

Deno.test("Names.claim() of a free name adopts a well-formed key and no other", () => {
  const { names } = createNames();
  assertEquals(names.claim("Ann", key("mine")).key, key("mine"));
  const given = names.claim("Bob", "too short").key;
  assert(isKey(given));
  assertNotEquals(given, "too short");
});

Deno.test("Names.claim() keeps a name for its key for 15 minutes that nobody holds", () => {
  const { names, clock } = createNames();
  names.claim("Ann");
  clock.advance(NAME_KEPT_MS - 1);
  assertThrows(() => names.claim("Ann"), ChatError);
  clock.advance(1);
  names.claim("Ann");
});

Deno.test("Names.claim() again begins the 15 minutes anew", () => {
  const { names, clock } = createNames();
  const { key } = names.claim("Ann");
  clock.advance(NAME_KEPT_MS - 1);
  names.claim("Ann", key);
  clock.advance(NAME_KEPT_MS - 1);
  assertThrows(() => names.claim("Ann"), ChatError);
});

Deno.test("Names.claim() again of one name does not keep another one longer", () => {
  const { names, clock } = createNames();
  const { key } = names.claim("Ann");
  names.claim("Bob");
  clock.advance(NAME_KEPT_MS / 2);
  names.claim("Ann", key);
  clock.advance(NAME_KEPT_MS / 2);
  assertEquals([names.free("Ann"), names.free("Bob")], ["Ann-2", "Bob"]);
});

Deno.test("Names.hold() keeps a name for ever, and release() begins its 15 minutes", () => {
  const { names, clock } = createNames();
  const { key } = names.claim("Ann");
  names.hold("Ann");
  names.hold("ANN");
  clock.advance(10 * NAME_KEPT_MS);
  assertThrows(() => names.claim("Ann"), ChatError);
  names.release("Ann");
  clock.advance(NAME_KEPT_MS - 1);
  names.release("Ann");
  assert(names.owns("Ann", key));
  clock.advance(1);
  assert(!names.owns("Ann", key));
  assertEquals(names.free("Ann"), "Ann");
});

Deno.test("Names.hold() by its owner again stops the 15 minutes", () => {
  const { names, clock } = createNames();
  const { key } = names.claim("Ann");
  names.hold("Ann");
  names.release("Ann");
  names.claim("Ann", key);
  names.hold("Ann");
  clock.advance(10 * NAME_KEPT_MS);
  assert(names.owns("Ann", key));
});

Deno.test("Names.hold() and release() of a name that nobody claimed do nothing", () => {
  const { names } = createNames();
  names.hold("Ann");
  names.release("Ann");
  assertEquals(names.free("Ann"), "Ann");
});

Deno.test("Names.owns() is true for the owner's key only", () => {
  const { names } = createNames();
  const { key } = names.claim("Ann");
  assert(names.owns("ANN", key));
  assert(!names.owns("Ann", key.toLowerCase().slice(1)));
  assert(!names.owns("Bob", key));
});

Deno.test("Names.assertMayUse() allows a free name and claims nothing", () => {
  const { names } = createNames();
  names.assertMayUse("Ann");
  names.assertMayUse("Ann", "whatever");
  assertEquals(names.free("Ann"), "Ann");
});

Deno.test("security 18: Names treats names of Object.prototype as names", () => {
  const { names } = createNames();
  for (const name of ["__proto__", "constructor", "toString"]) {
    assertEquals(names.free(name), name);
    assertEquals(names.claim(name).name, name);
    assertEquals(names.free(name), `${name}-2`);
  }
});

Deno.test("security 33: Names keeps at most so many names for nobody and gives up the one unused longest", () => {
  const { names } = createNames();
  const { key } = names.claim("held");
  names.hold("held");
  for (let n = 0; n <= MAX_KEPT_NAMES; n++) names.claim(`n${n}`);
  names.claim("held", key);
  assertEquals(names.free("n0"), "n0");
  assertEquals(names.free("n1"), "n1-2");
  assertEquals(names.free(`n${MAX_KEPT_NAMES}`), `n${MAX_KEPT_NAMES}-2`);
  assertEquals(names.free("held"), "held-2");
});

interface Owner {
  key: string;
  isHeld: boolean;
  freeAt: number;
}

const steps = fc.array(
  fc.record({
    name: fc.constantFrom("Ann", "ANN", "Bob", "Cy"),
    action: fc.oneof(
      fc.constantFrom("hold", "release"),
      fc.option(fc.constantFrom(1, 2), { nil: undefined }).map((n) => ({ claimWith: n })),
      fc.constantFrom(1, 60_000, NAME_KEPT_MS / 2, NAME_KEPT_MS).map((ms) => ({ wait: ms })),
    ),
  }),
  { maxLength: 40, size: "max" },
);

Deno.test("Names agrees with a table of owners, whoever claims, holds and releases when", () => {
  fc.assert(fc.property(steps, (steps) => {
    const { names, clock } = createNames();
    const table = new Map<string, Owner>();
    for (const { name, action } of steps) {
      const id = name.toLowerCase();
      const owner = table.get(id);
      const freeAt = clock.now() + NAME_KEPT_MS;
      if (action === "hold") {
        names.hold(name);
        if (owner !== undefined) owner.isHeld = true;
      } else if (action === "release") {
        names.release(name);
        if (owner?.isHeld) table.set(id, { ...owner, isHeld: false, freeAt });
      } else if ("wait" in action) {
        clock.advance(action.wait);
        for (const [id, { isHeld, freeAt }] of table) {
          if (!isHeld && freeAt <= clock.now()) table.delete(id);
        }
      } else {
        const given = action.claimWith === undefined ? undefined : key(`mine-${action.claimWith}`);
        if (owner !== undefined && owner.key !== given) {
          assertThrows(() => names.claim(name, given), ChatError);
          continue;
        }
        const claim = names.claim(name, given);
        if (given !== undefined) assertEquals(claim.key, given);
        table.set(id, { key: claim.key, isHeld: owner?.isHeld ?? false, freeAt });
      }
      for (const each of ["ann", "bob", "cy"]) {
        const owner = table.get(each);
        assertEquals(names.free(each) === each, owner === undefined, each);
        if (owner !== undefined) assert(names.owns(each, owner.key));
      }
    }
  }));
});
