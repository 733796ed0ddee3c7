import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { HeldNames } from "../src/held_names.ts";

function setUp() {
  const told: string[] = [];
  const held = new HeldNames<string>({
    held: (name) => told.push(`held ${name}`),
    released: (name) => told.push(`released ${name}`),
  });
  return { held, told };
}

Deno.test("HeldNames says that a name is held with the first connection, and released with the last", () => {
  const { held, told } = setUp();
  held.enter("tab 1", "Ann");
  held.enter("tab 2", "ANN");
  held.leave("tab 1", "Ann");
  assertEquals(told, ["held Ann"]);
  held.leave("tab 2", "Ann");
  assertEquals(told, ["held Ann", "released Ann"]);
});

Deno.test("HeldNames.leave() of a connection that left or never came changes nothing", () => {
  const { held, told } = setUp();
  held.enter("tab", "Ann");
  held.leave("stranger", "Ann");
  held.leave("tab", "Bob");
  assertEquals(told, ["held Ann"]);
  for (let times = 0; times < 2; times++) held.leave("tab", "Ann");
  assertEquals(told, ["held Ann", "released Ann"]);
});

const moves = fc.array(
  fc.record({
    comes: fc.boolean(),
    connection: fc.constantFrom("1", "2", "3"),
    name: fc.constantFrom("Ann", "Bob"),
  }),
  { maxLength: 40, size: "max" },
);

Deno.test("HeldNames tells of each name by turns held and released, as its connections come and go", () => {
  fc.assert(fc.property(moves, (moves) => {
    const { held, told } = setUp();
    const model = new Set<string>();
    const expected: string[] = [];
    const count = (name: string) => [...model].filter((each) => each.endsWith(name)).length;
    for (const { comes, connection, name } of moves) {
      const before = count(name);
      if (comes) model.add(connection + name);
      else model.delete(connection + name);
      if (comes) held.enter(connection, name);
      else held.leave(connection, name);
      if (before === 0 && count(name) > 0) expected.push(`held ${name}`);
      if (before > 0 && count(name) === 0) expected.push(`released ${name}`);
    }
    assertEquals(told, expected);
  }));
});
