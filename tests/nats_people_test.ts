// People on several nodes, over a real NATS server.

import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import { ChatError } from "../src/errors.ts";
import { encodeEntry, entryKeys } from "../src/nats/name_entry.ts";
import { BUCKET } from "../src/nats/nats_bucket.ts";
import { connect, managerOf } from "./helpers/nats_place.ts";
import { NatsServer, natsTest } from "./helpers/nats_server.ts";
import { PeopleNode, type PeopleNodeOptions } from "./helpers/people_node.ts";
import { until } from "./helpers/until.ts";

/** A NATS server and so many nodes. */
async function start(count: number, options: PeopleNodeOptions = {}) {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await NatsServer.start());
  const opening = Array.from({ length: count }, async () => {
    return stack.use(await PeopleNode.open(server.url, options));
  });
  // Before one that failed ends this: what opens later would be closed by nobody.
  await Promise.allSettled(opening);
  const nodes = await Promise.all(opening);
  const [a, b = a, c = b] = nodes;
  assert(a && b && c);
  const all = stack.move();
  return { server, nodes, a, b, c, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

async function codeOf(claim: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => claim, ChatError)).code;
}

/** Waits until everyone is of one opinion. Returns how long that took. */
async function agreed(nodes: readonly PeopleNode[], online: string): Promise<number> {
  const views = () => nodes.map((node) => node.online);
  const all = () => `all see ${online}: ${Deno.inspect(views())}`;
  return await soon(all, () => views().every((view) => view === online));
}

/** As {@linkcode until}; nothing that happens between nodes takes longer. */
function soon(what: string | (() => string), holds: () => boolean): Promise<number> {
  return until(what, holds, 5_000);
}

/** Whether `name` is free as far as `node` knows. */
function isFree(node: PeopleNode, name: string): boolean {
  try {
    node.people.names.assertMayUse(name);
    return true;
  } catch (error) {
    if (error instanceof ChatError) return false;
    throw error;
  }
}

natsTest("Of two nodes that claim alike names at once, exactly one gets its own", async () => {
  await using cluster = await start(2);
  const { a, b } = cluster;
  for (let n = 0; n < 50; n++) {
    const [mine, theirs] = n % 2 === 0 ? [`Ann ${n}`, `ANN ${n}`] : [`lan ${n}`, `Ian ${n}`];
    const results = await Promise.allSettled([a.claim(mine ?? ""), b.claim(theirs ?? "")]);
    assertEquals(results.map(({ status }) => status).sort(), ["fulfilled", "rejected"], mine);
    for (const result of results) {
      if (result.status === "rejected") assertEquals(result.reason.code, "name_taken");
    }
  }
});

natsTest("A key made on one node proves the name on another, before the news too", async () => {
  await using cluster = await start(2);
  const { a, b } = cluster;
  const { key } = await a.claim("Ann");
  assertEquals(await b.claim("ANN", key), { name: "Ann", key });
  assertEquals(await codeOf(b.claim("Ann")), "name_taken");
  assertEquals(await codeOf(b.claim("Ann", "x".repeat(22))), "name_taken");
});

natsTest("A borrowed name is free everywhere when it is released, again and again", async () => {
  await using cluster = await start(2);
  const nodes = [cluster.a, cluster.b];
  for (let n = 0; n < 6; n++) {
    const [here, there] = n % 2 === 0 ? nodes : nodes.toReversed();
    assert(here && there);
    const name = await here.people.names.borrow("Ann");
    assertEquals([n, name], [n, "Ann"]);
    here.people.names.hold(name);
    assertEquals(await codeOf(there.claim("Ann")), "name_taken");
    here.people.names.release(name);
    // Where it is taken next has to hear of it first.
    await soon(`Ann is free for the ${n}th time`, () => isFree(there, "Ann"));
  }
});

natsTest("Three nodes say within a second who is online, and who comes later", async () => {
  await using cluster = await start(3);
  const { nodes, a, b, c } = cluster;
  await a.join("Ann");
  await b.join("Bob");
  assertLess(await agreed(nodes, "Ann Bob"), 1000);
  await c.join("Cy");
  assertLess(await agreed(nodes, "Ann Bob Cy"), 1000);
  assertEquals(nodes.map(({ events }) => events.people.length), [3, 3, 3]);
});

natsTest("A node that starts knows within a second who is online on the others", async () => {
  await using cluster = await start(2);
  const { server, a, b } = cluster;
  await a.join("Ann");
  await b.join("Bob");
  await using late = await PeopleNode.open(server.url);
  assertLess(await agreed([late], "Ann Bob"), 1000);
});

