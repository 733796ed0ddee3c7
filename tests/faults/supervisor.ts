// Crash-only: a hostile client makes the server large, a supervisor with a limit ends it, and starts the
// next one. What systemd does with MemoryMax and Restart, a small loop does here.

import { assertLess } from "@std/assert";
import { HostileSocket } from "../helpers/hostile_socket.ts";
import { procMissing, residentMb } from "../helpers/process_facts.ts";
import { until } from "../helpers/until.ts";
import { bytesOf } from "../helpers/wire_frame.ts";
import type { Fault, Outcome, Scale } from "./fault.ts";
import { HISTORY, Scene } from "./scene.ts";

/** What the process may grow by, as MemoryMax says it. */
const LIMIT_MB = 100;

/** From the death of one server to messages of everyone on the next. */
const MAX_OUTAGE_MS = 5_000;

const MIB = 1024 * 1024;

/** Faults of memory. */
export const SUPERVISOR_FAULTS: readonly Fault[] = [
  {
    number: 34,
    title: "grown over its limit by a bomb, killed and restarted, it has lost and doubled nothing",
    missing: procMissing,
    run: crashOnly,
  },
];

async function crashOnly(scale: Scale): Promise<Outcome> {
  const rounds = scale === "quick" ? 2 : 20;
  await using scene = await Scene.set({
    server: { args: ["--rate=0"], mayFail: true },
    load: { speakers: 10, readers: 5, posters: 2, pauseMs: 5 },
  });
  const { server, load, ledger } = scene;
  let longest = 0;
  for (let round = 0; round < rounds; round++) {
    await load.progress(20);
    const bomb = throwBomb(server.port);
    const limit = residentMb(server.pid) + LIMIT_MB;
    await until("it is over its limit", () => residentMb(server.pid) > limit);
    const diedAt = performance.now();
    await server.restart({
      signal: "SIGKILL",
      keepPort: true,
      args: ["--rate=0", `--history=${HISTORY}`],
    });
    await bomb;
    ledger.check();
    // More than were under way: somebody who was thrown out has said something new.
    await load.progress(100);
    longest = Math.max(longest, performance.now() - diedAt);
  }
  assertLess(longest, MAX_OUTAGE_MS);
  const said = await scene.settle({ metrics: false });
  return {
    rounds,
    checked: `I1–I4, killed at +${LIMIT_MB} MB, all talk again after ${
      longest.toFixed(0)
    } ms at most, ${said}`,
  };
}

/** A message without an end, until the server has one. */
async function throwBomb(port: number): Promise<void> {
  using hostile = await HostileSocket.open(port);
  const part = { isLast: false, isMasked: true, reserved: 0, payload: MIB };
  for (let opcode = 1; await hostile.write(bytesOf({ ...part, opcode })); opcode = 0);
}
