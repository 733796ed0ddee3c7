// What the system says of a process. Linux only.

/** Why a process cannot be looked at here. */
export function procMissing(): Promise<string | undefined> {
  return Promise.resolve(Deno.build.os === "linux" ? undefined : "/proc is of Linux");
}

/** Resident memory in MB. */
export function residentMb(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024;
}

/** Why {@linkcode limitAddressSpace} cannot be used here. */
export async function prlimitMissing(): Promise<string | undefined> {
  try {
    await new Deno.Command("prlimit", { args: ["--version"] }).output();
    return await procMissing();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "prlimit (util-linux) is not installed";
    throw error;
  }
}

/**
 * Lets a process have no more than `moreMb` of address space beside what it has. Only once it runs: while
 * it starts, V8 asks for far more than it keeps, and how much depends on where the system puts it.
 */
export async function limitAddressSpace(pid: number, moreMb: number): Promise<void> {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  const bytes = (Number(/^VmSize:\s+(\d+)/m.exec(status)?.[1]) + moreMb * 1024) * 1024;
  const args = ["--pid", String(pid), `--as=${bytes}`];
  const { code, stderr } = await new Deno.Command("prlimit", { args }).output();
  if (code !== 0) throw new Error(`Cannot limit: ${new TextDecoder().decode(stderr)}`);
}

/** Open file descriptors. */
export function descriptors(pid: number): number {
  return [...Deno.readDirSync(`/proc/${pid}/fd`)].length;
}

/** Seconds of processor time that it has used. */
export function cpuSeconds(pid: number): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  const [user, system] = stat.slice(stat.lastIndexOf(")")).split(" ").slice(12, 14);
  return (Number(user) + Number(system)) / 100;
}

/**
 * Milliseconds for which the threads of a process that run an event loop were ready and had no processor, since
 * they began; 0 when it has ended, and where the system does not tell.
 */
export function processorWaitMs(pid: number): number {
  if (Deno.build.os !== "linux") return 0;
  const read = (thread: string, file: string) =>
    Deno.readTextFileSync(`/proc/${pid}/task/${thread}/${file}`);
  try {
    const threads = [...Deno.readDirSync(`/proc/${pid}/task`)].map(({ name }) => name);
    // The first one and each worker, of which the shield is one.
    const looping = threads.filter((each) => /^(deno|worker-)/.test(read(each, "comm")));
    const waits = looping.map((each) => Number(read(each, "schedstat").split(" ")[1]));
    return waits.reduce((sum, ns) => sum + ns, 0) / 1e6;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || isGone(error)) return 0;
    throw error;
  }
}

/** A thread that ends while its file is read. */
function isGone(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ESRCH";
}

/** Resident memory while something goes on, looked at ten times a second. */
export class MemoryWatch implements Disposable {
  /** The most so far, in MB. */
  peakMb = 0;
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(pid: number) {
    this.peakMb = residentMb(pid);
    this.#timer = setInterval(() => {
      try {
        this.peakMb = Math.max(this.peakMb, residentMb(pid));
      } catch (error) {
        // It has ended, which is for others to find out.
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }, 100);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
