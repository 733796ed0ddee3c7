// What a commit waits for: how long each call to the disk takes while the latency load runs.
//
//     deno run --allow-all tests/bench/disk.ts

import { fromFileUrl } from "@std/path";
import { Scratch } from "../helpers/scratch.ts";
import { ServerProcess } from "../helpers/server_process.ts";
import { NO_LIMITS, PERMISSIONS } from "../helpers/server_run.ts";
import { LOADS } from "./loads.ts";
import { choosePinning } from "./processors.ts";
import { percentile } from "./statistics.ts";
import { runLoad } from "./suite.ts";

const CLOCK = new URL("./disk_clock.ts", import.meta.url).href;
const DIRECTORY = fromFileUrl(new URL("../../dist/bench/", import.meta.url));

const plan = LOADS.find(({ name }) => name === "latency");
if (plan === undefined) throw new Error("There is no load of that name");
await Deno.mkdir(DIRECTORY, { recursive: true });
await using scratch = await Scratch.make(DIRECTORY);
const pinning = await choosePinning();
await using server = await ServerProcess.start({
  args: NO_LIMITS,
  directory: scratch.path,
  permissions: [`--preload=${CLOCK}`, ...PERMISSIONS],
  launcher: [...pinning.server, Deno.execPath()],
});
const target = { port: server.port, pids: [server.pid], dialect: "parley" } as const;
const found = await runLoad({ ...plan.task, target }, pinning.load);
await server.stop();

// One of each for every commit, in the order of the calls.
const times: Record<string, number[]> = JSON.parse(
  await Deno.readTextFile(scratch.in("data/disk.json")),
);
const steps = Object.values(times);
const sums = steps[0]?.map((_, n) => steps.reduce((sum, each) => sum + (each[n] ?? NaN), 0)) ?? [];
const row = (name: string, p50 = NaN, p99 = NaN) =>
  `${name.padEnd(24)} p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms\n`;
const text = [
  ...Object.entries({ ...times, "all of them": sums })
    .map(([name, all]) => row(name, percentile(all, 0.5), percentile(all, 0.99))),
  row("a message", found["p50Ms"], found["p99Ms"]),
].join("");
Deno.stdout.writeSync(new TextEncoder().encode(text));
