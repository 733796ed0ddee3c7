// What a node tells of its cluster: each fact once, by its name, and no flood of what strangers cause.

import { assertEquals } from "@std/assert";
import { ClusterObserver } from "../src/nats/cluster_observer.ts";
import { changes, ObserverWorld } from "./helpers/observer_world.ts";

function makeWorld() {
  const world = new ObserverWorld();
  const { observer, log, clock } = world;
  return {
    ...world,
    world,
    cluster: new ClusterObserver({ observer, log, now: () => clock.now() }),
  };
}

const error = new Error("mistake");

/** What is told, and the event that comes of it. */
const FACTS: [
  tell: (to: ClusterObserver) => void,
  level: string,
  message: string,
  fields: object,
][] = [
  [(to) => to.clusterConnected("a:4222"), "info", "nats connected", { server: "a:4222" }],
  [(to) => to.clusterLost(), "warn", "nats lost", {}],
  [(to) => to.clusterComplained(error), "warn", "nats refused", { error }],
  [(to) => to.streamDiffers("a is b"), "warn", "log has other limits", { what: "a is b" }],
  [(to) => to.entryIgnored(7), "warn", "log entry ignored", { seq: 7 }],
  [(to) => to.tailFailed(error), "warn", "log not readable", { error }],
  [(to) => to.logRestarted(3), "warn", "log restarted", { messages: 3 }],
];

for (const [tell, level, message, fields] of FACTS) {
  Deno.test(`ClusterObserver says "${message}"`, () => {
    const { cluster, events } = makeWorld();
    tell(cluster);
    assertEquals(events, [{ level, message, fields }]);
  });
}

Deno.test("ClusterObserver counts what any store tells where all stores are counted", async () => {
  const { cluster, world } = makeWorld();
  const before = await world.samples();
  cluster.committed(1, 0.25);
  cluster.commitFailed(error, true);
  cluster.commitRecovered();
  assertEquals(changes(before, await world.samples()), {
    chat_store_commits_total: 1,
    chat_store_commit_seconds_sum: 0.25,
    chat_store_commit_seconds_count: 1,
    chat_store_errors_total: 1,
  });
  assertEquals(world.events.map(({ message }) => message), ["store failed", "store recovered"]);
});

Deno.test("ClusterObserver does not let whoever writes in the stream fill the log", () => {
  const { cluster, events, clock } = makeWorld();
  for (let seq = 0; seq < 1000; seq++) cluster.entryIgnored(seq);
  assertEquals(events.length, 20);
  clock.advance(1000);
  for (let seq = 0; seq < 1000; seq++) cluster.entryIgnored(seq);
  assertEquals(events.length, 21);
});
