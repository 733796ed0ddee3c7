// The command line, and nothing else, decides how a server behaves. One table gives each flag its
// default, its meaning in --help and its check.

import { parseArgs } from "@std/cli/parse-args";
import { StartError } from "./errors.ts";
import { parseOrigin } from "./guard.ts";

/** The version of the program. */
export const VERSION = "0.1.0";

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
  readonly metrics: "local" | "public" | "off";
  readonly logLevel: "debug" | "info" | "warning" | "error";
  readonly logFormat: "text" | "json";
}

/** What the command line asks for. */
export type Command =
  | { readonly kind: "serve"; readonly config: Config }
  | { readonly kind: "print"; readonly text: string };

interface Flag {
  /** What stands for its value in the help; none is a switch. */
  readonly value?: string;
  readonly default?: string;
  readonly isRepeatable?: true;
  readonly help: string;
}

const FLAGS = {
  host: { value: "ADDRESS", default: "0.0.0.0", help: "address to listen on" },
  port: { value: "N", default: "8000", help: "port; 0 picks a free one, the log says which" },
  data: { value: "DIR", default: "data", help: "directory of everything that is written" },
  history: { value: "N", default: "100", help: "messages kept and shown, 1 to 1000" },
  title: { value: "TEXT", default: "Parley", help: "title of the page" },
  "allow-host": {
    value: "NAME",
    isRepeatable: true,
    help: 'further name this server answers to; "*" for any; may be repeated',
  },
  "allow-origin": {
    value: "ORIGIN",
    isRepeatable: true,
    help: "further origin whose pages may connect; may be repeated",
  },
  rate: { value: "N", default: "5", help: "messages a second for each client; 0 for no limit" },
  "max-connections": { value: "N", default: "10000", help: "sockets, all together" },
  "max-per-address": { value: "N", default: "200", help: "sockets an address; 0 for no limit" },
  "trust-proxy": { help: "believe X-Forwarded-For, -Proto and -Host (behind a proxy only)" },
  "tls-cert": { value: "FILE", help: "certificate chain (PEM) in the data directory" },
  "tls-key": { value: "FILE", help: "its private key (PEM) in the data directory" },
  "password-file": { value: "FILE", help: "file in the data directory with the room's password" },
  shield: { help: "let connections in through a front that ends hostile ones" },
  metrics: { value: "WHO", default: "local", help: "who may read /metrics: local, public or off" },
  "log-level": { value: "LEVEL", default: "info", help: "debug, info, warning or error" },
  "log-format": { value: "FORMAT", default: "text", help: "text or json" },
  help: { help: "show this" },
  version: { help: "show the version" },
} as const satisfies Record<string, Flag>;

type FlagName = keyof typeof FLAGS;

/**
 * Reads the arguments of `main.ts`.
 *
 * @throws {StartError} with exit status 2 for an unknown flag or a bad value.
 */
export function parseCommand(args: readonly string[]): Command {
  const flags = readFlags(args);
  if (flags.has("help")) return { kind: "print", text: helpText() };
  if (flags.has("version")) return { kind: "print", text: `parley ${VERSION}` };
  return { kind: "serve", config: Object.freeze(toConfig(new Values(flags))) };
}

