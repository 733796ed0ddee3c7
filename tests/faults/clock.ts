// Time stands still for the server, or jumps.

import { assertEquals, assertGreaterOrEqual, assertLessOrEqual } from "@std/assert";
import { ServerProcess } from "../helpers/server_process.ts";
import { Scratch } from "../helpers/scratch.ts";
import { JsonClient } from "../helpers/ws_client.ts";
import type { Fault, Outcome, Scale } from "./fault.ts";
import { Scene } from "./scene.ts";

/** Where Debian's package `faketime` puts the library that multi-threaded programs need. */
const FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

/** The time of day goes to these, and stays there for a while. */
const JUMPS = ["+1d", "-1d", "+0", "+12y", "-30y", "+3600s", "+0"];

/** Messages that may come at once, and each second, at the rate of the second test. */
const RATE = 5;
const BURST = 4 * RATE;

/** Faults of time. */
export const CLOCK_FAULTS: readonly Fault[] = [
  {
    number: 26,
    title: "the time of day jumps, and order, limits and connections do not care",
    missing: faketimeMissing,
    run: jump,
  },
  {
    number: 27,
    title:
      "a server that stood still goes on, throws nobody out and gives nobody more than the burst",
    run: stall,
  },
];

async function faketimeMissing(): Promise<string | undefined> {
  try {
    await Deno.lstat(FAKETIME);
    return undefined;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return "needs the Debian package faketime";
  }
}

async function jump(scale: Scale): Promise<Outcome> {
  await using scratch = await Scratch.make();
  const clock = scratch.in("clock");
  await Deno.writeTextFile(clock, "+0");
  const launcher = [
    "env",
    `LD_PRELOAD=${FAKETIME}`,
    `FAKETIME_TIMESTAMP_FILE=${clock}`,
    "FAKETIME_NO_CACHE=1",
    // What machines measure durations with does not jump with the time of day.
    "DONT_FAKE_MONOTONIC=1",
    Deno.execPath(),
  ];
  await using scene = await Scene.set({ server: { launcher, args: ["--rate=0"] } });
  const { load, server } = scene;
  const times = scale === "quick" ? 1 : 10;
  const years = new Set<number>();
  for (let round = 0; round < times; round++) {
    for (const to of JUMPS) {
      await Deno.writeTextFile(clock, to);
      await load.progress(40);
      years.add(await yearOf(server));
    }
  }
  const said = await scene.settle();
  // Or else nothing has jumped at all.
  const now = new Date().getFullYear();
  for (const year of [now, now + 12, now - 30]) assertEquals(years.has(year), true, `${year}`);
  assertEquals(load.tally.welcomes, 5, "somebody was thrown out");
  return {
    rounds: times * JUMPS.length,
    checked: `I1–I4, a day, 12 years (past 2038) and 30 years, nobody thrown out, ${said}`,
  };
}

/** The year in which the server believes to be. */
async function yearOf({ url }: ServerProcess): Promise<number> {
  const response = await fetch(`${url}/messages.json`);
  const { messages } = await response.json();
  return new Date(messages.at(-1).time).getFullYear();
}

async function stall(scale: Scale): Promise<Outcome> {
  const seconds = scale === "quick" ? 3 : 20;
  const rounds = scale === "quick" ? 1 : 3;
  await using scene = await Scene.set({ load: { speakers: 10, readers: 5 } });
  const { load, server } = scene;
  for (let round = 0; round < rounds; round++) {
    await load.progress(50);
    server.kill("SIGSTOP");
    await load.goOn(seconds * 1000);
    server.kill("SIGCONT");
    await load.progress(50);
  }
  const said = await scene.settle();
  assertEquals(load.tally.welcomes, 15, "somebody was thrown out");
  const accepted = await stallTheLimited(seconds);
  return {
    rounds,
    checked: `I1–I4, stopped ${seconds} s, nobody thrown out, ${said}, ` +
      `${accepted} taken at once after it (burst ${BURST})`,
  };
}

/** How many messages one client gets in at once after the server has stood still. */
async function stallTheLimited(seconds: number): Promise<number> {
  await using server = await ServerProcess.start({ args: [`--rate=${RATE}`] });
  await using ann = await JsonClient.open(server.url);
  await ann.join("Ann");
  server.kill("SIGSTOP");
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  for (let i = 0; i < 5 * BURST; i++) ann.send({ type: "send", id: `m${i}`, text: "hello" });
  const startedAt = performance.now();
  server.kill("SIGCONT");
  // Whoever is refused is told before this is answered.
  await ann.sync();
  const elapsed = (performance.now() - startedAt) / 1000;
  const accepted = 5 * BURST - ann.inbox.all.filter(({ type }) => type === "error").length;
  assertGreaterOrEqual(accepted, BURST);
  assertLessOrEqual(accepted, BURST + Math.ceil(elapsed * RATE));
  return accepted;
}
