// Very many clients that come and go, in every way there is to go.

import { assertEquals } from "@std/assert";
import { chance } from "../helpers/chance.ts";
import { HostileSocket } from "../helpers/hostile_socket.ts";
import { inParallel } from "../helpers/in_parallel.ts";
import { readMetrics, untilMetrics } from "../helpers/metrics_page.ts";
import { Prober } from "../helpers/prober.ts";
import { descriptors, procMissing, residentMb } from "../helpers/process_facts.ts";
import { RawWebSocket } from "../helpers/raw_ws.ts";
import { ServerProcess } from "../helpers/server_process.ts";
import { NO_LIMITS } from "../helpers/server_run.ts";
import { until } from "../helpers/until.ts";
import { type Fault, type Outcome, type Scale, SEED } from "./fault.ts";
import { assertFast, assertHealthy } from "./scene.ts";

/** Those who come first, and are not counted in the memory. */
const WARM_UP = 200;

/** Until V8 gives the memory back. */
const MEMORY_BACK_WITHIN_MS = 60_000;

/** Faults of coming and going. */
export const CHURN_FAULTS: readonly Fault[] = [
  {
    number: 23,
    title: "of those who come and go in every way nothing stays behind",
    missing: procMissing,
    run: (scale) => churn(scale, { flags: [], maxMoreMb: 50 }),
  },
  {
    number: 23,
    title: "of those who come and go in every way nothing stays behind, with --shield",
    missing: procMissing,
    // The allocator keeps what connections of TCP have needed: of a bare relay 160 MB.
    run: (scale) => churn(scale, { flags: ["--shield"], maxMoreMb: 150 }),
  },
];

interface ChurnOptions {
  readonly flags: readonly string[];
  /** What may stay of the memory; names, too, are kept for a quarter of an hour. */
  readonly maxMoreMb: number;
}

async function churn(scale: Scale, { flags, maxMoreMb }: ChurnOptions): Promise<Outcome> {
  const count = scale === "quick" ? 500 : 50_000;
  const random = chance(SEED);
  await using server = await ServerProcess.start({
    args: [...NO_LIMITS, ...flags],
    mayFail: true,
  });
  // What a process needs to get going is not what a fault costs.
  let welcomed = await comeAndGo(server, WARM_UP, random);
  const base = descriptors(server.pid);
  const before = residentMb(server.pid);
  let speed: string;
  {
    await using prober = await Prober.start(server);
    welcomed += await comeAndGo(server, count - WARM_UP, random);
    speed = assertFast(prober);
  }
  const most = residentMb(server.pid) - before;
  await untilMetrics(
    server.url,
    (page) => page.get("chat_active_connections") === 0 && page.get("chat_online_names") === 0,
  );
  // One that broke before it was welcomed may not have become one.
  const total = (await readMetrics(server.url)).get("chat_connections_total") ?? 0;
  assertEquals(total, welcomed);
  await until("the descriptors are back", () => descriptors(server.pid) <= base + 5);
  await assertHealthy(server);
  // V8 lets garbage lie while there is much to do, and gives its memory back when there is not.
  const growth = () => residentMb(server.pid) - before;
  let memory = `memory +${most.toFixed(0)} MB`;
  if (scale === "long") {
    const isBack = () => growth() < maxMoreMb;
    const ms = await until("the memory is back", isBack, MEMORY_BACK_WITHIN_MS);
    memory += `, less than ${maxMoreMb} MB of it ${(ms / 1000).toFixed(0)} s later`;
  }
  return {
    rounds: count,
    checked:
      `I4, counts exactly 0, descriptors back, ${welcomed} connections counted, ${speed}, ${memory}, SEED ${SEED}`,
  };
}

/** Has `count` clients come, each of which leaves in a way of its own; returns who was let in. */
async function comeAndGo(
  server: ServerProcess,
  count: number,
  random: () => number,
): Promise<number> {
  let welcomed = 0;
  await inParallel(count, async () => {
    const kind = Math.floor(random() * 3);
    if (kind === 0) {
      using hostile = await HostileSocket.connect(server.port);
      await hostile.write(random() < 0.5 ? "GET /ws HTTP/1.1\r\nHost: a\r\nUpgr" : "GET /ws HT");
      return;
    }
    using socket = await RawWebSocket.open(server.port, {
      headers: { "sec-websocket-protocol": "parley.v1" },
    });
    assertEquals(socket.answer.status, 101);
    welcomed++;
    // What has come and is not read makes the end of it a reset.
    if (kind === 1) return void await socket.connection.read(1);
    await socket.sendAll([JSON.stringify({ type: "join", name: `Guest ${random()}` })]);
    await socket.write({ opcode: 8, isLast: true, payload: new Uint8Array([3, 232]) });
    await socket.readClose();
  });
  return welcomed;
}
