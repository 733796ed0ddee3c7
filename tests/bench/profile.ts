// Where the time of the server goes: a CPU profile of each load that is named, as a flame graph in docs/ and
// as a list of the functions that take the most.
//
//     deno run --allow-all tests/bench/profile.ts burst fan-out-2000

import { fromFileUrl } from "@std/path";
import { Scratch } from "../helpers/scratch.ts";
import { ServerProcess } from "../helpers/server_process.ts";
import { NO_LIMITS, PERMISSIONS } from "../helpers/server_run.ts";
import { type CpuProfile, selfShares, toTree } from "./call_tree.ts";
import { renderFlameGraph } from "./flame_graph.ts";
import type { Task } from "./load_main.ts";
import { type LoadPlan, LOADS } from "./loads.ts";
import { choosePinning, type Pinning } from "./processors.ts";
import { runLoad } from "./suite.ts";

const DOCS = fromFileUrl(new URL("../../docs/", import.meta.url));

// In the project, because a temporary directory is often in memory, where a commit costs nothing.
const RAW = fromFileUrl(new URL("../../dist/bench/", import.meta.url));
const SAMPLING_MICROSECONDS = 200;

/** A load is profiled for longer than it is measured: what comes before it is in the profile too. */
const LONGER = 4;

async function profile(plan: LoadPlan, pinning: Pinning): Promise<CpuProfile> {
  await Deno.mkdir(RAW, { recursive: true });
  await using scratch = await Scratch.make(RAW);
  const flags = ["--cpu-prof", "--cpu-prof-name=cpu.json"];
  await using server = await ServerProcess.start({
    args: NO_LIMITS,
    directory: scratch.path,
    permissions: [...flags, `--cpu-prof-interval=${SAMPLING_MICROSECONDS}`, ...PERMISSIONS],
    launcher: [...pinning.server, Deno.execPath()],
    // The server says on its standard error where the profile is.
    mayFail: true,
  });
  const target = { port: server.port, pids: [server.pid], dialect: "parley" } as const;
  await runLoad({ ...longer(plan.task), target }, pinning.load);
  await server.stop();
  const text = await Deno.readTextFile(scratch.in("cpu.json"));
  // For who wants to look closer: a browser's developer tools open it.
  await Deno.writeTextFile(`${RAW}profile-${plan.name}.cpuprofile`, text);
  return JSON.parse(text);
}

function longer(task: Task): Task {
  switch (task.load) {
    case "burst":
    case "latency":
    case "page":
    case "post":
      return { ...task, size: { ...task.size, seconds: task.size.seconds * LONGER } } as Task;
    case "fanOut":
      return { ...task, size: { ...task.size, messages: task.size.messages * LONGER } };
    default:
      return task;
  }
}

const pinning = await choosePinning();
for (const plan of LOADS.filter(({ name }) => Deno.args.includes(name))) {
  const tree = toTree(await profile(plan, pinning));
  const lines = selfShares(tree).slice(0, 30)
    .map(([name, share]) => `${(share * 100).toFixed(1).padStart(5)} %  ${name}`);
  Deno.stdout.writeSync(
    new TextEncoder().encode(`${plan.name}: ${plan.what}\n${lines.join("\n")}\n\n`),
  );
  const svg = renderFlameGraph(tree, `Parley, ${plan.name}: ${plan.what}`);
  await Deno.writeTextFile(`${DOCS}profile-${plan.name}.svg`, svg);
}
Deno.exit();
