// The servers that are compared, and how each is started.

import { fromFileUrl } from "@std/path";
import { natsMissing, NatsServer } from "../helpers/nats_server.ts";
import { Scratch } from "../helpers/scratch.ts";
import { ServerProcess } from "../helpers/server_process.ts";
import { NO_LIMITS } from "../helpers/server_run.ts";
import type { DialectName } from "./dialects.ts";
import type { Target } from "./loads/target.ts";
import { install, labelOf, type PackageName } from "./packages.ts";

const SERVERS = new URL("./servers/", import.meta.url);

const CLUSTER_NODES = 3;

/** A server that runs. */
export type Started = Target & AsyncDisposable;

/** How a server is to run. */
export interface StartOptions {
  /** What stands before its command. */
  readonly pinning: readonly string[];
  /** A directory on a real disk, for what it stores. */
  readonly scratch: string;
}

/** A server that can be measured. */
export interface Peer {
  readonly key: PeerKey;
  readonly label: string;
  start(options: StartOptions): Promise<Started>;
}

/** The peers by name, as they stand in a table; Parley is the one that the others are compared with. */
export const PEER_KEYS = [
  "parley",
  "shield",
  "cluster",
  "bun",
  "ws",
  "socketIo",
  "naive",
  "naiveDurable",
] as const;

/** The name of a peer. */
export type PeerKey = typeof PEER_KEYS[number];

/** Three nodes of Parley on one port, over a NATS server; what they cost is the cost of all four. */
const CLUSTER: Peer = {
  key: "cluster",
  label: "Parley, 3 nodes on NATS",
  async start({ pinning, scratch }) {
    await using stack = new AsyncDisposableStack();
    const nats = stack.use(await NatsServer.start({ launcher: pinning, directory: scratch }));
    const args = [...NO_LIMITS, `--nats=${nats.url}`, "--reuse-port"];
    const launcher = [...pinning, Deno.execPath()];
    const nodes: ServerProcess[] = [];
    for (let n = 0; n < CLUSTER_NODES; n++) {
      const port = nodes[0]?.port ?? 0;
      nodes.push(stack.use(await ServerProcess.start({ args, launcher, port })));
    }
    const all = stack.move();
    return {
      port: nodes[0]?.port ?? 0,
      pids: [nats.pid, ...nodes.map(({ pid }) => pid)],
      dialect: "parley",
      [Symbol.asyncDispose]: () => all.disposeAsync(),
    };
  },
};

/** What most people would write first, in Deno. */
const NAIVE: Peer = scripted({
  key: "naive",
  label: "naive Deno",
  dialect: "plain",
  command: [Deno.execPath(), "run", "--no-config", "--allow-net", serverPath("naive.ts")],
});

/** The same with a commit before each broadcast, in the directory that it is started in. */
const NAIVE_DURABLE: Peer = scripted({
  key: "naiveDurable",
  label: "naive Deno, stored",
  dialect: "plain",
  command: [
    Deno.execPath(),
    "run",
    "--no-config",
    "--allow-net",
    "--allow-read=.",
    "--allow-write=.",
    serverPath("naive_durable.ts"),
  ],
});

/**
 * Those of `wanted` that can be had here, in that order, with their packages below `root`; `absent` says why
 * the others cannot.
 */
export async function findPeers(
  wanted: readonly PeerKey[],
  root: string,
): Promise<{ peers: Peer[]; absent: string[] }> {
  const peers: Peer[] = [];
  const absent: string[] = [];
  for (const key of wanted) {
    const found = await find(key, root);
    if ("absent" in found) absent.push(found.absent);
    else peers.push(found);
  }
  return { peers, absent };
}

async function find(key: PeerKey, root: string): Promise<Peer | { readonly absent: string }> {
  switch (key) {
    case "parley":
      return alone(key, "Parley", []);
    case "shield":
      return alone(key, "Parley, --shield", ["--shield"]);
    case "cluster": {
      const why = await natsMissing();
      return why === undefined ? CLUSTER : { absent: `${CLUSTER.label}: ${why}` };
    }
    case "bun":
      return await packaged("bun", root, (path) => ({
        key,
        label: `${labelOf("bun")} publish`,
        dialect: "plain",
        command: [path, serverPath("bun.js")],
      }));
    case "ws":
      return await packaged("ws", root, (path) => ({
        key,
        label: `${labelOf("ws")}, Node`,
        dialect: "plain",
        command: ["node", serverPath("ws.js"), path],
      }));
    case "socketIo":
      return await packaged("socket.io", root, (path) => ({
        key,
        label: `${labelOf("socket.io")}, Node`,
        dialect: "socketIo",
        command: ["node", serverPath("socket_io.js"), path],
      }));
    case "naive":
      return NAIVE;
    case "naiveDurable":
      return NAIVE_DURABLE;
  }
}

async function packaged(
  name: PackageName,
  root: string,
  make: (path: string) => Script,
): Promise<Peer | { readonly absent: string }> {
  const found = await install(name, root);
  if ("path" in found) return scripted(make(found.path));
  return { absent: `${labelOf(name)}: ${found.absent}` };
}

function serverPath(name: string): string {
  return fromFileUrl(new URL(name, SERVERS));
}

/** Parley as it is shipped: the real command line, the real permissions, every message on the disk. */
function alone(key: PeerKey, label: string, flags: readonly string[]): Peer {
  return {
    key,
    label,
    async start({ pinning, scratch }) {
      await using stack = new AsyncDisposableStack();
      const { path: directory } = stack.use(await Scratch.make(scratch));
      const launcher = [...pinning, Deno.execPath()];
      const args = [...NO_LIMITS, ...flags];
      const server = stack.use(await ServerProcess.start({ args, directory, launcher }));
      const all = stack.move();
      return {
        port: server.port,
        pids: [server.pid],
        dialect: "parley",
        [Symbol.asyncDispose]: () => all.disposeAsync(),
      };
    },
  };
}

interface Script {
  readonly key: PeerKey;
  readonly label: string;
  readonly dialect: DialectName;
  /** Prints its port as its first line. */
  readonly command: readonly string[];
}

function scripted({ key, label, dialect, command }: Script): Peer {
  return {
    key,
    label,
    async start({ pinning, scratch }) {
      const [program = "", ...args] = [...pinning, ...command];
      const cwd = await Deno.makeTempDir({ dir: scratch });
      const child = new Deno.Command(program, { args, cwd, stdin: "null", stdout: "piped" })
        .spawn();
      const port = Number(await firstLine(child.stdout));
      return {
        port,
        pids: [child.pid],
        dialect,
        async [Symbol.asyncDispose]() {
          child.kill("SIGKILL");
          await child.status;
        },
      };
    },
  };
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.includes("\n")) return text.slice(0, text.indexOf("\n"));
  }
  throw new Error("The server ended before it said its port");
}
