// The time of a stretch of work, and what processor time the server and the load had of it.

import { cpuSeconds } from "../helpers/process_facts.ts";

/** What a stretch took. */
export interface Lap {
  readonly seconds: number;
  /** Processor seconds of the server, all threads; NaN where the system does not tell. */
  readonly serverCpu: number;
  /** The same of this process. */
  readonly loadCpu: number;
  /** The same of everything else on this machine: what was measured meanwhile was disturbed by that. */
  readonly othersCpu: number;
}

/** Starts to measure; the result is called at the end. `pids` are the server's processes. */
export function startLap(pids: readonly number[]): () => Lap {
  const startedAt = performance.now();
  const before = readCpu(pids);
  return () => {
    const after = readCpu(pids);
    const serverCpu = after.server - before.server;
    const loadCpu = after.load - before.load;
    return {
      seconds: (performance.now() - startedAt) / 1000,
      serverCpu,
      loadCpu,
      othersCpu: Math.max(0, after.machine - before.machine - serverCpu - loadCpu),
    };
  };
}

function readCpu(pids: readonly number[]): { server: number; load: number; machine: number } {
  if (Deno.build.os !== "linux") return { server: NaN, load: NaN, machine: NaN };
  const server = pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0);
  return { server, load: cpuSeconds(Deno.pid), machine: machineCpuSeconds() };
}

// All processors together, since the machine started (man proc_stat): the first line without what was idle.
function machineCpuSeconds(): number {
  const [line = ""] = Deno.readTextFileSync("/proc/stat").split("\n", 1);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = line.split(/ +/).slice(1)
    .map(Number);
  return (user + nice + system + irq + softirq) / 100;
}
