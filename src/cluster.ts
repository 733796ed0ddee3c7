// A cluster to try, on this machine: a NATS server and three nodes on it, each with a page to open. Run by
// `deno task cluster`. For a real one see docs/cluster.md.

import { parseArgs } from "@std/cli/parse-args";
import { fromFileUrl } from "@std/path";
import { linesOf } from "./console/input.ts";
import { StartError } from "./errors.ts";
import { V8_FLAGS } from "./v8_flags.ts";

const NODES = 3;
const FIRST_PORT = 8001;

/** Everything that is written; each process has a directory of its own in it. */
const DIRECTORY = "data/cluster";
const NATS_LOG = `${DIRECTORY}/nats/nats.log`;

/** Debian keeps it where the PATH of most users does not look. */
const NATS_PROGRAMS = ["nats-server", "/usr/sbin/nats-server"];

const START_DEADLINE_MS = 20_000;
const RETRY_MS = 50;

const encoder = new TextEncoder();

/** One process of the cluster. */
class Member {
  readonly name: string;
  readonly ended: Promise<void>;
  readonly #process: Deno.ChildProcess;
  readonly #address = Promise.withResolvers<string>();

  /** @throws {Deno.errors.NotFound} when there is no such program. */
  constructor(name: string, [program = "", ...args]: readonly string[]) {
    this.name = name;
    this.#process = new Deno.Command(program, { args, stdout: "piped", stderr: "piped" }).spawn();
    const printed = [this.#process.stdout, this.#process.stderr].map((lines) => this.#print(lines));
    this.ended = Promise.all([...printed, this.#process.status]).then(() =>
      print(`${name} has ended`)
    );
  }

  /** The address that a node is reached at, once it says so. */
  get address(): Promise<string> {
    return this.within(this.#address.promise);
  }

  /** What `work` resolves with. @throws {StartError} when the process ends before that. */
  async within<T>(work: Promise<T>): Promise<T> {
    const end = this.ended.then(() => {
      throw new StartError(
        `Cannot start the cluster: ${this.name} has ended; what it said is above, or in ${NATS_LOG}`,
      );
    });
    return await Promise.race([work, end]);
  }

  stop(): void {
    try {
      this.#process.kill("SIGTERM");
    } catch (error) {
      // It has ended by itself.
      if (!(error instanceof TypeError)) throw error;
    }
  }

  async #print(stream: ReadableStream<Uint8Array>): Promise<void> {
    for await (const line of linesOf(stream)) {
      print(`${this.name} | ${line}`);
      const url = / started url=(\S+)/.exec(line)?.[1];
      if (url !== undefined) this.#address.resolve(url);
    }
  }
}

/** Runs until a signal says stop; resolves with the exit status. */
async function main(args: readonly string[]): Promise<number> {
  const { port, natsPrograms } = readOptions(args);
  const members: Member[] = [];
  const stopped = nextSignal();
  try {
    const natsUrl = await startNats(natsPrograms, members);
    for (let n = 0; n < NODES; n++) {
      members.push(startNode(n + 1, { natsUrl, port: port === 0 ? 0 : port + n }));
    }
    const [, ...nodes] = members;
    const urls = await Promise.all(nodes.map((node) => node.address));
    const lines = urls.map((url) => `  ${url}`).join("\n");
    print(`Three nodes, one conversation. Open\n${lines}\nCtrl-C ends them all.`);
    await Promise.race([stopped, Promise.all(members.map((member) => member.ended))]);
    return 0;
  } finally {
    // The nodes first: they tell each other who leaves.
    for (const member of members.toReversed()) {
      member.stop();
      await member.ended;
    }
  }
}

interface Options {
  /** Of the first node; 0 picks free ones for all. */
  readonly port: number;
  /** What may be the NATS server, in the order in which they are tried. */
  readonly natsPrograms: readonly string[];
}

function readOptions(args: readonly string[]): Options {
  const { _: rest, port, "nats-server": natsServer, ...unknown } = parseArgs([...args], {
    string: ["port", "nats-server"],
  });
  const first = port === undefined ? FIRST_PORT : /^\d{1,5}$/.test(`${port}`) ? Number(port) : NaN;
  if (rest.length + Object.keys(unknown).length > 0 || !(first + NODES <= 65_536)) {
    throw new StartError(
      "Cannot start the cluster: use --port N for the port of the first node (0: free ones), " +
        "--nats-server PROGRAM when it is not found, or nothing",
      { exitStatus: 2 },
    );
  }
  return { port: first, natsPrograms: natsServer ? [`${natsServer}`] : NATS_PROGRAMS };
}

async function startNats(programs: readonly string[], members: Member[]): Promise<string> {
  const port = freePort();
  const place = `${DIRECTORY}/nats`;
  await Deno.mkdir(place, { recursive: true, mode: 0o700 });
  const args = [
    ...["--addr", "127.0.0.1", "--port", String(port)],
    ...["--jetstream", "--store_dir", place, "--log", NATS_LOG],
  ];
  for (const program of programs) {
    try {
      const nats = new Member("NATS", [program, ...args]);
      members.push(nats);
      await nats.within(answers(port));
      return `nats://127.0.0.1:${port}`;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  throw new StartError(
    "Cannot start the cluster: there is no nats-server here; install it (Debian and Ubuntu: apt install " +
      "nats-server; macOS: brew install nats-server; others: https://nats.io/download)",
  );
}

function startNode(number: number, options: { natsUrl: string; port: number }): Member {
  const data = `${DIRECTORY}/node-${number}`;
  return new Member(`node ${number}`, [
    Deno.execPath(),
    ...["run", "--unstable-npm-lazy-caching", V8_FLAGS],
    ...["--lock", fromRoot("deno.lock"), "--frozen"],
    ...["--no-prompt", "--allow-net", `--allow-read=${data}`, `--allow-write=${data}`],
    ...[fromRoot("main.ts"), "--nats", options.natsUrl, "--data", data],
    ...["--port", String(options.port)],
  ]);
}

function fromRoot(path: string): string {
  return fromFileUrl(new URL(`../${path}`, import.meta.url));
}

/** Resolves when something listens on `port` of this machine. */
async function answers(port: number): Promise<void> {
  const deadline = performance.now() + START_DEADLINE_MS;
  for (;;) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return;
    } catch (cause) {
      if (performance.now() > deadline) {
        throw new StartError("Cannot start the cluster: NATS does not answer", { cause });
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

function nextSignal(): Promise<void> {
  return new Promise((resolve) => {
    // The listeners stay: under `deno task` one Ctrl-C arrives twice.
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      Deno.addSignalListener(signal, () => resolve());
    }
  });
}

function print(text: string): void {
  Deno.stdout.writeSync(encoder.encode(`${text}\n`));
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    Deno.stderr.writeSync(encoder.encode(`${error.message}\n`));
    Deno.exit(error.exitStatus);
  }
}
