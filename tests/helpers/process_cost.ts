// What a process holds of the machine, as Linux counts it.

/** Memory and descriptors at one moment. */
export interface ProcessCost {
  readonly residentBytes: number;
  readonly descriptors: number;
}

/** The cost of the process `pid`; `undefined` where the system does not tell. */
export function readCost(pid: number): ProcessCost | undefined {
  if (Deno.build.os !== "linux") return undefined;
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  const kilobytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
  const descriptors = [...Deno.readDirSync(`/proc/${pid}/fd`)].length;
  return { residentBytes: kilobytes * 1024, descriptors };
}
