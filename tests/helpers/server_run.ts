// One run of the program as a child process: how it is started, its log read line by line, its end.

import { V8_FLAGS } from "../../src/v8_flags.ts";
import { withDeadline } from "./deadline.ts";
import { Inbox } from "./inbox.ts";
import { LOCKED } from "./lock.ts";

const MAIN = new URL("../../main.ts", import.meta.url).href;

/** Exactly what `deno task start` gives; paths are relative to the working directory. */
export const PERMISSIONS = ["--allow-net", "--allow-read=data", "--allow-write=data"];

/** Flags with which no load keeps anybody out: more than people send, and all of it from one address. */
export const NO_LIMITS = ["--rate=0", "--max-per-address=0", "--max-connections=20000"] as const;

/** Flags that every server of a test run gets, such as `--shield`. */
const FLAGS_FOR_ALL = (Deno.env.get("SERVER_FLAGS") ?? "").split(" ").filter((flag) => flag !== "");

/** A line of the log. */
export interface LogEvent {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

/** How to start. */
export interface ServerOptions {
  /** Flags of the program, beside `--port` and `--log-format`. */
  readonly args?: readonly string[];
  /** Flags of `deno run`. @default {PERMISSIONS} */
  readonly permissions?: readonly string[];
  /** Working directory, where `data` is. @default a new one, removed with the server */
  readonly directory?: string;
  /** Files that are in the data directory before the first start, by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** @default 0, a free one */
  readonly port?: number;
  /** The test provokes errors: do not fail it for errors in the log. */
  readonly mayFail?: boolean;
  /** What to start instead of `deno`, with arguments that come before its own. */
  readonly launcher?: readonly string[];
}

/** One process from its start to its end. */
export class Run {
  readonly child: Deno.ChildProcess;
  readonly log = new Inbox<LogEvent>();
  stderr = "";
  started: LogEvent = { level: "", message: "" };
  port = 0;
  readonly #logReader = new AbortController();
  readonly #drained: Promise<unknown>;

  private constructor(child: Deno.ChildProcess) {
    this.child = child;
    // Both pipes are always read: a server whose log nobody takes stands still.
    this.#drained = Promise.all([
      readLines(child.stdout, (line) => this.log.push(JSON.parse(line)), this.#logReader.signal)
        .finally(() => this.log.end("the server has ended")),
      readLines(child.stderr, (line) => this.stderr += `${line}\n`)
        .then((rest) => this.stderr += rest),
    ]);
  }

  static async start(directory: string, options: ServerOptions): Promise<Run> {
    const args = [
      `--port=${options.port ?? 0}`,
      "--log-format=json",
      ...options.args ?? [],
      ...FLAGS_FOR_ALL,
    ];
    const run = new Run(command(directory, args, options).spawn());
    try {
      run.started = await run.log.next(({ message }) => message === "started", "start");
      run.port = Number(new URL(String(run.started["url"])).port);
      return run;
    } catch (error) {
      await run.dispose();
      throw new Error(`The server did not start: ${run.stderr}`, { cause: error });
    }
  }

  closeLog(): void {
    this.#logReader.abort();
  }

  async ended(): Promise<Deno.CommandStatus> {
    const status = await withDeadline(this.child.status, () => "the server ends");
    await this.#drained;
    return status;
  }

  kill(signal: Deno.Signal): void {
    try {
      this.child.kill(signal);
    } catch (error) {
      // It has ended already.
      if (!(error instanceof TypeError) && !(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  async dispose(): Promise<void> {
    this.kill("SIGKILL");
    await this.ended();
  }
}

/** How to run the program. */
export interface CommandOptions extends ServerOptions {
  readonly signal?: AbortSignal;
}

/** The program in the working directory `cwd`. */
export function command(
  cwd: string,
  args: readonly string[],
  options: CommandOptions,
): Deno.Command {
  const [program = Deno.execPath(), ...before] = options.launcher ?? [];
  return new Deno.Command(program, {
    args: [
      ...before,
      "run",
      V8_FLAGS,
      ...LOCKED,
      "--no-prompt",
      ...options.permissions ?? PERMISSIONS,
      MAIN,
      ...args,
    ],
    cwd,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
}

// Returns what came after the last line end: a server that is killed leaves half a line of its log.
async function readLines(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  take: (line: string) => void,
  signal?: AbortSignal,
): Promise<string> {
  let rest = "";
  const text = stream.pipeThrough(new TextDecoderStream(), signal === undefined ? {} : { signal });
  try {
    for await (const chunk of text) {
      const lines = `${rest}${chunk}`.split("\n");
      rest = lines.pop() ?? "";
      lines.forEach(take);
    }
  } catch (error) {
    if (error !== signal?.reason) throw error;
  }
  return rest;
}
