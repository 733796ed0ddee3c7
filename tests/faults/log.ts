// Nobody takes the log, or nobody can.

import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { readMetrics, untilMetrics } from "../helpers/metrics_page.ts";
import { ServerProcess } from "../helpers/server_process.ts";
import { StuckLog } from "../helpers/stuck_log.ts";
import { JsonClient } from "../helpers/ws_client.ts";
import type { Fault, Outcome, Scale } from "./fault.ts";

/** What a pipe holds, what the server keeps, and a little. */
const MORE_THAN_FITS = 2 * 1024 * 1024;

const LINE_BYTES = 150;

/** A server that has not answered by then does not answer any more. */
const FROZEN_MS = 10_000;

/** The contract's five seconds, and a little for a busy machine. */
const STOPPED_WITHIN_MS = 5_500;

/** Faults of the log. */
export const LOG_FAULTS: readonly Fault[] = [
  {
    number: 28,
    title: "a log that nobody takes holds up neither the chat nor the end",
    run: stick,
  },
  {
    number: 28,
    title: "a log that nobody can take any more is counted, and no fault",
    run: closeIt,
  },
];

async function stick(scale: Scale): Promise<Outcome> {
  await using server = await StuckLog.start(["--rate=0", "--log-level=debug"]);
  await using ann = await JsonClient.open(server.url);
  await ann.join("Ann");
  // Far more than the 64 KiB of a pipe: a log that waits would have stopped the server by now.
  const requests = scale === "quick" ? 3_000 : Math.ceil(MORE_THAN_FITS / LINE_BYTES);
  let slowest = 0;
  for (let i = 0; i < requests; i++) {
    const startedAt = performance.now();
    const signal = AbortSignal.timeout(FROZEN_MS);
    const response = await fetch(`${server.url}/healthz`, { signal });
    assertEquals(await response.text(), "ok\n");
    slowest = Math.max(slowest, performance.now() - startedAt);
  }
  assertEquals((await ann.say("hello")).seq, 1);
  const dropped = (await readMetrics(server.url)).get("chat_log_dropped_total") ?? NaN;
  if (scale === "long") assertGreater(dropped, 0);
  if (scale === "long") await assertGoesOn(server, requests);
  const startedAt = performance.now();
  const status = await server.stop();
  const ms = performance.now() - startedAt;
  assertEquals(status.code, 0);
  assertLess(ms, STOPPED_WITHIN_MS);
  assertEquals((await ann.closed).code, 1001);
  return {
    rounds: 1,
    checked: `I4, ${requests} requests, slowest ${slowest.toFixed(0)} ms, ` +
      `${dropped} lines dropped and counted, stopped in ${ms.toFixed(0)} ms`,
  };
}

/** Once somebody reads again, every line is there that was not dropped, whole and in order. */
async function assertGoesOn(server: StuckLog, requests: number): Promise<void> {
  server.readAgain();
  // As soon as there is room, what happens is logged again.
  const isSeen = () => server.events.some(({ route }) => route === "/icon.svg");
  for (const startedAt = performance.now(); !isSeen();) {
    assertLess(performance.now() - startedAt, FROZEN_MS, "nothing is logged any more");
    await (await fetch(`${server.url}/icon.svg`)).body?.cancel();
  }
  const metrics = await readMetrics(server.url);
  const written = server.events.filter(({ route }) => route === "/healthz").length;
  const dropped = metrics.get("chat_log_dropped_total") ?? NaN;
  // Of what was dropped, the last lines may be other events than these requests.
  assert(written <= requests && written + dropped >= requests, `${written} + ${dropped}`);
  const times = server.events.map((event) => String(event["@timestamp"]));
  assertEquals(times, times.toSorted());
}

async function closeIt(scale: Scale): Promise<Outcome> {
  const rounds = scale === "quick" ? 1 : 5;
  for (let round = 0; round < rounds; round++) {
    await using server = await ServerProcess.start();
    server.closeLog();
    await using ann = await JsonClient.open(server.url);
    await ann.join("Ann");
    assertEquals((await ann.say("hello")).seq, 1);
    await untilMetrics(server.url, (page) => (page.get("chat_log_dropped_total") ?? 0) > 0);
    assertEquals((await readMetrics(server.url)).get("chat_faults_total"), 0);
    assertEquals((await server.stop()).code, 0);
  }
  return { rounds, checked: "I4, lines counted as dropped, no fault, exit 0" };
}