natsTest("The people of a node that dies are gone within its lease", async () => {
  await using cluster = await start(3, { leaseMs: 1500 });
  const { a, b, c } = cluster;
  await a.join("Ann");
  await b.join("Bob");
  await agreed([a, b, c], "Ann Bob");
  await a.kill();
  assertLess(await agreed([b, c], "Bob"), 2200);
  assertEquals(b.told.at(-1), "gone: silence");
});

natsTest("A client that moves to another node, of one that stops, does not flicker", async () => {
  await using cluster = await start(3);
  const { a, b, c } = cluster;
  const { key } = await a.join("Ann");
  await agreed([a, b, c], "Ann");
  await a[Symbol.asyncDispose]();
  await soon(() => `c hears the goodbye: ${c.told}`, () => c.told.includes("gone: goodbye"));
  await b.join("Ann", key);
  await agreed([b, c], "Ann");
  assertEquals([b.events.people, c.events.people], [["joined Ann"], ["joined Ann"]]);
});

natsTest("Who writes on one node is shown to the readers of another", async () => {
  await using cluster = await start(2);
  const { a, b } = cluster;
  const { connection } = await a.join("Ann");
  await agreed([a, b], "Ann");
  const peer = b.read();
  a.room.typing(connection);
  await soon(
    () => `the reader is told: ${peer.frames}`,
    () => peer.frames.some((frame) => frame.includes("typing")),
  );
  assertEquals(peer.readJson().at(-1), { type: "typing", names: ["Ann"] });
});

natsTest("While NATS is away names are proven or refused, and all is well after", async () => {
  await using cluster = await start(2, { leaseMs: 800 });
  const { server, a, b } = cluster;
  const { key } = await a.join("Ann");
  await agreed([a, b], "Ann");
  await server.kill();
  await soon("both have lost NATS", () => !b.connection.isUp && !a.connection.isUp);
  const asked = performance.now();
  assertEquals(await codeOf(b.claim("Bob")), "not_saved");
  assertLess(performance.now() - asked, 100);
  await b.join("Ann", key);
  await soon("a lease is over", () => performance.now() - asked > 1000);
  assertEquals([a.online, b.online], ["Ann", "Ann"]);
  await server.start();
  await until("both are back", () => b.connection.isUp && a.connection.isUp, 10_000);
  await b.join("Bob");
  assertLess(await agreed([a, b], "Ann Bob"), 1000);
  assertEquals(await codeOf(a.claim("Bob")), "name_taken");
  assertEquals([a.told, b.told].map((told) => told.filter((line) => /gone|lost/.test(line))), [
    [],
    [],
  ]);
});

natsTest("A bucket that is gone is made again, with the names that are held", async () => {
  await using cluster = await start(2);
  const { a, b } = cluster;
  const { key } = await a.join("Ann");
  await a.claim("Zoe");
  // Who has not heard yet that it was taken would find it free, whatever becomes of the bucket.
  await soon(() => `b hears of Zoe: ${b.told}`, () => !isFree(b, "Zoe"));
  const manager = await managerOf(a.connection);
  await manager.streams.delete(`KV_${BUCKET}`);
  await until("the bucket is made again", () => isFree(b, "Zoe"), 10_000);
  await until(() => `b hears of Ann: ${b.told}`, () => !isFree(b, "Ann"), 10_000);
  assertEquals(await b.claim("Ann", key), { name: "Ann", key });
});

natsTest("Whose name has become somebody else's is put out of the room", async () => {
  await using cluster = await start(1);
  const { a } = cluster;
  const { connection } = await a.join("Ann");
  const { connection: other } = await a.join("Bob");
  await using outside = await connect(cluster.server.url);
  const [proof, node] = ["p".repeat(43), "n".repeat(22)];
  const value = encodeEntry({ name: "Ann", proof, node, borrowed: false });
  for (const key of entryKeys("Ann")) outside.nats.publish(`$KV.${BUCKET}.${key}`, value);
  await soon(() => `a hears of the loss: ${a.told}`, () => a.told.includes("lost Ann"));
  assertEquals([a.room.connections.has(connection), a.room.connections.has(other)], [false, true]);
});

natsTest("After a restart of everything, NATS too, names still have their owners", async () => {
  await using cluster = await start(1);
  const { server, a } = cluster;
  const { key } = await a.claim("Ann");
  await a[Symbol.asyncDispose]();
  await server.kill();
  await server.start();
  await using late = await PeopleNode.open(server.url);
  assertEquals(await codeOf(late.claim("Ann")), "name_taken");
  assertEquals(await late.claim("Ann", key), { name: "Ann", key });
});

natsTest("A bucket that is there is used as it is, and its difference is told", async () => {
  await using cluster = await start(1);
  await using other = await PeopleNode.open(cluster.server.url, { replicas: 3 });
  assertEquals(other.told[0], "differs: num_replicas is 1, not 3");
  await other.claim("Ann");
  assertEquals(cluster.a.told.filter((line) => line.startsWith("differs")), []);
});
