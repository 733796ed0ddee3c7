// A real NATS server with JetStream for one test: on a free port, with a directory of its own; killed,
// stopped for a while, wiped, and started again where it was.

import { Program } from "./program.ts";
import { Scratch } from "./scratch.ts";

/** Why there is no NATS server here; `undefined` where there is one. */
const reason = await findReason();

/** A test that needs a NATS server; says why when there is none. */
export function natsTest(name: string, fn: () => Promise<void>): void {
  const why = reason === undefined ? "" : ` (ignored: ${reason})`;
  Deno.test({ name: `${name}${why}`, ignore: reason !== undefined, fn });
}

/** Why tests with NATS cannot run here; `undefined` where they can. */
export function natsMissing(): Promise<string | undefined> {
  return Promise.resolve(reason);
}

async function findReason(): Promise<string | undefined> {
  try {
    await new Deno.Command("nats-server", { args: ["--version"], stdout: "null" }).output();
    return undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      return "there is no nats-server (Debian: nats-server)";
    }
    throw error;
  }
}

/** How to start. */
export interface NatsServerOptions {
  /** The text of a configuration file, for what no flag does. */
  readonly config?: string;
  /** @default {true} */
  readonly hasJetStream?: boolean;
  /** What stands before its command. */
  readonly launcher?: readonly string[];
  /** Where it has its own directory for what it keeps. @default where a {@linkcode Scratch} is */
  readonly directory?: string;
}

/** A NATS server. */
export class NatsServer implements AsyncDisposable {
  readonly #scratch: Scratch;
  readonly #command: readonly string[];
  #program: Program | undefined;
  #port = 0;

  private constructor(scratch: Scratch, command: readonly string[]) {
    this.#scratch = scratch;
    this.#command = command;
  }

  /** Starts one and waits until it can be used. */
  static async start(
    { config, hasJetStream = true, launcher = [], directory }: NatsServerOptions = {},
  ): Promise<NatsServer> {
    const scratch = await Scratch.make(directory);
    const server = new NatsServer(scratch, [
      ...launcher,
      "nats-server",
      ...hasJetStream ? ["--jetstream", "--store_dir", scratch.in("jetstream")] : [],
      ...config === undefined ? [] : ["--config", scratch.in("nats.conf")],
    ]);
    try {
      if (config !== undefined) await Deno.writeTextFile(scratch.in("nats.conf"), config);
      await server.start();
      return server;
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Where it is; the same after every start. */
  get url(): string {
    return `nats://127.0.0.1:${this.#port}`;
  }

  /** The number of its process; 0 when there is none. */
  get pid(): number {
    return this.#program?.pid ?? 0;
  }

  /** Starts it again on the port and the directory that it had; does nothing while it runs. */
  async start(): Promise<void> {
    if (this.#program !== undefined) return;
    // Port -1 is any that is free.
    const port = String(this.#port === 0 ? -1 : this.#port);
    const program = await Program.open([...this.#command, "--addr=127.0.0.1", "--port", port]);
    this.#program = program;
    const line = await program.err.next((line) => line.includes("client connections on"), "a port");
    this.#port = Number(/:(\d+)$/.exec(line)?.[1]);
    await program.err.next((line) => line.includes("Server is ready"), "NATS is ready");
  }

  /** Ends it by SIGKILL: it saves nothing and says goodbye to nobody. */
  async kill(): Promise<void> {
    const program = this.#program;
    this.#program = undefined;
    await program?.[Symbol.asyncDispose]();
  }

  /** SIGSTOP: its connections stay and nothing is answered. Resolves when it stands still. */
  async pause(): Promise<void> {
    const program = this.#program;
    if (program === undefined) return;
    program.kill("SIGSTOP");
    // A signal takes its time to arrive, and a message may be stored in it.
    while (Deno.build.os === "linux" && !isStopped(program.pid)) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  /** SIGCONT after {@linkcode pause}. */
  resume(): void {
    this.#program?.kill("SIGCONT");
  }

  /** Kills it, removes everything that it kept, and starts it again. */
  async wipe(): Promise<void> {
    await this.kill();
    await Deno.remove(this.#scratch.in("jetstream"), { recursive: true });
    await this.start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await this.#scratch[Symbol.asyncDispose]();
  }
}

function isStopped(pid: number): boolean {
  return /^State:\s+T/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
}
