// Every flag: what it is when nobody gives it, what it may be, and the one line for what it may not be.

import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { type ClusterConfig, type Config, parseCommand, VERSION } from "../src/config.ts";
import { StartError } from "../src/errors.ts";

const DEFAULTS: Config = {
  host: "0.0.0.0",
  port: 8000,
  data: "data",
  history: 100,
  title: "Parley",
  allowHosts: [],
  allowOrigins: [],
  rate: 5,
  maxConnections: 10_000,
  maxPerAddress: 200,
  trustProxy: false,
  tls: undefined,
  passwordFile: undefined,
  shield: false,
  cluster: undefined,
  reusePort: false,
  metrics: "local",
  logLevel: "info",
  logFormat: "text",
};

Deno.test("parseCommand() without flags serves with the defaults", () => {
  assertEquals(parseConfig([]), DEFAULTS);
});

Deno.test("parseCommand() makes a config that nobody can change", () => {
  assert(Object.isFrozen(parseConfig([])));
});

function clusterOf(servers: string[]): ClusterConfig {
  return { servers, credentials: undefined, replicas: 1 };
}

/** Values that each flag takes, and what the config is then. */
const GOOD: [args: string[], config: Partial<Config>][] = [
  [["--host", "127.0.0.1"], { host: "127.0.0.1" }],
  [["--host", "::"], { host: "::" }],
  [["--port", "0"], { port: 0 }],
  [["--port=65535"], { port: 65_535 }],
  [["--data", "/srv/chat room"], { data: "/srv/chat room" }],
  [["--history", "1"], { history: 1 }],
  [["--history", "1000"], { history: 1000 }],
  [["--title", "Class 7b"], { title: "Class 7b" }],
  [["--title=--port"], { title: "--port" }],
  [["--title", "true"], { title: "true" }],
  [["--title", "007"], { title: "007" }],
  [["--allow-host", "chat.example.org"], { allowHosts: ["chat.example.org"] }],
  [["--allow-host", "a.b:8000", "--allow-host", "*"], { allowHosts: ["a.b:8000", "*"] }],
  [["--allow-host", "[2001:db8::1]"], { allowHosts: ["[2001:db8::1]"] }],
  [["--allow-origin", "https://A.example"], { allowOrigins: ["https://a.example"] }],
  [
    ["--allow-origin=http://a.example:80", "--allow-origin=https://b.example:8443"],
    { allowOrigins: ["http://a.example", "https://b.example:8443"] },
  ],
  [["--rate", "0"], { rate: 0 }],
  [["--rate", "0.5"], { rate: 0.5 }],
  [["--rate", "1000000"], { rate: 1_000_000 }],
  [["--max-connections", "1"], { maxConnections: 1 }],
  [["--max-per-address", "0"], { maxPerAddress: 0 }],
  [["--trust-proxy"], { trustProxy: true }],
  [["--shield"], { shield: true }],
  [["--password-file", "password"], { passwordFile: "password" }],
  [["--tls-cert", "c.pem", "--tls-key", "k.pem"], { tls: { cert: "c.pem", key: "k.pem" } }],
  [["--nats", "nats://a"], { cluster: clusterOf(["nats://a"]) }],
  [
    ["--nats", "tls://a.example:4223/", "--nats=tls://b", "--nats-creds", "a.creds"],
    { cluster: { ...clusterOf(["tls://a.example:4223", "tls://b"]), credentials: "a.creds" } },
  ],
  [["--nats=nats://[::1]:4222", "--nats-replicas=5"], {
    cluster: { ...clusterOf(["nats://[::1]:4222"]), replicas: 5 },
  }],
  [["--nats=nats://a", "--reuse-port"], { cluster: clusterOf(["nats://a"]), reusePort: true }],
  [["--metrics", "public"], { metrics: "public" }],
  [["--metrics", "off"], { metrics: "off" }],
  [["--log-level", "debug"], { logLevel: "debug" }],
  [["--log-level", "warning"], { logLevel: "warning" }],
  [["--log-level", "error"], { logLevel: "error" }],
  [["--log-format", "json"], { logFormat: "json" }],
];

