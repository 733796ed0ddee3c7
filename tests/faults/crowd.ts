// Very many clients: sitting there, and coming back all at once.

import { assertEquals, assertLess } from "@std/assert";
import { PRESENCE_INTERVAL_MS } from "../../src/announcer.ts";
import type { ChatClient } from "../../src/client/client.ts";
import { createClient } from "../../src/create_client.ts";
import { MAX_LINES_TOGETHER } from "../../src/protocol.ts";
import { inParallel } from "../helpers/in_parallel.ts";
import { readMetrics, untilMetrics } from "../helpers/metrics_page.ts";
import { cpuSeconds, procMissing, residentMb } from "../helpers/process_facts.ts";
import { ServerProcess } from "../helpers/server_process.ts";
import { NO_LIMITS } from "../helpers/server_run.ts";
import { until } from "../helpers/until.ts";
import { JsonClient, TextClient } from "../helpers/ws_client.ts";
import type { Fault, Outcome, Scale } from "./fault.ts";

const MINUTE_MS = 60_000;

/** All of them are back after a restart within this. */
const BACK_WITHIN_MS = 30_000;

/** Faults of numbers. */
export const CROWD_FAULTS: readonly Fault[] = [
  {
    number: 21,
    title: "thousands who only sit there cost little, and all are told at once",
    missing: procMissing,
    run: sitting,
  },
  {
    number: 21,
    title: "people of plain lines who come in together cost no line for each pair of them",
    missing: procMissing,
    run: comeTogether,
  },
  {
    number: 22,
    title: "after a crash everyone comes back, spread over time, with no gap and nothing twice",
    missing: procMissing,
    run: comeBack,
  },
];

async function sitting(scale: Scale): Promise<Outcome> {
  const count = scale === "quick" ? 2_000 : 10_000;
  await using server = await ServerProcess.start({ args: NO_LIMITS });
  await using ann = await JsonClient.open(server.url);
  await ann.join("Ann");
  const base = residentMb(server.pid);
  let told = 0;
  const sockets: WebSocket[] = [];
  const closed: Promise<void>[] = [];
  await inParallel(count, async () => {
    const socket = new WebSocket(`${server.url.replace("http", "ws")}/ws`, "parley.v1");
    const opened = Promise.withResolvers<void>();
    closed.push(new Promise((resolve) => socket.onclose = () => resolve()));
    socket.onerror = (event) => event.preventDefault();
    socket.onmessage = ({ data }) => {
      if (data.startsWith('{"type":"welcome"')) opened.resolve();
      if (data.includes('"text":"everybody"')) told++;
    };
    sockets.push(socket);
    await opened.promise;
  });
  const growth = () => residentMb(server.pid) - base;
  const memory = [growth()];
  const times: number[] = [];
  // A crowd that has come is told of itself first.
  await ann.sync();
  const rounds = scale === "quick" ? 5 : 10;
  for (let round = 1; round <= rounds; round++) {
    if (scale === "long") await new Promise((resolve) => setTimeout(resolve, MINUTE_MS));
    const startedAt = performance.now();
    ann.send({ type: "send", id: crypto.randomUUID(), text: "everybody" });
    await until("everyone is told", () => told === round * count);
    times.push(performance.now() - startedAt);
    memory.push(growth());
  }
  assertLess(Math.max(...memory), 400);
  times.sort((a, b) => a - b);
  const [fastest = 0] = times;
  const median = times[Math.floor(rounds / 2)] ?? 0;
  // The ten thousand readers are one process on the same machine, so only the best says what is possible.
  if (scale === "long") assertLess(fastest, 500);
  const page = await readMetrics(server.url);
  const handedMs = (page.get("chat_delivery_seconds_sum") ?? NaN) / rounds * 1000;
  for (const socket of sockets) socket.close();
  await Promise.all(closed);
  await untilMetrics(server.url, (page) => page.get("chat_active_connections") === 1);
  return {
    rounds,
    checked: `${count} sockets${scale === "long" ? ", a message a minute" : ""}, memory +${
      memory[0]?.toFixed(0)
    } MB, +${memory.at(-1)?.toFixed(0)} MB at the end, never more than +${
      Math.max(...memory).toFixed(0)
    } MB; a message stored and handed to every socket in ${
      handedMs.toFixed(0)
    } ms, read by all in ${fastest.toFixed(0)} to ${times.at(-1)?.toFixed(0)} ms (median ${
      median.toFixed(0)
    }), gone at the end`,
  };
}

