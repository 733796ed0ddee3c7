// Which process runs on which processor: the server on the first and the load on the second, so that neither
// takes the other's time, and every server has the same one.

/** What stands before the command of a process; nothing where there is no choice. */
export interface Pinning {
  readonly server: readonly string[];
  readonly load: readonly string[];
  /** How it is, as a sentence. */
  readonly note: string;
}

/** Looks at what this machine has. */
export async function choosePinning(): Promise<Pinning> {
  const free = (why: string) => ({ server: [], load: [], note: `Not pinned: ${why}.` });
  if (navigator.hardwareConcurrency < 2) return free("this machine has one processor");
  try {
    await new Deno.Command("taskset", { args: ["--version"] }).output();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return free("taskset (util-linux) is not installed");
    throw error;
  }
  return {
    server: ["taskset", "--cpu-list", "0"],
    load: ["taskset", "--cpu-list", "1"],
    note: "Servers run on processor 0 alone, the load on processor 1.",
  };
}