for (const [args, config] of GOOD) {
  Deno.test(`parseCommand() takes ${args.join(" ")}`, () => {
    assertEquals(parseConfig(args), { ...DEFAULTS, ...config });
  });
}

/** The arguments, and what is said about them between "Cannot start: " and "; --help …". */
const BAD: [args: string[], reason: string][] = [
  ...["65536", "-1", "80.5", "1e3", "0x50", "http", " 80", "٨٠"].map(
    (value): [string[], string] => [
      [`--port=${value}`],
      `--port is "${value}", it must be a whole number from 0 to 65535`,
    ],
  ),
  [["--history", "0"], '--history is "0", it must be a whole number from 1 to 1000'],
  [["--history", "1001"], '--history is "1001", it must be a whole number from 1 to 1000'],
  [["--rate", "1e1"], '--rate is "1e1", it must be a number from 0 to 1000000'],
  [["--rate", "1000001"], '--rate is "1000001", it must be a number from 0 to 1000000'],
  [["--rate=-1"], '--rate is "-1", it must be a number from 0 to 1000000'],
  [["--rate", "Infinity"], '--rate is "Infinity", it must be a number from 0 to 1000000'],
  [
    ["--max-connections", "0"],
    '--max-connections is "0", it must be a whole number from 1 to 1000000',
  ],
  [
    ["--max-per-address", "many"],
    '--max-per-address is "many", it must be a whole number from 0 to 1000000',
  ],
  ...["nats.example.org", "ws://a", "nats://", "nats://a/b", "nats://a?b", "nats://a:99999"].map(
    (value): [string[], string] => [
      ["--nats", value],
      `--nats is "${value}", it must be a server such as nats://nats.example.org:4222`,
    ],
  ),
  [
    ["--nats=nats://ann:secret@a"],
    "--nats must hold no password; --nats-creds names a file with one",
  ],
  [["--nats-creds=a"], "--nats-creds is for a cluster; give --nats too"],
  [["--nats-replicas=3"], "--nats-replicas is for a cluster; give --nats too"],
  [["--reuse-port"], "--reuse-port is for a cluster; give --nats too"],
  [
    ["--nats=nats://a", "--nats-replicas=6"],
    '--nats-replicas is "6", it must be a whole number from 1 to 5',
  ],
  [
    ["--nats=nats://a", "--reuse-port", "--shield"],
    "--reuse-port and --shield do not go together",
  ],
  [["--metrics", "all"], '--metrics is "all", it must be one of local, public, off'],
  [
    ["--log-level", "warn"],
    '--log-level is "warn", it must be one of debug, info, warning, error',
  ],
  [["--log-format", "JSON"], '--log-format is "JSON", it must be one of text, json'],
  ...["*", "chat.example.org", "https://a.example/path", "ftp://a.example", "null"].map(
    (value): [string[], string] => [
      ["--allow-origin", value],
      `--allow-origin is "${value}", it must be an origin such as https://chat.example.org`,
    ],
  ),
  ...["https://chat.example.org", "chat.example.org/", "a b", "a@b"].map(
    (value): [string[], string] => [
      ["--allow-host", value],
      `--allow-host is "${value}", it must be a name such as chat.example.org, or *`,
    ],
  ),
  [["--trust-proxy=no"], "--trust-proxy takes no value"],
  [["--trust-proxy=0"], "--trust-proxy takes no value"],
  [["--trust-proxy", "false"], "--trust-proxy takes no value"],
  [["--help=port"], "--help takes no value"],
  [["--tls-cert", "c.pem"], "--tls-cert and --tls-key belong together, and one is missing"],
  [["--tls-key", "k.pem"], "--tls-cert and --tls-key belong together, and one is missing"],
  [
    ["--shield", "--tls-cert", "c.pem", "--tls-key", "k.pem"],
    "--shield has no TLS; let a proxy do it, or leave one of the two out",
  ],
  // No such flag.
  ...[
    "--nope",
    "--no-trust-proxy",
    "--Port",
    "---port",
    "-p",
    "--toString",
    "--__proto__",
    "--port.a=1",
  ].map((arg): [string[], string] => [[arg], `"${arg}" is no flag of this program`]),
  [["start"], '"start" is no flag of this program'],
  [["8001"], '"8001" is no flag of this program'],
  [["--port", "8001", "8002"], '"8002" is no flag of this program'],
  [["--title", "Class", "7b"], '"7b" is no flag of this program'],
  [["--", "--port", "8001"], '"--" is no flag of this program'],
  [["--port", "8001", "--"], '"--" is no flag of this program'],
  [["--nope", "--help"], '"--nope" is no flag of this program'],
  [["--data", ""], '"" is no flag of this program'],
  // Given twice.
  [["--port", "1", "--port", "1"], "--port was given 2 times"],
  [["--title=a", "--title", "b", "--title=c"], "--title was given 3 times"],
];

