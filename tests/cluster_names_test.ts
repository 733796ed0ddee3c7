// One owner of a name, however many nodes ask for it.

import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { isKey } from "../src/name_registry.ts";
import { claim, have, start } from "./helpers/name_cluster.ts";

Deno.test("A name that was claimed on one node has an owner on all, and so has what looks like it", async () => {
  const { cluster, a, b } = start(2);
  const { key } = await have(cluster, a, { name: "Ian" });
  assert(isKey(key));
  for (const name of ["Ian", "IAN", "lan", "\u0406an"]) {
    assertEquals(await claim(cluster, b, { name }), "name_taken", name);
  }
  assertEquals([b.names.free("Ian"), b.names.free("Ben")], ["Ian-2", "Ben"]);
});

Deno.test("The key of a name proves it on every node, and no other key does", async () => {
  const { cluster, a, b } = start(2);
  const { key } = await have(cluster, a, { name: "Ann" });
  assertEquals([b.names.owns("ann", key), b.names.owns("Ann", "x".repeat(22))], [true, false]);
  assertEquals(b.names.claim("ANN", key), { name: "Ann", key }, "at once, in the owner's spelling");
  assertEquals(await claim(cluster, b, { name: "Ann", key: "x".repeat(22) }), "name_taken");
});

Deno.test("A free name adopts a well-formed key and no other", async () => {
  const { cluster, a } = start(1);
  const key = "k".repeat(22);
  assertEquals((await have(cluster, a, { name: "Ann", key })).key, key);
  const other = (await have(cluster, a, { name: "Bob", key: "no key" })).key;
  assert(isKey(other));
});

Deno.test("security 40: no key is ever in the bucket", async () => {
  const { cluster, a } = start(1);
  const { key } = await have(cluster, a, { name: "Ann" });
  assertMatch(cluster.text, /Ann/);
  assertEquals(cluster.text.includes(key), false);
});

Deno.test("A client that goes to another node before the news of its name is let in by its key", async () => {
  const { cluster, a, b } = start(2);
  cluster.lag = () => 1_000_000;
  const { key } = await have(cluster, a, { name: "Ann" });
  assertEquals(await claim(cluster, b, { name: "Ann", key }), { name: "Ann", key });
  assertEquals(await claim(cluster, b, { name: "ANN", key: "x".repeat(22) }), "name_taken");
});

const AT_ONCE = fc.record({
  names: fc.array(fc.constantFrom("Ian", "lan", "1an", "|an", "\u0406an"), {
    minLength: 2,
    maxLength: 4,
  }),
  latencies: fc.infiniteStream(fc.integer({ min: 1, max: 5 })),
});

Deno.test("Of those who claim names that look alike at the same moment, exactly one wins", async () => {
  await fc.assert(
    fc.asyncProperty(AT_ONCE, async ({ names, latencies }) => {
      const { cluster } = start(names.length);
      cluster.latency = () => latencies.next().value ?? 1;
      const claims = names.map((name, n) => cluster.nodes[n]?.names.claim(name));
      const [results] = await Promise.all([Promise.allSettled(claims), cluster.run(200)]);
      const winners = results.filter(({ status }) => status === "fulfilled");
      assertEquals(winners.length, 1, names.join(" "));
      const proofs = new Set(
        [...cluster.all().values()].map(({ value }) => JSON.parse(value).proof),
      );
      assertEquals(proofs.size, 1, "nothing is left of the others");
    }),
    { numRuns: 150 },
  );
});

Deno.test("A borrowed name is free on all nodes when it is released, at once where it was", async () => {
  const { cluster, a, b } = start(2);
  const { name } = await have(cluster, a, { name: "Ann", borrow: true });
  assertEquals(await claim(cluster, b, { name: "Ann" }), "name_taken");
  a.names.release(name);
  const again = await have(cluster, a, { name: "Ann", borrow: true });
  await cluster.run(50);
  assertEquals(await claim(cluster, b, { name: "Ann" }), "name_taken", "it was borrowed again");
  a.names.release(again.name);
  await cluster.run(50);
  await have(cluster, b, { name: "Ann" });
  assertEquals(cluster.all().size, 2);
});

Deno.test("A name is lent under the next number that is free, also to two at the same moment", async () => {
  const { cluster, a, b } = start(2);
  await have(cluster, a, { name: "Ann" });
  const lent = Promise.all([a.names.borrow("Ann"), b.names.borrow("Ann"), b.names.borrow("Ann")]);
  await cluster.run(100);
  assertEquals((await lent).sort(), ["Ann-2", "Ann-3", "Ann-4"]);
});

Deno.test("A name that was borrowed on a node that is dead may be taken, and no other of its names", async () => {
  const { cluster, a, b } = start(2);
  await have(cluster, a, { name: "Ann", borrow: true });
  await have(cluster, a, { name: "Bob" });
  assertEquals(await claim(cluster, b, { name: "Ann" }), "name_taken");
  await cluster.kill(a);
  assertEquals(await claim(cluster, b, { name: "Bob" }), "name_taken");
  await have(cluster, b, { name: "Ann" });
});

Deno.test("A borrowed name that its owner has taken along to another node stays theirs", async () => {
  const { cluster, a, b } = start(3);
  const { key } = await have(cluster, a, { name: "Ann", borrow: true });
  await have(cluster, b, { name: "Ann", key, borrow: true });
  const { writes } = cluster;
  a.names.release("Ann");
  await cluster.run(50);
  assertEquals(cluster.writes, writes, "there is nothing to be mended");
  for (const node of cluster.nodes.slice(1)) {
    assertEquals(await claim(cluster, node, { name: "Ann" }), "name_taken");
  }
  b.names.release("Ann");
  await cluster.run(50);
  await have(cluster, b, { name: "Ann" });
});

Deno.test("A name that was claimed and is forgotten is free again; one that is held is not", async () => {
  const { cluster, a, b } = start(2);
  await claim(cluster, a, { name: "Ann" });
  await have(cluster, a, { name: "Bob" });
  for (const name of ["Ann", "Bob"]) a.names.forget(name);
  await cluster.run(20);
  assertEquals([b.names.free("Ann"), b.names.free("Bob")], ["Ann", "Bob-2"]);
});

Deno.test("security 40: what no node of ours wrote is a name that is taken", async () => {
  const { cluster, a, b } = start(2);
  await have(cluster, a, { name: "Ann" });
  for (const key of cluster.all().keys()) {
    for (const value of ["", "{}", '{"name":7}']) {
      cluster.write(key, value, cluster.read(key)?.revision);
      await cluster.run(20);
      assertEquals(await claim(cluster, b, { name: "Ann" }), "name_taken");
    }
  }
});
