// Names that stay with their owners, whatever time and the way to the bucket do to them.

import { assert, assertEquals, assertLessOrEqual, assertMatch } from "@std/assert";
import fc from "fast-check";
import { ChatError } from "../src/errors.ts";
import { MAX_KEPT_NAMES, NAME_KEPT_MS } from "../src/name_registry.ts";
import { CLAIM_DEADLINE_MS } from "../src/nats/cluster_names.ts";
import { encodeEntry, entryKeys } from "../src/nats/name_entry.ts";
import { NameMirror } from "../src/nats/name_mirror.ts";
import { REFRESH_MS } from "../src/nats/name_upkeep.ts";
import { OwnedNames } from "../src/nats/owned_names.ts";
import { FakeClock } from "./helpers/fake_clock.ts";
import {
  type CallFate,
  claim,
  have,
  type NameCluster,
  type NameNode,
  start,
} from "./helpers/name_cluster.ts";

const SECOND = 1000;

Deno.test("A borrowed name stays theirs, too, whose node dies when they are on another one", async () => {
  const { cluster, a, b } = start(3);
  const { key } = await have(cluster, a, { name: "Ann", borrow: true });
  await have(cluster, b, { name: "Ann", key, borrow: true });
  a.names.hold("Ann");
  await cluster.run(50);
  const { writes } = cluster;
  await cluster.run(50);
  assertEquals(cluster.writes, writes, "the nodes do not take turns");
  await cluster.kill(a);
  await cluster.run(10 * SECOND, 10);
  for (const node of cluster.nodes.slice(1)) {
    assertEquals(await claim(cluster, node, { name: "Ann" }), "name_taken");
  }
});

Deno.test("A held name is kept for as long as it is held, with a write every few minutes", async () => {
  const { cluster, a, b } = start(2);
  await have(cluster, a, { name: "Ann" });
  await cluster.run(2 * 60 * 60 * SECOND, 5 * SECOND);
  assertEquals(await claim(cluster, b, { name: "Ann" }), "name_taken");
  const refreshes = cluster.writes / 2;
  assertLessOrEqual(refreshes, 1 + 2 * 60 * 60 * SECOND / (0.8 * REFRESH_MS));
});

Deno.test("A released name waits 15 minutes for its key, and is free then", async () => {
  const { cluster, a, b } = start(2);
  const { key } = await have(cluster, a, { name: "Ann" });
  await cluster.run(4 * 60 * SECOND, 5 * SECOND);
  a.names.release("Ann");
  await cluster.run(50);
  await cluster.run(NAME_KEPT_MS - 5 * SECOND, 5 * SECOND);
  assertEquals(await claim(cluster, b, { name: "Ann" }), "name_taken");
  assertEquals(a.names.owns("Ann", key), true);
  await cluster.run(6 * SECOND, SECOND);
  assertEquals([a.names.free("Ann"), b.names.free("Ann")], ["Ann", "Ann"]);
  await have(cluster, b, { name: "Ann" });
});

Deno.test("A name that is used again and again without being held does not run out", async () => {
  const { cluster, a, b } = start(2);
  const { key } = await have(cluster, a, { name: "Ann" });
  a.names.release("Ann");
  for (let n = 0; n < 5; n++) {
    await cluster.run(NAME_KEPT_MS / 2, 5 * SECOND);
    assertEquals(b.names.claim("Ann", key), { name: "Ann", key });
  }
});

Deno.test("After a restart of all nodes the bucket still has the names", async () => {
  const { cluster, a, b } = start(2);
  const { key } = await have(cluster, a, { name: "Ann" });
  for (const node of [a, b]) await cluster.kill(node);
  const late = cluster.add();
  assertEquals(await claim(cluster, late, { name: "Ann" }), "name_taken");
  assertEquals(late.names.claim("Ann", key), { name: "Ann", key });
});

Deno.test("A bucket that was wiped has all names again that are held, and their owners", async () => {
  const { cluster, a, b } = start(2);
  const { key } = await have(cluster, a, { name: "Ann" });
  cluster.wipe();
  for (const node of cluster.nodes) node.load();
  await cluster.run(20);
  assertEquals(await claim(cluster, b, { name: "Ann" }), "name_taken");
  assertEquals(b.names.owns("Ann", key), true);
});

