// Clients that are there and say nothing: not that they have read, and not that they are there.

import { assertEquals, assertGreater, assertLess } from "@std/assert";
import { RawWebSocket } from "../helpers/raw_ws.ts";
import { LONG_TEXT, MORE_THAN_PIPES_HOLD, sayMany } from "../helpers/say_many.ts";
import { ServerProcess } from "../helpers/server_process.ts";
import { until } from "../helpers/until.ts";
import { JsonClient } from "../helpers/ws_client.ts";
import type { Fault, Outcome } from "./fault.ts";

/** Half a minute, for both. */
const PATIENCE_MS = 30_000;

/** Those who do not read are looked for every five seconds, and a machine may be busy. */
const LATE_MS = 10_000;

const RAW = { headers: { "sec-websocket-protocol": "parley.v1" }, withinMs: 60_000 };

/** Faults of silence. */
export const SILENT_FAULTS: readonly Fault[] = [
  {
    number: 13,
    title: "a reader that takes nothing for half a minute is told so when it reads after all",
    isLong: true,
    run: takesNothing,
  },
  {
    number: 14,
    title: "who answers no ping is closed after half a minute, and nobody else",
    isLong: true,
    run: () => answersNoPing([]),
  },
  {
    number: 14,
    title: "who answers no ping is closed after half a minute, and nobody else, with --shield",
    isLong: true,
    run: () => answersNoPing(["--shield"]),
  },
];

async function takesNothing(): Promise<Outcome> {
  await using server = await ServerProcess.start({ args: ["--rate=0", "--history=1"] });
  using deaf = await RawWebSocket.open(server.port, RAW);
  await using ann = await JsonClient.open(server.url);
  await ann.join("Ann");
  await sayMany(ann, LONG_TEXT, MORE_THAN_PIPES_HOLD);
  const startedAt = performance.now();
  const isClosed = () =>
    server.logs.some(({ message, closed }) => message === "slow reader" && closed);
  await until("it is closed", isClosed, PATIENCE_MS + LATE_MS);
  const ms = performance.now() - startedAt;
  assertGreater(ms, PATIENCE_MS - 1_000);
  assertEquals(await deaf.readClose(), { code: 1013, reason: "reading too slowly" });
  return { rounds: 1, checked: `closed after ${(ms / 1000).toFixed(0)} s, 1013 read` };
}

async function answersNoPing(flags: readonly string[]): Promise<Outcome> {
  await using server = await ServerProcess.start({ args: flags });
  // Its library answers.
  await using ann = await JsonClient.open(server.url);
  using mute = await RawWebSocket.open(server.port, RAW);
  const startedAt = performance.now();
  const { code } = await mute.readClose();
  const ms = performance.now() - startedAt;
  assertEquals(code, 1001);
  assertGreater(ms, PATIENCE_MS - 1_000);
  assertLess(ms, PATIENCE_MS + LATE_MS);
  await ann.sync();
  return { rounds: 1, checked: `closed after ${(ms / 1000).toFixed(1)} s, 1001 read` };
}
