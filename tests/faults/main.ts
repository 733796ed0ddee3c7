// The long half of the fault suite: every fault as often as it takes, and the table of what came of it.
//
//     deno task test:faults              all of them, some fifty minutes
//     deno task test:faults 1 5 28       only those
//     deno task test:faults quick        all, as short as in `deno task test`

import { BURST_FAULTS } from "./burst.ts";
import { CHURN_FAULTS } from "./churn.ts";
import { CLOCK_FAULTS } from "./clock.ts";
import { CLUSTER_FAULTS } from "./cluster.ts";
import { CROWD_FAULTS } from "./crowd.ts";
import { DESCRIPTOR_FAULTS } from "./descriptors.ts";
import { DISK_FAULTS } from "./disk.ts";
import { type Fault, type Scale, SEED } from "./fault.ts";
import { FRAME_FAULTS } from "./frames.ts";
import { FUZZ_FAULTS } from "./fuzz.ts";
import { KILL_FAULTS } from "./kill.ts";
import { LOG_FAULTS } from "./log.ts";
import { NETWORK_FAULTS } from "./network.ts";
import { REPEAT_FAULTS } from "./repeat.ts";
import { SILENT_FAULTS } from "./silent.ts";
import { SLOW_FAULTS } from "./slow.ts";
import { START_FAULTS } from "./start.ts";
import { STOP_FAULTS } from "./stop.ts";
import { SUPERVISOR_FAULTS } from "./supervisor.ts";

const FAULTS: readonly Fault[] = [
  ...KILL_FAULTS,
  ...DISK_FAULTS,
  ...START_FAULTS,
  ...REPEAT_FAULTS,
  ...CLOCK_FAULTS,
  ...LOG_FAULTS,
  ...STOP_FAULTS,
  ...FRAME_FAULTS,
  ...SLOW_FAULTS,
  ...SILENT_FAULTS,
  ...DESCRIPTOR_FAULTS,
  ...FUZZ_FAULTS,
  ...CROWD_FAULTS,
  ...CHURN_FAULTS,
  ...BURST_FAULTS,
  ...NETWORK_FAULTS,
  ...SUPERVISOR_FAULTS,
  ...CLUSTER_FAULTS,
].sort((a, b) => a.number - b.number);

const encoder = new TextEncoder();

function print(line: string): void {
  Deno.stdout.writeSync(encoder.encode(`${line}\n`));
}

/** One row of the table. */
async function tryOut({ number, title, missing, run }: Fault, scale: Scale): Promise<boolean> {
  const reason = await missing?.();
  const row = (rounds: string, checked: string, result: string) =>
    print(`| ${number} | ${title} | ${rounds} | ${checked} | ${result} |`);
  if (reason !== undefined) {
    row("", reason, "not run");
    return true;
  }
  const startedAt = performance.now();
  try {
    const { rounds, checked } = await run(scale);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
    row(`${rounds}`, checked, `held, ${seconds} s`);
    return true;
  } catch (error) {
    row("", `SEED=${SEED}: ${error}`.split("\n")[0] ?? "", "BROKEN");
    print(Deno.inspect(error));
    return false;
  }
}

async function main(args: readonly string[]): Promise<number> {
  const scale = args.includes("quick") ? "quick" : "long";
  const wanted = args.filter((arg) => arg !== "quick").map(Number);
  const chosen = FAULTS.filter(({ number }) => wanted.length === 0 || wanted.includes(number));
  print("| no. | fault | rounds | checked | result |");
  print("| --- | --- | --- | --- | --- |");
  let hasFailed = false;
  for (const fault of chosen) hasFailed = !await tryOut(fault, scale) || hasFailed;
  return hasFailed ? 1 : 0;
}

Deno.exit(await main(Deno.args));