Deno.test("While names cannot be asked for, who is known goes on and a free name is refused at once", async () => {
  const { cluster, a, b } = start(2);
  const { key } = await have(cluster, a, { name: "Ann" });
  for (const node of cluster.nodes) node.isUp = false;
  assertEquals(b.names.claim("Ann", key), { name: "Ann", key });
  assertEquals(await claim(cluster, b, { name: "Ann" }), "name_taken");
  assertEquals(await claim(cluster, b, { name: "Bob" }), "not_saved");
  b.names.hold("Ann");
  await cluster.run(2 * NAME_KEPT_MS, 5 * SECOND);
  for (const node of cluster.nodes) node.isUp = true;
  for (const node of cluster.nodes) node.load();
  await cluster.run(20);
  assertEquals(b.names.owns("Ann", key), true);
});

Deno.test("A claim without an answer is refused after five seconds, and leaves nothing behind", async () => {
  for (const fate of ["call lost", "answer lost", "call late"] as const) {
    const { cluster, a } = start(1);
    cluster.fate = () => fate;
    const refused = Promise.allSettled([a.names.claim("Ann")]);
    await cluster.run(CLAIM_DEADLINE_MS, 10);
    const [result] = await refused;
    assert(result.status === "rejected" && result.reason instanceof ChatError);
    assertEquals(result.reason.code, "not_saved");
    assertMatch(result.reason.message, /^Cannot use this name: .*; try again in a moment$/);
    cluster.fate = () => "answered";
    await cluster.run(30 * SECOND, 100);
    assertEquals([cluster.all().size, a.names.free("Ann")], [0, "Ann"]);
  }
});

Deno.test("A claim that comes true after its refusal is undone", async () => {
  const { cluster, a, b } = start(2);
  cluster.latency = () => 4 * SECOND;
  const refused = Promise.allSettled([a.names.claim("Ann")]);
  await cluster.run(CLAIM_DEADLINE_MS, 10);
  const [result] = await refused;
  assertEquals(result.status, "rejected");
  await cluster.run(60 * SECOND, 100);
  assertEquals([cluster.all().size, b.names.free("Ann")], [0, "Ann"]);
});

Deno.test("What could not be written for a while is written when it can be", async () => {
  const { cluster, a, b } = start(2);
  const { name } = await have(cluster, a, { name: "Ann", borrow: true });
  cluster.fate = () => "call lost";
  a.names.release(name);
  await cluster.run(30 * SECOND, 100);
  assertEquals(b.names.free("Ann"), "Ann-2");
  cluster.fate = () => "answered";
  await cluster.run(15 * SECOND, 100);
  assertEquals(b.names.free("Ann"), "Ann");
});

Deno.test("A name that became somebody else's while it could not be kept is given up", async () => {
  const { cluster, a, b } = start(2);
  await have(cluster, a, { name: "Ann" });
  a.isUp = false;
  cluster.wipe();
  b.load();
  const other = await have(cluster, b, { name: "Ann" });
  a.isUp = true;
  a.load();
  await cluster.run(50);
  assertEquals([a.told, b.told], [["lost Ann"], []]);
  assertEquals(a.names.owns("Ann", other.key), true);
});

Deno.test("What is heard late of the bucket does not replace what is newer", () => {
  const mirror = new NameMirror(new FakeClock());
  const entry = { name: "Ann", proof: "p".repeat(43), node: "n".repeat(22), borrowed: false };
  const written = (revision: number) => ({ value: encodeEntry(entry), revision, ageMs: 0 });
  mirror.put("k", written(5));
  mirror.put("k", written(4));
  mirror.remove("k", 4);
  assertEquals(mirror.get("k")?.revision, 5);
  mirror.replace(new Map([["k", written(1)]]));
  assertEquals(mirror.get("k")?.revision, 1, "a bucket that was made anew counts anew");
});

Deno.test("security 33: so many names are kept for nobody, and the one unused longest is given up", () => {
  const owned = new OwnedNames();
  const use = (name: string, at: number) =>
    owned.use({ name, proof: "p".repeat(43), node: "n".repeat(22), borrowed: false }, at);
  owned.hold(use("held", 0));
  for (let n = 0; n < MAX_KEPT_NAMES; n++) use(`n${n}`, n);
  assertEquals(owned.surplus, undefined);
  use("n0", MAX_KEPT_NAMES);
  use("one more", MAX_KEPT_NAMES);
  assertEquals(owned.surplus?.entry.name, "n1");
});

