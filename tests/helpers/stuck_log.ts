// A server whose log is read as far as its address, and then left in the pipe.

import { Scratch } from "./scratch.ts";
import { command, type LogEvent } from "./server_run.ts";

/** One process from its start to its end. */
export class StuckLog implements AsyncDisposable {
  readonly url: string;
  readonly #child: Deno.ChildProcess;
  readonly #scratch: Scratch;
  readonly #reader: ReadableStreamDefaultReader<string>;
  readonly #events: LogEvent[] = [];
  #reading: Promise<void> | undefined;

  private constructor(
    parts: {
      url: string;
      child: Deno.ChildProcess;
      scratch: Scratch;
      reader: ReadableStreamDefaultReader<string>;
    },
  ) {
    this.url = parts.url;
    this.#child = parts.child;
    this.#scratch = parts.scratch;
    this.#reader = parts.reader;
  }

  static async start(args: readonly string[]): Promise<StuckLog> {
    const scratch = await Scratch.make();
    const all = ["--host=127.0.0.1", "--port=0", "--log-format=json", ...args];
    const child = command(scratch.path, all, {}).spawn();
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const { value = "" } = await reader.read();
    const { url } = JSON.parse(value.slice(0, value.indexOf("\n")));
    return new StuckLog({ url, child, scratch, reader });
  }

  /** The events read since {@linkcode readAgain}. */
  get events(): readonly LogEvent[] {
    return this.#events;
  }

  /** From now on the log is read. */
  readAgain(): void {
    this.#reading ??= this.#read();
  }

  /** Stops the server and returns how it ended. */
  async stop(): Promise<Deno.CommandStatus> {
    this.#child.kill("SIGTERM");
    return await this.#child.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      // It has ended already.
      if (!(error instanceof TypeError) && !(error instanceof Deno.errors.NotFound)) throw error;
    }
    await this.#child.status;
    await this.#reading;
    await this.#reader.cancel();
    await this.#child.stderr.cancel();
    await this.#scratch[Symbol.asyncDispose]();
  }

  async #read(): Promise<void> {
    let rest = "";
    for (;;) {
      const { value, done } = await this.#reader.read();
      if (done) return;
      const lines = `${rest}${value}`.split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#events.push(JSON.parse(line));
    }
  }
}
