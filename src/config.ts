// The command line, and nothing else, decides how a server behaves. Here is what the flags come to, and
// what each may be.

import { badValue, helpText, readFlags, usage, Values } from "./flags.ts";
import { parseOrigin } from "./guard.ts";

/** The version of the program. */
export const VERSION = "0.1.0";

/** How a node reaches its cluster. */
export interface ClusterConfig {
  /** Servers of one NATS cluster. */
  readonly servers: readonly string[];
  /** Path of a file inside the data directory. */
  readonly credentials: string | undefined;
  /** Copies of the log, when this node makes it. */
  readonly replicas: number;
}

/** How a server behaves; never changes while it runs. */
export interface Config {
  readonly host: string;
  readonly port: number;
  /** Directory, relative to where the server was started. */
  readonly data: string;
  /** Messages kept in the file and shown on the page. */
  readonly history: number;
  readonly title: string;
  readonly allowHosts: readonly string[];
  readonly allowOrigins: readonly string[];
  /** Messages a second for each client; 0 is no limit. */
  readonly rate: number;
  readonly maxConnections: number;
  /** 0 is no limit. */
  readonly maxPerAddress: number;
  readonly trustProxy: boolean;
  /** Paths of PEM files inside the data directory. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  /** Path of a file inside the data directory; without it the room is open. */
  readonly passwordFile: string | undefined;
  /** Whether connections pass a front that ends hostile ones. */
  readonly shield: boolean;
  /** The cluster that this server is a node of; without it, it is alone and keeps a file. */
  readonly cluster: ClusterConfig | undefined;
  /** Whether other processes may listen on the same port. */
  readonly reusePort: boolean;
  readonly metrics: "local" | "public" | "off";
  readonly logLevel: "debug" | "info" | "warning" | "error";
  readonly logFormat: "text" | "json";
}

/** What the command line asks for. */
export type Command =
  | { readonly kind: "serve"; readonly config: Config }
  | { readonly kind: "print"; readonly text: string };

/**
 * Reads the arguments of `main.ts`.
 *
 * @throws {StartError} with exit status 2 for an unknown flag or a bad value.
 */
export function parseCommand(args: readonly string[]): Command {
  const flags = readFlags(args);
  if (flags.has("help")) return { kind: "print", text: helpText(VERSION) };
  if (flags.has("version")) return { kind: "print", text: `parley ${VERSION}` };
  return { kind: "serve", config: Object.freeze(toConfig(new Values(flags))) };
}

function toConfig(values: Values): Config {
  const cert = values.optional("tls-cert");
  const key = values.optional("tls-key");
  if ((cert === undefined) !== (key === undefined)) {
    throw usage("Cannot start: --tls-cert and --tls-key belong together, and one is missing");
  }
  if (cert !== undefined && values.isOn("shield")) {
    throw usage(
      "Cannot start: --shield has no TLS; let a proxy do it, or leave one of the two out",
    );
  }
  const cluster = toCluster(values);
  const reusePort = values.isOn("reuse-port");
  if (reusePort && values.isOn("shield")) {
    throw usage("Cannot start: --reuse-port and --shield do not go together");
  }
  return {
    host: values.text("host"),
    port: values.integer("port", 0, 65_535),
    data: values.text("data"),
    history: values.integer("history", 1, 1000),
    title: values.text("title"),
    allowHosts: values.all("allow-host").map(toHost),
    allowOrigins: values.all("allow-origin").map(toOrigin),
    rate: values.number("rate", 0, 1_000_000),
    maxConnections: values.integer("max-connections", 1, 1_000_000),
    maxPerAddress: values.integer("max-per-address", 0, 1_000_000),
    trustProxy: values.isOn("trust-proxy"),
    tls: cert === undefined || key === undefined ? undefined : { cert, key },
    passwordFile: values.optional("password-file"),
    shield: values.isOn("shield"),
    cluster,
    reusePort,
    metrics: values.choice("metrics", ["local", "public", "off"]),
    logLevel: values.choice("log-level", ["debug", "info", "warning", "error"]),
    logFormat: values.choice("log-format", ["text", "json"]),
  };
}

function toCluster(values: Values): ClusterConfig | undefined {
  const servers = values.all("nats").map(toNatsUrl);
  if (servers.length > 0) {
    return {
      servers,
      credentials: values.optional("nats-creds"),
      replicas: values.integer("nats-replicas", 1, 5),
    };
  }
  for (const flag of ["nats-creds", "nats-replicas", "reuse-port"] as const) {
    // First of all, one without its value is told so.
    values.all(flag);
    if (values.isOn(flag)) throw usage(`Cannot start: --${flag} is for a cluster; give --nats too`);
  }
  return undefined;
}

function toNatsUrl(value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const isServer = url !== undefined && /^(nats|tls):$/.test(url.protocol) && url.hostname !== "" &&
    /^\/?$/.test(url.pathname) && url.search === "" && url.hash === "";
  if (!isServer) throw badValue("nats", value, "a server such as nats://nats.example.org:4222");
  if (url.username !== "" || url.password !== "") {
    throw usage("Cannot start: --nats must hold no password; --nats-creds names a file with one");
  }
  return `${url.protocol}//${url.host}`;
}

function toHost(value: string): string {
  if (value !== "*" && parseOrigin(`http://${value}`) === undefined) {
    throw badValue("allow-host", value, "a name such as chat.example.org, or *");
  }
  return value;
}

function toOrigin(value: string): string {
  const origin = parseOrigin(value);
  if (origin === undefined) {
    throw badValue("allow-origin", value, "an origin such as https://chat.example.org");
  }
  return origin;
}