Deno.test("security 33: a name too many is given up in the bucket, where others find it free", async () => {
  const { cluster, a } = start(1);
  for (const name of ["first", "second"]) {
    await have(cluster, a, { name });
    a.names.release(name);
  }
  for (let n = 2; n < MAX_KEPT_NAMES - 1; n++) {
    const entry = { name: `n${n}`, proof: "p".repeat(43), node: a.id, borrowed: false };
    a.names.upkeep.owned.use(entry, cluster.clock.now());
  }
  const areThere = () =>
    ["first", "second", "third", "last"].map((name) =>
      entryKeys(name).some((key) => cluster.read(key) !== undefined)
    );
  await have(cluster, a, { name: "third" });
  await claim(cluster, a, { name: "fourth" });
  assertEquals(areThere(), [true, true, true, false], "as many as may be");
  // Whether it is released, or used without being held.
  a.names.release("third");
  await cluster.run(50);
  assertEquals(areThere(), [false, true, true, false]);
  await claim(cluster, a, { name: "last" });
  await cluster.run(50);
  assertEquals(areThere(), [false, false, true, true]);
});

Deno.test("A kept name that is another's now counts once among those that are kept", () => {
  const owned = new OwnedNames();
  const use = (name: string, proof: string) =>
    owned.use({ name, proof, node: "", borrowed: false }, 0);
  use("Ann", "hers");
  use("Ann", "another's");
  for (let n = 1; n < MAX_KEPT_NAMES; n++) use(`n${n}`, "");
  assertEquals(owned.surplus, undefined);
  use("one more", "");
  assertEquals(owned.surplus?.entry.proof, "another's");
});

const steps = fc.array(
  fc.record({
    node: fc.nat({ max: 2 }),
    name: fc.constantFrom("Ann", "ANN", "Bob", "lan", "Ian"),
    what: fc.constantFrom("claim", "claim", "borrow", "release", "wait", "down", "up"),
    ms: fc.constantFrom(1, 20, 3000),
  }),
  { maxLength: 25, size: "max" },
);
const fates = fc.infiniteStream(
  fc.constantFrom<CallFate>(
    ...["answered", "answered", "answered", "answered"] as const,
    ...["answer lost", "call lost", "call late"] as const,
  ),
);
const times = fc.infiniteStream(fc.integer({ min: 1, max: 9 }));

Deno.test("Whatever is lost and late, nobody holds a name that another one holds", async () => {
  await fc.assert(
    fc.asyncProperty(steps, fates, times, async (steps, fates, times) => {
      const { cluster } = start(3);
      cluster.fate = () => fates.next().value ?? "answered";
      cluster.latency = cluster.lag = () => times.next().value ?? 1;
      // By what the name looks like: who holds it, each with a key of their own.
      const holders = new Map<string, Set<string>>();
      for (const { node: n, name, what, ms } of steps) {
        const node = cluster.nodes[n];
        assert(node);
        const look = name.toLowerCase().replace(/^l/, "i");
        const mine = holders.getOrInsertComputed(look, () => new Set());
        if (what === "wait") await cluster.run(ms, Math.min(ms, 10));
        else if (what === "release") {
          for (const held of mine) {
            const [at, spelled = ""] = held.split(" ");
            if (at === node.id) node.names.release(spelled);
            if (at === node.id) mine.delete(held);
          }
        } else if (what === "down") node.isUp = false;
        else if (what === "up") {
          node.isUp = true;
          node.load();
        } else {
          const had = await attempt(cluster, node, name, what === "borrow");
          if (had === undefined) continue;
          assertEquals([...mine], [], `${name} on ${node.id}`);
          mine.add(`${node.id} ${had}`);
          node.names.hold(had);
        }
      }
      for (const { told } of cluster.nodes) assertEquals(told, []);
    }),
    { numRuns: 60 },
  );
});

/** Claims with a key that nobody else has; the name when it was had. */
async function attempt(
  cluster: NameCluster,
  node: NameNode,
  name: string,
  borrow: boolean,
): Promise<string | undefined> {
  try {
    const claim = Promise.allSettled([node.names.claim(name, undefined, { borrow })]);
    await cluster.run(CLAIM_DEADLINE_MS + 100, 10);
    const [result] = await claim;
    return result.status === "fulfilled" ? result.value.name : undefined;
  } catch (error) {
    if (error instanceof ChatError) return undefined;
    throw error;
  }
}
