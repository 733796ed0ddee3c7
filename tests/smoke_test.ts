// The whole program as people start it: its permissions, what it writes, what it says when it cannot
// start.

import { assertEquals, assertGreater, assertMatch, assertStringIncludes } from "@std/assert";
import { V8_FLAGS } from "../src/v8_flags.ts";
import { Scratch } from "./helpers/scratch.ts";
import { runToEnd, ServerProcess } from "./helpers/server_process.ts";
import { PERMISSIONS } from "./helpers/server_run.ts";
import { JsonClient } from "./helpers/ws_client.ts";

const isWindows = Deno.build.os === "windows";

Deno.test("security 38: main serves a complete page with the permissions of the start task", async () => {
  const task = JSON.parse(await Deno.readTextFile(new URL("../deno.json", import.meta.url)));
  // Whole: a flag that nobody thinks of, such as -A, may permit more than all that is looked for.
  assertEquals(
    task.tasks.start.command,
    `deno run --unstable-npm-lazy-caching ${V8_FLAGS} --lock=deno.lock --frozen ${
      PERMISSIONS.join(" ")
    } main.ts`,
  );

  await using server = await ServerProcess.start();
  const response = await fetch(server.url);
  const page = await response.text();

  assertEquals(response.status, 200);
  assertMatch(page, /^<!DOCTYPE html>/i);
  assertMatch(page, /<form[^>]* method="post"/);
  assertMatch(page, /<\/html>\s*$/);
  assertEquals(page.includes("{{"), false);
  for (const [, path] of page.matchAll(/ (?:src|href)="(\/[^"]+)"/g)) {
    const part = await fetch(new URL(path ?? "", server.url));
    assertEquals([path, part.status], [path, 200]);
    assertGreater((await part.text()).length, 0);
  }
});

Deno.test("main says where it listens in one event, with an address a browser can open", async () => {
  await using server = await ServerProcess.start({ args: ["--title=Class"] });
  const { level, url, version, data, messages } = server.started;
  assertEquals([level, data, messages], ["INFO", "data", 0]);
  assertEquals(url, `http://localhost:${server.port}`);
  assertMatch(String(version), /^\d+\.\d+\.\d+$/);
  assertStringIncludes(await (await fetch(String(url))).text(), "<title>Class</title>");
});

Deno.test("security 39: main writes to its data directory only, for its user alone", async () => {
  await using server = await ServerProcess.start();
  await using ann = await JsonClient.open(server.url);
  await ann.join("Ann");
  await ann.say("hello");

  const names = (path: string) => Array.from(Deno.readDirSync(path), ({ name }) => name).sort();
  assertEquals(names(server.directory), ["data"]);
  assertEquals(names(server.inData("")), ["lock", "messages.json"]);
  if (isWindows) return;
  const mode = (path: string) => ((Deno.statSync(path).mode ?? 0) & 0o777).toString(8);
  assertEquals(mode(server.inData("")), "700");
  assertEquals(mode(server.inData("lock")), "600");
  assertEquals(mode(server.inData("messages.json")), "600");
});

Deno.test("main --help prints every flag and its default, and ends well", async () => {
  const { code, stdout, stderr } = await runToEnd(["--help"]);
  assertEquals([code, stderr], [0, ""]);
  for (const flag of ["host", "port", "data", "history", "rate", "tls-cert", "log-format"]) {
    assertMatch(stdout, new RegExp(`^ +--${flag} `, "m"));
  }
  assertMatch(stdout, /--port N .*\(default 8000\)/);
});

Deno.test("main --version prints the version that the log and the metrics name", async () => {
  const { code, stdout, stderr } = await runToEnd(["--version"]);
  await using server = await ServerProcess.start();
  assertEquals([code, stderr], [0, ""]);
  assertEquals(stdout, `parley ${server.started.version}\n`);
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  assertStringIncludes(metrics, `chat_build_info{version="${server.started.version}"} 1`);
});

/** Holds that a start failed as it should: one line for people, the status, nothing else. */
async function assertRefuses(
  args: readonly string[],
  wanted: { code: number; says: RegExp; permissions?: string[]; directory?: string },
  launcher: readonly string[] = [],
): Promise<void> {
  const { code, stdout, stderr } = await runToEnd(["--port=0", ...args], {
    ...(wanted.permissions === undefined ? {} : { permissions: wanted.permissions }),
    ...(wanted.directory === undefined ? {} : { directory: wanted.directory }),
    launcher,
  });
  assertMatch(stderr, wanted.says);
  assertMatch(stderr, /^Cannot [^\n]+\n$/, "one line, and no stack");
  assertEquals([code, stdout], [wanted.code, ""]);
}

