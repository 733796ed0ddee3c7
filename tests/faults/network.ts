// The network between: a cable that is pulled, and one that is slow and loses things.

import { assertEquals, assertLess } from "@std/assert";
import { createClient } from "../../src/create_client.ts";
import { BadLine } from "../helpers/bad_line.ts";
import { chance } from "../helpers/chance.ts";
import { HostileSocket } from "../helpers/hostile_socket.ts";
import { Namespace, namespaceMissing } from "../helpers/namespace.ts";
import { ServerProcess } from "../helpers/server_process.ts";
import { until } from "../helpers/until.ts";
import { type Fault, type Outcome, type Scale, SEED } from "./fault.ts";

/** Half a minute for the ping that is not answered, five seconds until leaving is told, and one more. */
const LEFT_WITHIN_MS = 36_000;

/** Messages under way. */
const AT_ONCE = 40;

/** What the catalogue asks of netem, which not every kernel has. */
const AS_BAD = { lateMs: 300, bytesPerSecond: 64_000 / 8, lossRate: 0.05, maxStallMs: 2_000 };

/** Faults of the network. */
export const NETWORK_FAULTS: readonly Fault[] = [
  {
    number: 14,
    title: "somebody whose cable is pulled has left, once, after half a minute",
    isLong: true,
    missing: namespaceMissing,
    run: () => pull([]),
  },
  {
    number: 14,
    title: "somebody whose cable is pulled has left, once, after half a minute, with --shield",
    isLong: true,
    missing: namespaceMissing,
    run: () => pull(["--shield"]),
  },
  {
    number: 15,
    title: "over a line that is slow and loses packets everything comes, once, in order",
    missing: namespaceMissing,
    run: (scale) => badLine(scale, []),
  },
  {
    number: 15,
    title: "over such a line everything comes, once, in order, with --shield",
    isLong: true,
    missing: namespaceMissing,
    run: (scale) => badLine(scale, ["--shield"]),
  },
  {
    number: 15,
    title: "over a line that is late, slow and stalls everything comes, once, in order",
    run: (scale) => imitatedLine(scale, []),
  },
  {
    number: 15,
    title: "over a line that stalls everything comes, once, in order, with --shield",
    isLong: true,
    run: (scale) => imitatedLine(scale, ["--shield"]),
  },
];

async function pull(flags: readonly string[]): Promise<Outcome> {
  await using network = await Namespace.make();
  await using server = await ServerProcess.start({ args: flags, launcher: network.launcher });
  // Not a client of ours, which would wait for the end of its connection.
  using bob = await HostileSocket.open(server.port, network.inside);
  const payload = new TextEncoder().encode('{"type":"join","name":"Bob"}');
  await bob.write(new Uint8Array([129, 128 | payload.length, 0, 0, 0, 0, ...payload]));
  await server.logged("joined", ({ name }) => name === "Bob");
  await network.pull();
  const startedAt = performance.now();
  const left = () => server.logs.filter(({ message }) => message === "left");
  await until("he has left", () => left().length > 0, LEFT_WITHIN_MS);
  const ms = performance.now() - startedAt;
  // Whatever comes late of his end changes nothing.
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  assertEquals(left().map(({ name }) => name), ["Bob"]);
  assertEquals(server.logs.filter(({ message }) => message === "disconnected").length, 1);
  return { rounds: 1, checked: `left once, after ${(ms / 1000).toFixed(1)} s` };
}

async function badLine(scale: Scale, flags: readonly string[]): Promise<Outcome> {
  await using network = await Namespace.make();
  await using server = await ServerProcess.start({
    args: ["--rate=0", "--history=1000", ...flags],
    launcher: network.launcher,
  });
  const how = await network.worsen();
  const url = `http://${network.inside}:${server.port}`;
  const outcome = await talkOver(url, scale === "quick" ? 40 : 200);
  await network.mend();
  return { rounds: 1, checked: `${outcome} (${how})` };
}

async function imitatedLine(scale: Scale, flags: readonly string[]): Promise<Outcome> {
  await using server = await ServerProcess.start({
    args: ["--rate=0", "--history=1000", ...flags],
  });
  await using line = new BadLine(server.port, { ...AS_BAD, random: chance(SEED) });
  // A client has one message under way, and each takes 600 ms at least.
  const outcome = await talkOver(line.url, scale === "quick" ? 5 : 100);
  return {
    rounds: 1,
    checked: `${outcome}, ${line.losses} packets late by up to two seconds, SEED ${SEED}`,
  };
}

/** One talks and another reads, over the same line; everything comes once, in order. */
async function talkOver(url: string, count: number): Promise<string> {
  const ann = createClient({ url });
  const bob = createClient({ url });
  using _both = { [Symbol.dispose]: () => [ann, bob].forEach((each) => each.close()) };
  const shown: { seq: number; text: string }[] = [];
  bob.listen((event) => {
    if (event.type === "messages" || event.type === "reset") shown.push(...event.messages);
  });
  const startedAt = performance.now();
  ann.connect();
  bob.connect();
  await ann.join("Ann");
  const texts = Array.from({ length: count }, (_, n) => `number ${n}`);
  // So many at a time as nobody would type.
  for (let sent = 0; sent < count; sent += AT_ONCE) {
    await Promise.all(texts.slice(sent, sent + AT_ONCE).map((text) => ann.send(text)));
  }
  const allMs = 20_000 + count * 2_000;
  await until("he has seen everything", () => shown.length >= count, allMs);
  const ms = performance.now() - startedAt;
  assertLess(ms, allMs);
  assertEquals(shown.map(({ seq }) => seq), texts.map((_, n) => n + 1));
  assertEquals(shown.map(({ text }) => text), texts);
  return `I1–I3, ${count} messages in ${(ms / 1000).toFixed(1)} s`;
}