for (const [args, reason] of BAD) {
  Deno.test(`parseCommand() refuses ${args.join(" ")}`, () => assertUsage(args, reason));
}

Deno.test("parseCommand() misses the value of every flag that needs one", () => {
  for (const { name, value } of helpRows()) {
    if (value === undefined) continue;
    const reason = `--${name} needs a value`;
    for (const missing of [[`--${name}`], [`--${name}=`], [`--${name}`, " "]]) {
      assertUsage(missing, reason);
    }
    // What comes next is a flag, and no value that looks like one.
    assertUsage([`--${name}`, "--trust-proxy"], reason);
  }
});

Deno.test("parseCommand() explains every flag in --help, with its default", () => {
  const rows = helpRows();
  assertEquals(
    rows.map(({ name }) => name).sort(),
    [
      ...new Set([...GOOD.flatMap(([args]) => args)]
        .flatMap((arg) => /^--([\w-]+)/.exec(arg)?.[1] ?? [])),
      "help",
      "version",
    ].sort(),
  );
  for (const { line, standard } of rows) {
    assertMatch(line, /^ {2}--[a-z-]+( [A-Z]+)? {2,}\S.*\S$/);
    assert(line.length <= 100, line);
    if (standard !== undefined) {
      const defaults = [...Object.values(DEFAULTS), ...Object.values(clusterOf([]))];
      assert(defaults.map(String).includes(standard), line);
    }
  }
  assertStringIncludes(help(), "Usage: deno task start [flags]");
});

Deno.test("parseCommand() says the version", () => {
  assertEquals(parseCommand(["--version"]), { kind: "print", text: `parley ${VERSION}` });
});

Deno.test("parseCommand() prefers help to everything that is right", () => {
  assertEquals(parseCommand(["--port", "1", "--version", "--help"]), {
    kind: "print",
    text: help(),
  });
});

function parseConfig(args: string[]): Config {
  const command = parseCommand(args);
  assert(command.kind === "serve");
  return command.config;
}

function assertUsage(args: string[], reason: string): void {
  const error = assertThrows(() => parseCommand(args), StartError);
  assertEquals(error.message, `Cannot start: ${reason}; --help shows all flags`);
  assertEquals(error.exitStatus, 2);
}

function help(): string {
  const command = parseCommand(["--help"]);
  assert(command.kind === "print");
  return command.text;
}

/** The flags as --help lists them. */
function helpRows() {
  return help().split("\n").filter((line) => line.startsWith("  --")).map((line) => {
    const [, name = "", value] = /^ {2}--([a-z-]+)(?: ([A-Z]+))?/.exec(line) ?? [];
    return { line, name, value, standard: /\(default (.*)\)$/.exec(line)?.[1] };
  });
}
