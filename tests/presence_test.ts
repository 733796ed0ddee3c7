import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { LEAVE_GRACE_MS, Presence, PresenceDelta } from "../src/presence.ts";
import { FakeClock } from "./helpers/fake_clock.ts";

function setUp() {
  const clock = new FakeClock();
  const told: string[] = [];
  const presence = new Presence<string>(clock, {
    joined: (name) => told.push(`joined ${name}`),
    left: (name) => told.push(`left ${name}`),
  });
  /** What was told since the last call. */
  const news = () => told.splice(0);
  return { clock, news, presence };
}

Deno.test("Presence.enter() tells of a name once, however many connections it has", () => {
  const { presence, news } = setUp();
  presence.enter("tab 1", "Ann");
  presence.enter("tab 2", "Ann");
  presence.enter("tab 2", "ANN");
  assertEquals(news(), ["joined Ann"]);
  assertEquals([presence.names, presence.size], [["Ann"], 1]);
});

Deno.test("Presence.leave() tells of a name 5 seconds after its last connection", () => {
  const { presence, clock, news } = setUp();
  presence.enter("tab 1", "Ann");
  presence.enter("tab 2", "Ann");
  presence.leave("tab 1", "Ann");
  clock.advance(LEAVE_GRACE_MS);
  assertEquals(news(), ["joined Ann"]);
  presence.leave("tab 2", "Ann");
  clock.advance(LEAVE_GRACE_MS - 1);
  assertEquals([news(), presence.names], [[], ["Ann"]]);
  clock.advance(1);
  assertEquals([news(), presence.names], [["left Ann"], []]);
});

Deno.test("Presence tells nothing of a reload", () => {
  const { presence, clock, news } = setUp();
  presence.enter("before", "Ann");
  presence.leave("before", "Ann");
  clock.advance(LEAVE_GRACE_MS - 1);
  presence.enter("after", "Ann");
  clock.advance(10 * LEAVE_GRACE_MS);
  assertEquals(news(), ["joined Ann"]);
});

Deno.test("Presence.leave() of a connection that left or never came changes nothing", () => {
  const { presence, clock, news } = setUp();
  presence.enter("tab", "Ann");
  presence.leave("stranger", "Ann");
  presence.leave("tab", "Bob");
  clock.advance(LEAVE_GRACE_MS);
  assertEquals([news(), presence.names], [["joined Ann"], ["Ann"]]);
  presence.leave("tab", "Ann");
  clock.advance(LEAVE_GRACE_MS - 1);
  presence.leave("tab", "Ann");
  clock.advance(1);
  assertEquals(news(), ["left Ann"]);
  assertEquals(clock.waiting, 0);
});

Deno.test("Presence lists names in the order in which they came, not that of their reloads", () => {
  const { presence } = setUp();
  for (const name of ["Cy", "Ann", "Bob"]) presence.enter(name, name);
  presence.leave("Cy", "Cy");
  presence.enter("Cy again", "Cy");
  assertEquals(presence.names, ["Cy", "Ann", "Bob"]);
});

Deno.test("Presence.close() calls off every leave and leaves no timer", () => {
  const { presence, clock, news } = setUp();
  presence.enter("tab", "Ann");
  presence.leave("tab", "Ann");
  presence.close();
  assertEquals(clock.waiting, 0);
  clock.advance(LEAVE_GRACE_MS);
  assertEquals(news(), ["joined Ann"]);
});

const moves = fc.array(
  fc.record({
    move: fc.constantFrom("enter", "leave", "wait"),
    connection: fc.constantFrom("1", "2", "3"),
    name: fc.constantFrom("Ann", "Bob"),
    ms: fc.constantFrom(1, LEAVE_GRACE_MS - 1, LEAVE_GRACE_MS),
  }),
  { maxLength: 40, size: "max" },
);

Deno.test("Presence has whoever has a connection or had one 5 seconds ago, and tells just that", () => {
  fc.assert(fc.property(moves, (moves) => {
    const { presence, clock, news } = setUp();
    const connections = new Map([["Ann", new Set<string>()], ["Bob", new Set<string>()]]);
    const lastSeen = new Map<string, number>();
    const told = new Set<string>();
    for (const { move, connection, name, ms } of moves) {
      const ofName = connections.get(name) ?? new Set();
      if (move === "wait") clock.advance(ms);
      else if (move === "enter") {
        ofName.add(connection);
        presence.enter(connection, name);
      } else {
        if (ofName.delete(connection)) lastSeen.set(name, clock.now());
        presence.leave(connection, name);
      }
      const expected = [...connections].filter(([name, { size }]) =>
        size > 0 || clock.now() - (lastSeen.get(name) ?? -Infinity) < LEAVE_GRACE_MS
      ).map(([name]) => name);
      assertEquals(presence.names.sort(), expected);
      for (const line of news()) {
        const [what, name = ""] = line.split(" ");
        assert(what === "joined" ? !told.has(name) : told.delete(name), line);
        if (what === "joined") told.add(name);
      }
      assertEquals([...told].sort(), expected);
    }
  }));
});

Deno.test("PresenceDelta has a name on the side where it was last", () => {
  const delta = new PresenceDelta();
  delta.join("Ann");
  delta.join("Bob");
  delta.leave("Cy");
  assertEquals([[...delta.joined], [...delta.left]], [["Ann", "Bob"], ["Cy"]]);
});

const flips = fc.array(
  fc.tuple(fc.boolean(), fc.constantFrom("Ann", "Bob", "Cy")),
  { maxLength: 12, size: "max" },
);

function deltaOf(changes: readonly (readonly [boolean, string])[]): PresenceDelta {
  const delta = new PresenceDelta();
  for (const [isJoin, name] of changes) isJoin ? delta.join(name) : delta.leave(name);
  return delta;
}

/** Who is here for a reader that had `before` and is told `delta`. */
function apply(before: readonly string[], { joined, left }: PresenceDelta): string[] {
  return [...new Set([...before].filter((name) => !left.has(name))).union(joined)].sort();
}

// A reader's list is taken at one moment and the delta begins at another: somebody on the list may be
// told to it as new, and somebody who left before may not be on it.
Deno.test("PresenceDelta brings every reader to the same list, whatever list it began with", () => {
  fc.assert(fc.property(flips, fc.subarray(["Ann", "Bob", "Cy"]), (flips, before) => {
    const here = new Set(before);
    for (const [isJoin, name] of flips) isJoin ? here.add(name) : here.delete(name);
    assertEquals(apply(before, deltaOf(flips)), [...here].sort());
  }));
});

Deno.test("PresenceDelta.append() is telling one after the other", () => {
  fc.assert(fc.property(flips, flips, (first, second) => {
    const delta = deltaOf(first);
    delta.append(deltaOf(second));
    for (const before of [[], ["Ann", "Bob", "Cy"]]) {
      assertEquals(apply(before, delta), apply(apply(before, deltaOf(first)), deltaOf(second)));
    }
  }));
});