function readFlags(args: readonly string[]): Map<string, string[]> {
  const entries: [string, Flag][] = Object.entries(FLAGS);
  const isSwitch = ([, flag]: [string, Flag]) => flag.value === undefined;
  const names = (list: [string, Flag][]) => list.map(([name]) => name);
  const switches = names(entries.filter(isSwitch));
  // The parser would take any value for "on", "no" too, and would not look at what follows a "--".
  args.forEach((arg, index) => {
    const [, name = "", value] = /^--([^=]+)(=.*)?$/s.exec(arg) ?? [];
    if (!switches.includes(name)) return;
    if (value !== undefined || /^(true|false)$/.test(args[index + 1] ?? "")) {
      throw usage(`Cannot start: --${name} takes no value`);
    }
  });
  const unknown: string[] = args.filter((arg) => arg === "--");
  const parsed = parseArgs(args, {
    boolean: switches,
    string: names(entries.filter((entry) => !isSwitch(entry))),
    collect: names(entries.filter((entry) => !isSwitch(entry))),
    unknown(arg) {
      unknown.push(arg);
      return false;
    },
  });
  if (unknown[0] !== undefined) {
    throw usage(`Cannot start: "${unknown[0]}" is no flag of this program`);
  }
  const flags = new Map<string, string[]>();
  for (const [name, { isRepeatable }] of entries) {
    const value = parsed[name];
    if (value === true) flags.set(name, []);
    if (!Array.isArray(value) || value.length === 0) continue;
    if (value.length > 1 && isRepeatable === undefined) {
      throw usage(`Cannot start: --${name} was given ${value.length} times`);
    }
    flags.set(name, value.map(String));
  }
  return flags;
}

function toConfig(values: Values): Config {
  const cert = values.optional("tls-cert");
  const key = values.optional("tls-key");
  if ((cert === undefined) !== (key === undefined)) {
    throw usage("Cannot start: --tls-cert and --tls-key belong together, and one is missing");
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
    metrics: values.choice("metrics", ["local", "public", "off"]),
    logLevel: values.choice("log-level", ["debug", "info", "warning", "error"]),
    logFormat: values.choice("log-format", ["text", "json"]),
  };
}

/** The flags as given, or their defaults, checked one by one. */
class Values {
  readonly #flags: ReadonlyMap<string, string[]>;

  constructor(flags: ReadonlyMap<string, string[]>) {
    this.#flags = flags;
  }

  isOn(name: FlagName): boolean {
    return this.#flags.has(name);
  }

  all(name: FlagName): string[] {
    const values = this.#flags.get(name) ?? [];
    if (values.some((value) => value.trim() === "")) {
      throw usage(`Cannot start: --${name} needs a value`);
    }
    return values;
  }

  optional(name: FlagName): string | undefined {
    return this.all(name)[0];
  }

  text(name: FlagName): string {
    const flag: Flag = FLAGS[name];
    return this.optional(name) ?? flag.default ?? "";
  }

  choice<T extends string>(name: FlagName, choices: readonly T[]): T {
    const value = this.text(name);
    const choice = choices.find((each) => each === value);
    if (choice === undefined) throw badValue(name, value, `one of ${choices.join(", ")}`);
    return choice;
  }

  integer(name: FlagName, min: number, max: number): number {
    const value = this.text(name);
    const number = /^\d+$/.test(value) ? Number(value) : NaN;
    if (!(number >= min && number <= max)) {
      throw badValue(name, value, `a whole number from ${min} to ${max}`);
    }
    return number;
  }

  number(name: FlagName, min: number, max: number): number {
    const value = this.text(name);
    const number = /^\d+(\.\d+)?$/.test(value) ? Number(value) : NaN;
    if (!(number >= min && number <= max)) {
      throw badValue(name, value, `a number from ${min} to ${max}`);
    }
    return number;
  }
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

function badValue(name: FlagName, value: string, wanted: string): StartError {
  return usage(`Cannot start: --${name} is "${value}", it must be ${wanted}`);
}

function usage(message: string): StartError {
  return new StartError(`${message}; --help shows all flags`, { exitStatus: 2 });
}

function helpText(): string {
  const rows = Object.entries<Flag>(FLAGS).map(([name, flag]) => {
    const left = `--${name}${flag.value === undefined ? "" : ` ${flag.value}`}`;
    const standard = flag.default === undefined ? "" : ` (default ${flag.default})`;
    return `  ${left.padEnd(24)} ${flag.help}${standard}`;
  });
  return `Parley ${VERSION}: a chat that one command starts and one JSON file keeps.

Usage: ${callLines()}

${rows.join("\n")}`;
}

function callLines(): string {
  // An executable is called by its own name, and is the terminal client too.
  if (!Deno.build.standalone) return "deno task start [flags]";
  return "parley [serve] [flags]\n       parley client NAME [URL] [flags]";
}
