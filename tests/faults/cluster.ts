// A cluster whose parts die or stand still. Its quick tests are in `tests/cluster_test.ts`.

import { assertEquals, assertLess } from "@std/assert";
import { Members } from "../helpers/member.ts";
import { natsMissing } from "../helpers/nats_server.ts";
import { ServerCluster } from "../helpers/server_cluster.ts";
import { until } from "../helpers/until.ts";
import type { Fault, Outcome } from "./fault.ts";

const RECOVERED_WITHIN_MS = 10_000;
const STANDSTILL_MS = 20_000;

/** Faults of a cluster. */
export const CLUSTER_FAULTS: readonly Fault[] = [
  {
    number: 31,
    title:
      "NATS is killed under load: sending is refused, and nothing is lost, doubled or disordered",
    isLong: true,
    missing: natsMissing,
    run: killNats,
  },
  {
    number: 31,
    title:
      "nodes are killed under load: their clients go on elsewhere, with no gap and nothing twice",
    isLong: true,
    missing: natsMissing,
    run: killNodes,
  },
  {
    number: 32,
    title: "a node that stood still for 20 s comes back with all that was said, once and in order",
    isLong: true,
    missing: natsMissing,
    run: stopNode,
  },
];

async function killNats(): Promise<Outcome> {
  const rounds = 20;
  await using cluster = await ServerCluster.start({ mayFail: true });
  using members = await Members.join(cluster.nodes, 6);
  members.talk();
  let slowest = 0;
  for (let round = 0; round < rounds; round++) {
    await members.progress(5);
    await cluster.nats.kill();
    for (const node of cluster.nodes) await node.logged("nats lost");
    const refusalsBefore = members.all.map(({ refusals }) => refusals);
    // Back at once, or long enough for drafts to be refused.
    await pause(round % 4 === 0 ? 6_000 : 100 * (round % 4));
    if (round % 4 === 0) {
      const waiting = members.all.filter(({ refusals }, i) => refusals === refusalsBefore[i]);
      assertEquals(waiting.map(({ name }) => name), []);
    }
    const backAt = performance.now();
    await cluster.nats.start();
    for (const { url } of cluster.nodes) {
      await until(`${url} is well again`, () => isWell(url));
    }
    slowest = Math.max(slowest, performance.now() - backAt);
    assertLess(slowest, RECOVERED_WITHIN_MS);
  }
  const ids = await members.settle();
  const refusals = members.all.reduce((sum, member) => sum + member.refusals, 0);
  const seconds = (slowest / 1000).toFixed(1);
  return {
    rounds,
    checked:
      `I1–I3, ${ids.length} messages, ${refusals} refused, well again in ${seconds} s at most`,
  };
}

async function killNodes(): Promise<Outcome> {
  const rounds = 20;
  await using cluster = await ServerCluster.start();
  using members = await Members.join(cluster.nodes, 6);
  members.talk();
  for (let round = 0; round < rounds; round++) {
    await members.progress(5);
    const dying = cluster.node(round % 3);
    const moving = members.all.filter(({ target }) => target === dying);
    moving.forEach((member, i) => member.target = cluster.node((round + 1 + i % 2) % 3));
    await dying.restart({ signal: "SIGKILL", keepPort: true });
  }
  const ids = await members.settle();
  return { rounds, checked: `I1–I3, ${ids.length} messages` };
}

async function stopNode(): Promise<Outcome> {
  await using cluster = await ServerCluster.start({ mayFail: true });
  using members = await Members.join(cluster.nodes, 4);
  // A hundred messages a second: no more than a reader may be behind.
  members.talk(100);
  await members.progress(5);
  const still = cluster.node(0);
  const others = members.all.slice(4);
  still.kill("SIGSTOP");
  const before = others.map(({ stored }) => stored.length);
  await pause(STANDSTILL_MS);
  still.kill("SIGCONT");
  assertEquals(others.filter(({ stored }, i) => stored.length <= (before[i] ?? 0)), []);
  await until("the node is well again", () => isWell(still.url), STANDSTILL_MS);
  await members.progress(5);
  const ids = await members.settle();
  return { rounds: 1, checked: `I1–I3, ${ids.length} messages, the others talked on` };
}

async function isWell(url: string): Promise<boolean> {
  const response = await fetch(`${url}/healthz`);
  await response.body?.cancel();
  return response.ok;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
