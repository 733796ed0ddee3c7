// The flags of the command line: one table of what there is, with its default and its line in --help, and
// how it is read. What the values mean, the config says.

import { parseArgs } from "@std/cli/parse-args";
import { StartError } from "./errors.ts";

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
  nats: {
    value: "URL",
    isRepeatable: true,
    help: "be a node of a cluster on NATS, nats:// or tls://; may be repeated",
  },
  "nats-creds": { value: "FILE", help: "credentials (.creds) for NATS in the data directory" },
  "nats-replicas": {
    value: "N",
    default: "1",
    help: "copies of the log in NATS, 1 to 5",
  },
  "reuse-port": { help: "share the port with other nodes on this machine" },
  metrics: { value: "WHO", default: "local", help: "who may read /metrics: local, public or off" },
  "log-level": { value: "LEVEL", default: "info", help: "debug, info, warning or error" },
  "log-format": { value: "FORMAT", default: "text", help: "text or json" },
  help: { help: "show this" },
  version: { help: "show the version" },
} as const satisfies Record<string, Flag>;

/** The name of a flag, without its dashes. */
export type FlagName = keyof typeof FLAGS;

/**
 * The flags that were given, with their values.
 *
 * @throws {StartError} with exit status 2 for one that is unknown, or given twice, or lacks its value.
 */
export function readFlags(args: readonly string[]): Map<string, string[]> {
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

/** The flags as given, or their defaults, checked one by one. */
export class Values {
  readonly #flags: ReadonlyMap<string, string[]>;

  constructor(flags: ReadonlyMap<string, string[]>) {
    this.#flags = flags;
  }

  /** Whether a switch is on. */
  isOn(name: FlagName): boolean {
    return this.#flags.has(name);
  }

  /** Every value of a flag that may be repeated; none is an empty list. */
  all(name: FlagName): string[] {
    const values = this.#flags.get(name) ?? [];
    if (values.some((value) => value.trim() === "")) {
      throw usage(`Cannot start: --${name} needs a value`);
    }
    return values;
  }

  /** The value of a flag, if it was given. */
  optional(name: FlagName): string | undefined {
    return this.all(name)[0];
  }

  /** The value of a flag, or its default. */
  text(name: FlagName): string {
    const flag: Flag = FLAGS[name];
    return this.optional(name) ?? flag.default ?? "";
  }

  /** One of `choices`. */
  choice<T extends string>(name: FlagName, choices: readonly T[]): T {
    const value = this.text(name);
    const choice = choices.find((each) => each === value);
    if (choice === undefined) throw badValue(name, value, `one of ${choices.join(", ")}`);
    return choice;
  }

  /** A whole number from `min` to `max`. */
  integer(name: FlagName, min: number, max: number): number {
    const value = this.text(name);
    const number = /^\d+$/.test(value) ? Number(value) : NaN;
    if (!(number >= min && number <= max)) {
      throw badValue(name, value, `a whole number from ${min} to ${max}`);
    }
    return number;
  }

  /** A number from `min` to `max`, with or without decimals. */
  number(name: FlagName, min: number, max: number): number {
    const value = this.text(name);
    const number = /^\d+(\.\d+)?$/.test(value) ? Number(value) : NaN;
    if (!(number >= min && number <= max)) {
      throw badValue(name, value, `a number from ${min} to ${max}`);
    }
    return number;
  }
}

/** The refusal of a value. */
export function badValue(name: FlagName, value: string, wanted: string): StartError {
  return usage(`Cannot start: --${name} is "${value}", it must be ${wanted}`);
}

/** The refusal of what was given. */
export function usage(message: string): StartError {
  return new StartError(`${message}; --help shows all flags`, { exitStatus: 2 });
}

/** What --help shows. */
export function helpText(version: string): string {
  const rows = Object.entries<Flag>(FLAGS).map(([name, flag]) => {
    const left = `--${name}${flag.value === undefined ? "" : ` ${flag.value}`}`;
    const standard = flag.default === undefined ? "" : ` (default ${flag.default})`;
    return `  ${left.padEnd(24)} ${flag.help}${standard}`;
  });
  return `Parley ${version}: a chat that one command starts and one JSON file keeps.

Usage: ${callLines()}

${rows.join("\n")}`;
}

function callLines(): string {
  // An executable is called by its own name, and is the terminal client too.
  if (!Deno.build.standalone) return "deno task start [flags]";
  return "parley [serve] [flags]\n       parley client NAME [URL...] [flags]";
}
