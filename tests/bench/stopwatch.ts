// The time of a stretch of work, and what processor time the server and the load had of it.

import { cpuSeconds } from "../helpers/process_facts.ts";

/** What a stretch took. */
export interface Lap {
  readonly seconds: number;
  /** Processor seconds of the server, all threads; NaN where the system does not tell. */
  readonly serverCpu: number;
  /** The same of this process. */
  readonly loadCpu: number;
}

/** Starts to measure; the result is called at the end. `pid` is the server's. */
export function startLap(pid: number): () => Lap {
  const startedAt = performance.now();
  const server = precise(pid);
  const load = precise(Deno.pid);
  return () => ({
    seconds: (performance.now() - startedAt) / 1000,
    serverCpu: precise(pid) - server,
    loadCpu: precise(Deno.pid) - load,
  });
}

function precise(pid: number): number {
  return Deno.build.os === "linux" ? cpuSeconds(pid) : NaN;
}
