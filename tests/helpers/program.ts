// A program of ours among others: lines in, lines out, an exit status.

import { linesOf } from "../../src/console/input.ts";
import { Inbox } from "./inbox.ts";
import { LOCKED } from "./lock.ts";

/** How to start. */
export interface ProgramOptions {
  /** Flags of `deno run`. @default {["--allow-net"]} */
  readonly permissions?: readonly string[];
  /** Working directory. */
  readonly directory?: string;
  /** What it gets on standard input; without it the input stays open, for {@linkcode Program.write}. */
  readonly input?: string;
}

/** How a program ended. */
export interface Result {
  readonly code: number;
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
}

/** The terminal client. */
export const CONSOLE = new URL("../../src/console.ts", import.meta.url).href;

/** One process, which is killed when it is disposed of. */
export class Program implements AsyncDisposable {
  /** Lines of standard output. */
  readonly out = new Inbox<string>();
  /** Lines of standard error. */
  readonly err = new Inbox<string>();
  readonly #child: Deno.ChildProcess;
  readonly #drained: Promise<unknown>;
  readonly #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #encoder = new TextEncoder();

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#input = child.stdin.getWriter();
    this.#drained = Promise.all([
      collect(child.stdout, this.out),
      collect(child.stderr, this.err),
    ]);
  }

  /** The number of the process. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Starts `script` with `args` in Deno. */
  static start(
    script: string,
    args: readonly string[],
    options: ProgramOptions = {},
  ): Promise<Program> {
    const { permissions = ["--allow-net"] } = options;
    const flags = ["run", ...LOCKED, "--no-prompt", ...permissions];
    return Program.open([Deno.execPath(), ...flags, script, ...args], options);
  }

  /** Starts any `command`. */
  static async open(
    [command = "", ...args]: readonly string[],
    { directory, input }: ProgramOptions = {},
  ): Promise<Program> {
    const program = new Program(
      new Deno.Command(command, {
        args,
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
        ...(directory === undefined ? {} : { cwd: directory }),
      }).spawn(),
    );
    if (input !== undefined) {
      await program.write(input);
      await program.closeInput();
    }
    return program;
  }

  /** {@linkcode start}, until it has ended by itself. */
  static async run(
    script: string,
    args: readonly string[],
    options: ProgramOptions = {},
  ): Promise<Result> {
    await using program = await Program.start(script, args, { input: "", ...options });
    return await program.ended();
  }

  /** Writes to standard input. */
  async write(text: string): Promise<void> {
    await this.#input.write(this.#encoder.encode(text));
  }

  /** Ends standard input. */
  async closeInput(): Promise<void> {
    await this.#input.close();
  }

  /** Sends a signal; nothing happens when it has ended. */
  kill(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch (error) {
      if (!(error instanceof TypeError) && !(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  /** Waits until it has ended. */
  async ended(): Promise<Result> {
    const { code } = await this.#child.status;
    await this.#drained;
    return { code, stdout: this.out.all, stderr: this.err.all };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill("SIGKILL");
    await this.ended();
    // It may be closed already, or broken off by the end of the program.
    await this.#input.close().catch((error) => error);
  }
}

async function collect(stream: ReadableStream<Uint8Array>, inbox: Inbox<string>): Promise<void> {
  for await (const line of linesOf(stream)) inbox.push(line);
  inbox.end("the program has ended");
}
