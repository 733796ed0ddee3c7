// The whole server as a child process: the real command line, the real permissions and a working
// directory of its own, which is all it may write to.

import { join } from "@std/path";
import { Inbox } from "./inbox.ts";
import { Scratch } from "./scratch.ts";

const MAIN = new URL("../../main.ts", import.meta.url).href;

/** Exactly what `deno task start` gives; paths are relative to the working directory. */
export const PERMISSIONS = ["--allow-net", "--allow-read=data", "--allow-write=data"];

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
  /** @default 0, a free one */
  readonly port?: number;
  /** The test provokes errors: do not fail it for errors in the log. */
  readonly mayFail?: boolean;
  /** What to start instead of `deno`, with arguments that come before its own. */
  readonly launcher?: readonly string[];
}

/** What became of a program that ended by itself. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program until it ends by itself, for what it prints and its exit status. */
export async function runToEnd(
  args: readonly string[],
  options: ServerOptions = {},
): Promise<Ended> {
  await using scratch = await Scratch.make();
  const directory = options.directory ?? scratch.path;
  // A program that serves instead of ending must not hold the tests up for ever.
  const signal = AbortSignal.timeout(20_000);
  const output = await command(directory, args, { ...options, signal }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code: output.code, stdout: text(output.stdout), stderr: text(output.stderr) };
}

/** A server that runs. */
export class ServerProcess implements AsyncDisposable {
  readonly #options: ServerOptions;
  readonly #scratch: Scratch;
  #run: Run;

  private constructor(options: ServerOptions, scratch: Scratch, run: Run) {
    this.#options = options;
    this.#scratch = scratch;
    this.#run = run;
  }

  /** Starts a server and waits until it says that it has. */
  static async start(options: ServerOptions = {}): Promise<ServerProcess> {
    const scratch = await Scratch.make();
    try {
      const run = await Run.start(options.directory ?? scratch.path, options);
      return new ServerProcess(options, scratch, run);
    } catch (error) {
      await scratch[Symbol.asyncDispose]();
      throw error;
    }
  }

  get port(): number {
    return this.#run.port;
  }

  get pid(): number {
    return this.#run.child.pid;
  }

  /** `http:` and an address; the log's own URL names `localhost`. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The working directory. */
  get directory(): string {
    return this.#options.directory ?? this.#scratch.path;
  }

  /** A path inside the data directory. */
  inData(name: string): string {
    return join(this.directory, "data", name);
  }

  /** The first event of this run's log. */
  get started(): LogEvent {
    return this.#run.started;
  }

  /** The log of this run so far. */
  get logs(): readonly LogEvent[] {
    return this.#run.log.all;
  }

  /** Waits for an event of the log that was not asked for before. */
  logged(message: string, wanted: (event: LogEvent) => boolean = () => true): Promise<LogEvent> {
    return this.#run.log.next(
      (event) => event.message === message && wanted(event),
      `log event "${message}"`,
    );
  }

  /** Closes the pipe that the server writes its log to. */
  closeLog(): void {
    this.#run.closeLog();
  }

  /** Sends a signal and waits for nothing; nothing happens when the server has ended. */
  kill(signal: Deno.Signal): void {
    this.#run.kill(signal);
  }

  /** How the process ended, when it has. */
  get ended(): Promise<Deno.CommandStatus> {
    return this.#run.ended();
  }

  /** Stops the server and returns how it ended. */
  stop(signal: Deno.Signal = "SIGTERM"): Promise<Deno.CommandStatus> {
    this.kill(signal);
    return this.ended;
  }

  /** Ends the server by `signal` and starts it on the same data; on the same port when that matters. */
  async restart(
    options: { signal?: Deno.Signal; keepPort?: boolean; args?: readonly string[] } = {},
  ): Promise<void> {
    const { port } = this;
    await this.stop(options.signal);
    this.#check();
    this.#run = await Run.start(this.directory, {
      ...this.#options,
      ...(options.args === undefined ? {} : { args: options.args }),
      port: options.keepPort ? port : 0,
    });
  }

  /** Ends the server, removes its directory, and fails when it logged an error or wrote to stderr. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#run.dispose();
    await this.#scratch[Symbol.asyncDispose]();
    this.#check();
  }

  #check(): void {
    if (this.#options.mayFail) return;
    const errors = this.logs.filter(({ level }) => level === "ERROR" || level === "FATAL");
    if (errors.length === 0 && this.#run.stderr === "") return;
    throw new Error(`The server logged errors: ${Deno.inspect(errors)} ${this.#run.stderr}`);
  }
}

/** One process from its start to its end. */
class Run {
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
      readLines(child.stderr, (line) => this.stderr += `${line}\n`),
    ]);
  }

  static async start(directory: string, options: ServerOptions): Promise<Run> {
    const args = [`--port=${options.port ?? 0}`, "--log-format=json", ...options.args ?? []];
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
    const status = await this.child.status;
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

interface CommandOptions extends ServerOptions {
  readonly signal?: AbortSignal;
}

function command(cwd: string, args: readonly string[], options: CommandOptions): Deno.Command {
  const [program = Deno.execPath(), ...before] = options.launcher ?? [];
  return new Deno.Command(program, {
    args: [
      ...before,
      "run",
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

async function readLines(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  take: (line: string) => void,
  signal?: AbortSignal,
): Promise<void> {
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
  if (rest !== "") take(rest);
}