async function comeTogether(scale: Scale): Promise<Outcome> {
  const count = scale === "quick" ? 300 : 2_000;
  await using server = await ServerProcess.start({ args: NO_LIMITS });
  await using crowd = new AsyncDisposableStack();
  const base = residentMb(server.pid);
  const startedAt = performance.now();
  const first = crowd.use(await TextClient.open(server.url, { name: "First" }));
  const clients = [first];
  await inParallel(count - 1, async (n) => {
    clients.push(crowd.use(await TextClient.open(server.url, { name: `Person ${n}` })));
  });
  const told = () => first.inbox.all.reduce((sum, line) => sum + joinedIn(line), 0);
  await until("the first is told of all the others", () => told() === count - 1);
  const ms = performance.now() - startedAt;
  const memory = residentMb(server.pid) - base;
  const lines = clients.reduce((sum, { inbox }) => sum + inbox.all.length - 1, 0);
  // Nobody has left, so a reader is told four times a second, in so many lines at most.
  const times = ms / PRESENCE_INTERVAL_MS + 2;
  assertLess(lines, count * times * MAX_LINES_TOGETHER);
  assertLess(memory, 200);
  return {
    rounds: 1,
    checked: `${count} people in ${ms.toFixed(0)} ms, ${lines} lines in all where there are ${
      count * (count - 1) / 2
    } pairs, memory +${memory.toFixed(0)} MB`,
  };
}

/** How many have come, as a line tells it. */
function joinedIn(line: string): number {
  const more = / and (\d+) more have joined$/.exec(line);
  if (more !== null) return Number(more[1]) + 2;
  return line.endsWith(" has joined") ? 1 : 0;
}

/** One of many who follow; keeps the numbers that it was shown. */
class Follower {
  readonly client: ChatClient;
  readonly seqs: number[] = [];
  /** When it was connected again, since the last {@linkcode forget}. */
  backAt: number | undefined;
  resets = 0;

  constructor(url: string) {
    this.client = createClient({ url });
    this.client.listen((event) => {
      if (event.type === "status" && event.status === "connected") {
        this.backAt ??= performance.now();
      }
      if (event.type === "reset") this.resets++;
      if (event.type === "messages" || event.type === "reset") {
        this.seqs.push(...event.messages.map(({ seq }) => seq));
      }
    });
    this.client.connect();
  }
}

async function comeBack(scale: Scale): Promise<Outcome> {
  const count = scale === "quick" ? 300 : 2_000;
  await using server = await ServerProcess.start({ args: [...NO_LIMITS, "--history=1000"] });
  const followers = Array.from({ length: count }, () => new Follower(server.url));
  using _all = {
    [Symbol.dispose]: () => followers.forEach(({ client }) => client.close()),
  };
  const areBack = () => followers.every(({ backAt }) => backAt !== undefined);
  await until("all are there", areBack, BACK_WITHIN_MS);
  const [ann] = followers;
  await ann?.client.join("Ann");
  for (let n = 0; n < 20; n++) await ann?.client.send(`before ${n}`);
  for (const follower of followers) follower.backAt = undefined;
  const killedAt = performance.now();
  await server.restart({ signal: "SIGKILL", keepPort: true });
  const waiting = Array.from({ length: 20 }, (_, n) => ann?.client.send(`after ${n}`));
  await until("all are back", areBack, BACK_WITHIN_MS);
  await Promise.all(waiting);
  const isComplete = ({ seqs }: Follower) => seqs.at(-1) === 40;
  await until("all have everything", () => followers.every(isComplete));
  // No gap, nothing twice, nobody sent back to the beginning.
  const expected = Array.from({ length: 40 }, (_, index) => index + 1);
  for (const { seqs, resets } of followers) {
    assertEquals([seqs, resets], [expected.slice(40 - seqs.length), 1]);
  }
  const backs = followers.map(({ backAt = 0 }) => backAt - killedAt).sort((a, b) => a - b);
  // The busiest fifth of a second: jitter keeps most of them out of it.
  const busiest = Math.max(
    ...backs.map((at) => backs.filter((other) => other >= at && other < at + 200).length),
  );
  assertLess(busiest, count * 0.9);
  const before = cpuSeconds(server.pid);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const load = cpuSeconds(server.pid) - before;
  return {
    rounds: 1,
    checked: `${count} clients: the first back after ${backs[0]?.toFixed(0)} ms, the last after ${
      backs.at(-1)?.toFixed(0)
    } ms, at most ${busiest} in 0.2 s; then ${(load * 100).toFixed(0)} % of a processor`,
  };
}
