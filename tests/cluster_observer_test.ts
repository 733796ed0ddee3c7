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
  [(to) => to.neighbourCame("n1"), "info", "node came", { node: "n1" }],
  [
    (to) => to.neighbourGone("n1", "silence"),
    "info",
    "node gone",
    { node: "n1", why: "silence" },
  ],
  [(to) => to.neighbourIgnored(), "warn", "node not understood", {}],
  [(to) => to.nameLost("Ann"), "warn", "name lost", { name: "Ann" }],
  [(to) => to.nameNotKept(error), "warn", "name not kept", { error }],
  [(to) => to.bucketDiffers("a is b"), "warn", "names have other limits", { what: "a is b" }],
  [(to) => to.namesUnreadable(error), "warn", "names not readable", { error }],
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
  cluster.deliveryFailed(error);
  assertEquals(changes(before, await world.samples()), {
    chat_store_commits_total: 1,
    chat_store_commit_seconds_sum: 0.25,
    chat_store_commit_seconds_count: 1,
    chat_store_errors_total: 1,
    chat_faults_total: 1,
  });
  const told = world.events.map(({ message, fields }) => [message, fields["where"]]);
  assertEquals(told, [
    ["store failed", undefined],
    ["store recovered", undefined],
    ["fault", "deliver"],
  ]);
});

/** What comes as fast as somebody else likes. */
const FLOODS: [what: string, tell: (to: ClusterObserver, n: number) => void][] = [
  ["what stands in the stream", (to, n) => to.entryIgnored(n)],
  ["what NATS refuses", (to) => to.clusterComplained(error)],
  ["who comes on the bus", (to, n) => to.neighbourCame(`n${n}`)],
  ["who leaves it", (to, n) => to.neighbourGone(`n${n}`, "goodbye")],
  ["what is said there", (to) => to.neighbourIgnored()],
  ["names that are taken away", (to, n) => to.nameLost(`n${n}`)],
  ["names that cannot be written", (to) => to.nameNotKept(error)],
];

for (const [what, tell] of FLOODS) {
  Deno.test(`ClusterObserver does not let ${what} fill the log`, () => {
    const { cluster, events, clock } = makeWorld();
    for (let n = 0; n < 1000; n++) tell(cluster, n);
    assertEquals(events.length, 20);
    clock.advance(1000);
    for (let n = 0; n < 1000; n++) tell(cluster, n);
    assertEquals(events.length, 21);
  });
}
