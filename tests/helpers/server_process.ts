// The whole server as a child process: the real command line, the real permissions and a working
// directory of its own, which is all it may write to.

import { join } from "@std/path";
import { Scratch } from "./scratch.ts";
import { command, type LogEvent, Run, type ServerOptions } from "./server_run.ts";

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
      for (const [name, text] of Object.entries(options.files ?? {})) {
        await Deno.mkdir(scratch.in("data"), { recursive: true });
        await Deno.writeTextFile(scratch.in(`data/${name}`), text);
      }
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
    const what = `The server logged errors: ${Deno.inspect(errors)} ${this.#run.stderr}`;
    // Thrown while a test that failed is tidied up, an error is reported without its message.
    Deno.stderr.writeSync(new TextEncoder().encode(`${what}\n`));
    throw new Error(what);
  }
}
