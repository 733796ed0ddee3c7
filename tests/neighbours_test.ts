// Nodes that tell each other of their people, over a bus that cannot be relied on.

import { assert, assertEquals, assertLess, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { LEASE_MS, MAX_NEIGHBOURS } from "../src/nats/neighbours.ts";
import { Neighbour } from "../src/nats/neighbour.ts";
import { MAX_BUS_BYTES, MAX_NODE_NAMES, MAX_TYPISTS } from "../src/nats/neighbour_wire.ts";
import { FakeBus, type FakeNode, type Fate } from "./helpers/neighbour_world.ts";

function start(count: number): { bus: FakeBus; nodes: FakeNode[] } {
  const bus = new FakeBus();
  const nodes = Array.from({ length: count }, () => bus.add());
  bus.clock.advance(1000);
  return { bus, nodes };
}

function onlineOf(nodes: readonly FakeNode[]): string[] {
  return nodes.map(({ online }) => online.join(" "));
}

Deno.test("A name that is held on one node is known on all within a second, and so is its end", () => {
  const { bus, nodes: [a, b, c] } = start(3);
  assert(a && b && c);
  a.hold("Ann");
  b.hold("Bob");
  bus.clock.advance(1000);
  assertEquals(onlineOf(bus.nodes), Array(3).fill("Ann Bob"));
  a.release("Ann");
  bus.clock.advance(1000);
  assertEquals(onlineOf(bus.nodes), Array(3).fill("Bob"));
  assertEquals(c.told.filter((line) => line.includes("Ann")), ["held Ann", "released Ann"]);
});

Deno.test("A new node knows within a second who is where, and they know of it", () => {
  const { bus, nodes: [a, b] } = start(2);
  assert(a && b);
  a.hold("Ann");
  b.hold("Bob");
  bus.clock.advance(1000);
  const c = bus.add();
  c.hold("Cy");
  bus.clock.advance(1000);
  assertEquals(onlineOf([a, b, c]), Array(3).fill("Ann Bob Cy"));
});

Deno.test("Many names that change at once are told in few messages, each below the limit", () => {
  const { bus, nodes: [a, b] } = start(2);
  assert(a && b);
  bus.published.length = 0;
  const names = Array.from({ length: 3000 }, (_, n) => `${n} ${"\u{1f1eb}\u{1f1f7}".repeat(27)}`);
  for (const name of names) a.hold(name);
  bus.clock.advance(1000);
  assertEquals(b.online.length, names.length);
  const late = bus.add();
  bus.clock.advance(1000);
  assertEquals(late.online.length, names.length);
  assertLess(bus.published.length, 15);
  const encoder = new TextEncoder();
  for (const news of bus.published) {
    assertLessOrEqual(encoder.encode(JSON.stringify(news)).length, MAX_BUS_BYTES);
  }
});

Deno.test("A node tells changes at most ten times a second", () => {
  const { bus, nodes: [a] } = start(2);
  bus.published.length = 0;
  for (let ms = 0; ms < 1000; ms += 10) {
    a?.hold(`n${ms}`);
    bus.clock.advance(10);
  }
  assertLessOrEqual(bus.published.filter(({ type }) => type === "change").length, 11);
});

Deno.test("The lease of a node is 15 seconds: then it is gone, and its people at once", () => {
  const { bus, nodes: [a, b] } = start(2);
  assert(a && b);
  a.hold("Ann");
  bus.clock.advance(1000);
  bus.kill(a);
  bus.clock.advance(LEASE_MS - 4000);
  assertEquals([LEASE_MS, b.online], [15_000, ["Ann"]]);
  bus.clock.advance(4000);
  assertEquals([b.online, b.told.slice(-2)], [[], ["lost Ann", "gone: silence"]]);
  assertEquals(b.neighbours.mayBeAlive(a.id), false);
});

Deno.test("A node that says goodbye releases its people, so that they may come back elsewhere", () => {
  const { bus, nodes: [a, b] } = start(2);
  assert(a && b);
  a.hold("Ann");
  bus.clock.advance(1000);
  bus.stop(a);
  bus.clock.advance(1);
  assertEquals(b.told.slice(-2), ["released Ann", "gone: goodbye"]);
  bus.clock.advance(2 * LEASE_MS);
  assertEquals(a.told.filter((line) => line.startsWith("gone")), [], "it is stopped");
});

Deno.test("A node that stood still takes nobody for gone, and is found again by those who did", () => {
  const { bus, nodes: [a, b, c] } = start(3);
  assert(a && b && c);
  a.hold("Ann");
  b.hold("Bob");
  bus.clock.advance(1000);
  a.pause();
  bus.clock.advance(20_000);
  assertEquals(onlineOf([b, c]), ["Bob", "Bob"]);
  a.resume();
  bus.clock.advance(5000);
  assertEquals(onlineOf([a, b, c]), Array(3).fill("Ann Bob"));
  assertEquals(a.told.filter((line) => /gone|lost/.test(line)), []);
});

Deno.test("While the bus is away everybody stays, and when it is back all lists are exchanged", () => {
  const { bus, nodes: [a, b, c] } = start(3);
  assert(a && b && c);
  a.hold("Ann");
  bus.clock.advance(1000);
  for (const node of bus.nodes) bus.cut(node, false);
  a.hold("Abe");
  a.release("Ann");
  b.hold("Bob");
  bus.clock.advance(10 * LEASE_MS);
  assertEquals(onlineOf([a, b, c]), ["Abe", "Ann Bob", "Ann"]);
  for (const node of bus.nodes) bus.cut(node, true);
  bus.clock.advance(1000);
  assertEquals(onlineOf([a, b, c]), Array(3).fill("Abe Bob"));
  assertEquals(c.told.filter((line) => /gone|lost/.test(line)), []);
});

Deno.test("A node that died while the bus was away is gone one lease after it is back", () => {
  const { bus, nodes: [a, b] } = start(2);
  assert(a && b);
  a.hold("Ann");
  bus.clock.advance(1000);
  bus.cut(b, false);
  bus.kill(a);
  bus.clock.advance(10 * LEASE_MS);
  assertEquals([b.online, b.neighbours.mayBeAlive(a.id)], [["Ann"], true]);
  bus.cut(b, true);
  bus.clock.advance(LEASE_MS - 1000);
  assertEquals(b.online, ["Ann"], "nobody can say that it did not come back too");
  bus.clock.advance(2000);
  assertEquals([b.online, b.neighbours.mayBeAlive(a.id)], [[], false]);
});

Deno.test("Who writes is told to the other nodes, and none speaks for the people of another", () => {
  const { bus, nodes: [a, b, c] } = start(3);
  assert(a && b && c);
  a.hold("Ann");
  b.hold("Bob");
  bus.clock.advance(1000);
  a.neighbours.typing(["Ann", "Bob"]);
  bus.clock.advance(1);
  assertEquals([a.told.at(-1), b.told.at(-1), c.told.at(-1)], [
    "held Bob",
    "typing Ann",
    "typing Ann",
  ]);
});

Deno.test("However many write at once, the others hear of as many as a message may name", () => {
  const { bus, nodes: [a, b] } = start(2);
  const names = Array.from({ length: 1500 }, (_, n) => `n${n}`);
  for (const name of names) a?.hold(name);
  bus.clock.advance(1000);
  a?.neighbours.typing(names);
  bus.clock.advance(1);
  assertEquals(b?.told.filter((line) => line.startsWith("typing")).length, 1000);
});

Deno.test("For one lease after the start no node counts as dead", () => {
  const { bus, nodes: [a] } = start(1);
  assertEquals(a?.neighbours.mayBeAlive("x".repeat(22)), true);
  bus.clock.advance(LEASE_MS);
  assertEquals(a?.neighbours.mayBeAlive("x".repeat(22)), false);
  assertEquals(a?.neighbours.mayBeAlive(a.id), true);
});

Deno.test("A node that is stopped leaves no timer", () => {
  const { bus } = start(2);
  // Its hello has yet to be answered.
  bus.add().hold("Ann");
  bus.clock.advance(1);
  for (const node of [...bus.nodes]) bus.stop(node);
  // What is on its way arrives.
  bus.clock.advance(1);
  assertEquals(bus.clock.waiting, 0);
});

/** A node that knows of one other, which says what a test has it say, and what the node says itself. */
function listen() {
  const { bus, nodes: [a] } = start(1);
  assert(a);
  const say = (news: Record<string, unknown>) =>
    a.neighbours.receive(JSON.stringify({ node: OTHER, ...news }));
  const list = (change: number, names: string[]) =>
    say({ type: "list", change, part: 0, parts: 1, names });
  list(1, ["Ann"]);
  const asked = () =>
    bus.published.splice(0).filter(({ type, of }) => type === "ask" && of === OTHER);
  return { bus, node: a, say, list, asked };
}

const OTHER = "other".padEnd(22, "_");

Deno.test("A change that got lost shows in the next one: the list is asked for, once a second", () => {
  const { bus, say, asked } = listen();
  for (const change of [3, 4, 5]) say({ type: "change", change, held: ["Bob"], released: [] });
  assertEquals(asked().length, 1);
  bus.clock.advance(1000);
  say({ type: "change", change: 6, held: ["Bob"], released: [] });
  assertEquals(asked().length, 1);
});

Deno.test("A change that got lost shows in the next beat, in what it counts", () => {
  for (const [change, count, asks] of [[1, 1, 0], [2, 1, 1], [1, 2, 1], [0, 7, 0]]) {
    const { say, asked } = listen();
    say({ type: "beat", change, count });
    assertEquals(asked().length, asks, `${change} ${count}`);
  }
});

Deno.test("What comes late changes nothing: neither an old change nor an old list", () => {
  const { node, say, list } = listen();
  say({ type: "change", change: 2, held: ["Bob"], released: ["Ann"] });
  list(1, ["Ann"]);
  list(5, ["Bob", "Cy"]);
  say({ type: "change", change: 4, held: ["Di"], released: ["Cy"] });
  say({ type: "change", change: 5, held: ["Di"], released: ["Cy"] });
  assertEquals(node.told, ["came", "held Ann", "released Ann", "held Bob", "held Cy"]);
});

Deno.test("A list counts when all its parts are there, in any order, and those of another are none", () => {
  const { node, say } = listen();
  const part = (change: number, part: number, names: string[]) =>
    say({ type: "list", change, part, parts: 2, names });
  part(2, 1, ["Bob"]);
  part(3, 1, ["Cy"]);
  assertEquals(node.told, ["came", "held Ann"]);
  part(3, 0, ["Ann"]);
  assertEquals(node.told, ["came", "held Ann", "held Cy"]);
});

const HOSTILE: unknown[] = [
  null,
  [],
  {},
  { type: "shout", node: "x".repeat(22) },
  { type: "hello", node: "short" },
  { type: "beat", node: "x".repeat(22), change: -1, count: 0 },
  { type: "list", node: "x".repeat(22), change: 1, part: 0, parts: 1e9, names: [] },
  { type: "list", node: "x".repeat(22), change: 1, part: 0, parts: 1, names: ["x".repeat(257)] },
  { type: "list", node: "x".repeat(22), change: 1, part: 0, parts: 1, names: [7] },
  { type: "change", node: "x".repeat(22), change: 1, held: "Ann", released: [] },
  { type: "typing", node: "x".repeat(22), names: Array(MAX_TYPISTS + 1).fill("Ann") },
];

Deno.test("security 40: what no node would say is ignored, and so is what is too long", () => {
  const { nodes: [a] } = start(1);
  assert(a);
  for (const news of HOSTILE) a.neighbours.receive(JSON.stringify(news));
  a.neighbours.receive("no JSON");
  a.neighbours.receive(`{"type":"hello","node":"${"x".repeat(22)}"}${" ".repeat(MAX_BUS_BYTES)}`);
  assertEquals([a.ignored, a.told], [HOSTILE.length + 2, []]);
});

Deno.test("security 40: a name that no client could have is nobody on another node either", () => {
  const { nodes: [a] } = start(1);
  const names = ["\u202eAnn", "x".repeat(33), "admin", " Ann", "Ann"];
  const news = { type: "list", node: "x".repeat(22), change: 1, part: 0, parts: 1, names };
  a?.neighbours.receive(JSON.stringify(news));
  assertEquals([a?.told, a?.ignored], [["came", "held Ann"], 4]);
});

Deno.test("security 33: so many nodes are believed in, and no more", () => {
  const { nodes: [a] } = start(1);
  for (let n = 0; n < 2 * MAX_NEIGHBOURS; n++) {
    a?.neighbours.receive(JSON.stringify({ type: "hello", node: `${n}`.padEnd(22, "_") }));
  }
  assertEquals(a?.told.length, MAX_NEIGHBOURS);
});

Deno.test("security 33: a node has so many names, however many parts its list comes in, and no more", () => {
  let [held, ignored] = [0, 0];
  const neighbour = new Neighbour(0, {
    held: () => held++,
    released: () => {},
    ignored: () => ignored++,
  });
  const half = MAX_NODE_NAMES / 2;
  for (const part of [0, 1]) {
    const names = Array.from({ length: half + part }, (_, n) => `${part} ${n}`);
    neighbour.list({ type: "list", node: OTHER, change: 1, part, parts: 2, names });
  }
  assertEquals([neighbour.names.size, held, ignored], [MAX_NODE_NAMES, MAX_NODE_NAMES, 1]);
});

const NAMES = ["Ann", "Bob", "Cy"];

const events = fc.array(
  fc.record({
    what: fc.constantFrom(
      "hold",
      "hold",
      "release",
      "wait",
      "cut",
      "mend",
      "kill",
      "pause",
      "resume",
    ),
    node: fc.nat({ max: 2 }),
    name: fc.constantFrom(...NAMES),
    ms: fc.constantFrom(1, 50, 300, 2000, 8000),
  }),
  { maxLength: 30, size: "max" },
);

const fates = fc.infiniteStream(
  fc.constantFrom<Fate>("arrives", "arrives", "is late", "is lost", "comes twice"),
);

Deno.test("Whatever the bus loses, repeats and reorders, all nodes agree in the end", () => {
  fc.assert(
    fc.property(events, fates, (events, fates) => {
      const { bus } = start(3);
      bus.fate = () => fates.next().value ?? "arrives";
      for (const { what, node: n, name, ms } of events) {
        const node = bus.nodes[n];
        if (what === "wait") bus.clock.advance(ms);
        else if (node === undefined) continue;
        else if (what === "hold") node.hold(name);
        else if (what === "release") node.release(name);
        else if (what === "pause") node.pause();
        else if (what === "resume") node.resume();
        else if (what === "kill" && bus.nodes.length > 1) bus.kill(node);
        else bus.cut(node, what === "mend");
      }
      bus.fate = () => "arrives";
      for (const node of bus.nodes) {
        bus.cut(node, true);
        node.resume();
      }
      bus.clock.advance(2 * LEASE_MS);
      const here = [...new Set(bus.nodes.flatMap(({ own }) => [...own]))].sort().join(" ");
      assertEquals(onlineOf(bus.nodes), bus.nodes.map(() => here));
      for (const node of bus.nodes) assertToldTruly(node);
    }),
    { numRuns: 300 },
  );
});

/** Of each name, it was told of so many comings, less the goings, as other nodes hold it. */
function assertToldTruly({ told, elsewhere }: FakeNode): void {
  for (const name of NAMES) {
    const count = told.reduce((sum, line) => {
      if (line === `held ${name}`) return sum + 1;
      return /^(released|lost) /.test(line) && line.endsWith(` ${name}`) ? sum - 1 : sum;
    }, 0);
    assertEquals(count, elsewhere.get(name)?.size ?? 0);
  }
}