const WRONG_USAGE: [args: string[], says: RegExp][] = [
  [["--prot=1"], /"--prot=?1?" is no flag of this program/],
  [["extra"], /"extra" is no flag/],
  [["--history=0"], /--history is "0", it must be a whole number from 1 to 1000/],
  [["--rate=fast"], /--rate is "fast", it must be a number/],
  [["--metrics=me"], /--metrics is "me", it must be one of local, public, off/],
  [["--allow-origin=example.org"], /--allow-origin is "example\.org", it must be an origin/],
  [["--title="], /--title needs a value/],
  [["--history=1", "--history=2"], /--history was given 2 times/],
  [["--tls-cert=cert.pem"], /--tls-cert and --tls-key belong together/],
];

for (const [args, says] of WRONG_USAGE) {
  Deno.test(`main refuses ${args.join(" ")} as wrong usage`, async () => {
    await assertRefuses(args, { code: 2, says });
  });
}

Deno.test("main refuses a port in use", async () => {
  using other = Deno.listen({ hostname: "0.0.0.0", port: 0 });
  const { code, stdout, stderr } = await runToEnd([`--port=${other.addr.port}`]);
  assertMatch(stderr, /^Cannot listen on 0\.0\.0\.0:\d+: the port is in use[^\n]*--port\n$/);
  assertEquals([code, stdout], [1, ""]);
});

Deno.test("main refuses a data directory that is a file", async () => {
  await using scratch = await Scratch.make();
  await Deno.writeTextFile(scratch.in("data"), "");
  await assertRefuses([], { code: 1, says: /"data": it is no directory/, directory: scratch.path });
});

Deno.test({
  name: "main refuses a data directory that it may not write to",
  // Windows has no modes.
  ignore: isWindows,
  async fn() {
    await using scratch = await Scratch.make();
    await Deno.mkdir(scratch.in("data"), { mode: 0o500 });
    // For root no mode counts, unless it gives up the capability to pass over them.
    const launcher = Deno.uid() === 0
      ? ["setpriv", "--bounding-set=-dac_override", Deno.execPath()]
      : [];
    const says = /"data": this user may not read and write it/;
    await assertRefuses([], { code: 1, says, directory: scratch.path }, launcher);
  },
});

for (
  const [without, says] of [
    ["--allow-net", /Cannot listen on .*give it --allow-net/],
    ["--allow-read=data", /"data": Deno was not allowed to; give --allow-read/],
    ["--allow-write=data", /"data": Deno was not allowed to; give --allow-read and --allow-write/],
  ] as const
) {
  Deno.test(`security 38: main refuses to start without ${without}`, async () => {
    const permissions = PERMISSIONS.filter((permission) => permission !== without);
    await assertRefuses([], { code: 1, says, permissions });
  });
}

Deno.test("security 39: main refuses a second server on the same data, and the first goes on", async () => {
  await using server = await ServerProcess.start();
  const says = /another Parley is running on it/;
  await assertRefuses([], { code: 1, says, directory: server.directory });
  assertEquals(await (await fetch(`${server.url}/healthz`)).text(), "ok\n");
});

Deno.test("main refuses a certificate that is missing", async () => {
  const says = /Cannot read "cert\.pem": there is no such file in the data directory/;
  await assertRefuses(["--tls-cert=cert.pem", "--tls-key=key.pem"], { code: 1, says });
});

Deno.test("main refuses a certificate outside of the data directory", async () => {
  const args = ["--tls-cert=../cert.pem", "--tls-key=../key.pem"];
  await assertRefuses(args, { code: 1, says: /it must be in the data directory "data"/ });
});

Deno.test("main refuses a certificate that is none", async () => {
  await using scratch = await Scratch.make();
  await Deno.mkdir(scratch.in("data"));
  await Deno.writeTextFile(scratch.in("data/cert.pem"), "not a certificate\n");
  await Deno.writeTextFile(scratch.in("data/key.pem"), "not a key\n");
  const args = ["--tls-cert=cert.pem", "--tls-key=key.pem"];
  await assertRefuses(args, {
    code: 1,
    says: /the certificate or the key is not valid/,
    directory: scratch.path,
  });
});

Deno.test("main goes on when nobody reads its log any more", async () => {
  await using server = await ServerProcess.start();
  server.closeLog();
  await using ann = await JsonClient.open(server.url);
  await ann.join("Ann");
  assertEquals((await ann.say("hello")).seq, 1);
  assertEquals((await server.stop()).code, 0);
});
