// The terminal client as a program among programs: the real one, with pipes.

import { assertEquals, assertMatch } from "@std/assert";
import { LOCKED } from "./helpers/lock.ts";
import { CONSOLE, Program } from "./helpers/program.ts";
import { Scratch } from "./helpers/scratch.ts";
import { ServerProcess } from "./helpers/server_process.ts";
import { JsonClient } from "./helpers/ws_client.ts";

async function storedTexts(server: ServerProcess): Promise<string[]> {
  const response = await fetch(`${server.url}/messages.json`);
  const { messages } = await response.json() as { messages: { name: string; text: string }[] };
  return messages.map(({ name, text }) => `${name}: ${text}`);
}

/** Somebody else in the room. */
async function joined(server: ServerProcess, name = "Ben"): Promise<JsonClient> {
  const client = await JsonClient.open(server.url);
  await client.join(name);
  return client;
}

/** What the README gives for a cursor called `c`. */
const CURSOR = {
  permissions: ["--allow-net", "--allow-read=c,c.tmp", "--allow-write=c,c.tmp"],
};

Deno.test("Lines of the input are stored, in order, with exit status 0 and nothing printed", async () => {
  await using server = await ServerProcess.start();
  const input = "deployed\n\nПривет \\n\r\nlast without an end";
  const result = await Program.run(CONSOLE, ["ci", server.url], { input });
  assertEquals(result, { code: 0, stdout: [], stderr: [] });
  assertEquals(await storedTexts(server), [
    "ci: deployed",
    "ci: Привет \\n",
    "ci: last without an end",
  ]);
});

Deno.test("A program that has said its lines says goodbye, and is not taken for a line that was cut", async () => {
  await using server = await ServerProcess.start();
  await Program.run(CONSOLE, ["ci", server.url], { input: "deployed" });
  const { code, error } = await server.logged("disconnected");
  assertEquals([code, error], [1005, undefined]);
});

Deno.test("deno task client keeps standard output clean", async () => {
  await using server = await ServerProcess.start();
  const root = new URL("..", import.meta.url);
  const command = new Deno.Command(Deno.execPath(), {
    args: ["task", "client", "ci", server.url],
    cwd: root,
    stdin: "null",
  });
  const { code, stdout } = await command.output();
  assertEquals([code, stdout.length], [0, 0]);
});

Deno.test("The exit status is 1 when a line could not be stored, and the others are", async () => {
  await using server = await ServerProcess.start();
  const input = `one\n${"x".repeat(2001)}\ntwo\n`;
  const { code, stdout, stderr } = await Program.run(CONSOLE, ["ci", server.url], { input });
  assertEquals([code, stdout, stderr.length], [1, [], 1]);
  assertMatch(stderr[0] ?? "", /^parley: Cannot send.* 2000 /);
  assertEquals(await storedTexts(server), ["ci: one", "ci: two"]);
});

Deno.test("The exit status is 1 when the name is taken, with the free one", async () => {
  await using server = await ServerProcess.start();
  await using _ben = await joined(server, "ci");
  const { code, stdout, stderr } = await Program.run(CONSOLE, ["ci", server.url], { input: "x\n" });
  assertEquals([code, stdout, stderr.length], [1, [], 1]);
  assertMatch(stderr[0] ?? "", /^Cannot use this name: .*"ci-2" is free/);
});

Deno.test("The same name can be had again at once", async () => {
  await using server = await ServerProcess.start();
  for (const input of ["one\n", "two\n", "three\n"]) {
    assertEquals((await Program.run(CONSOLE, ["ci", server.url], { input })).code, 0);
  }
  assertEquals(await storedTexts(server), ["ci: one", "ci: two", "ci: three"]);
});

Deno.test("Messages of others are lines of the output, one's own are not", async () => {
  await using server = await ServerProcess.start();
  await using ben = await joined(server);
  await ben.say("said before");
  await using log = await Program.start(CONSOLE, ["log", server.url, "--follow"]);
  await ben.next("presence", ({ joined }) => joined.includes("log"));
  await log.write("mine\n");
  await ben.say("two\nlines, a \\ and \x1b[31m");
  await log.out.next();
  await ben.say("last");
  await log.out.next((line) => line === "Ben: last");
  log.kill("SIGTERM");
  assertEquals(await log.ended(), {
    code: 0,
    stdout: ["Ben: two\\nlines, a \\\\ and [31m", "Ben: last"],
    stderr: [],
  });
});

Deno.test("--json prints one object a line and reads objects with text and id", async () => {
  await using server = await ServerProcess.start();
  await using ben = await joined(server);
  await using bot = await Program.start(CONSOLE, ["bot", server.url, "--json", "--follow"]);
  await bot.write('{"text":"two\\nlines","id":"a1"}\nplain\n{"text":"twice","id":"a1"}\n');
  assertEquals((await ben.shown("a1")).text, "two\nlines");
  const said = await ben.say("{hello}");
  assertEquals(JSON.parse(await bot.out.next()), said);
  await bot.write("{broken\n");
  assertMatch(await bot.err.next(), /^parley: Cannot read a line of the input/);
  await bot.write('{"text":"end"}\n');
  await ben.next("messages", ({ messages }) => messages.some(({ text }) => text === "end"));
  bot.kill("SIGTERM");
  assertEquals((await bot.ended()).code, 1, "a line was not taken");
  assertEquals((await storedTexts(server)).filter((text) => text.startsWith("bot")), [
    "bot: two\nlines",
    "bot: plain",
    "bot: end",
  ]);
});

Deno.test("--since begins after that message, by its number or with its log", async () => {
  await using server = await ServerProcess.start();
  await using ben = await joined(server);
  for (const text of ["one", "two", "three"]) await ben.say(text);
  const after = ["Ben: two", "Ben: three"];
  const { log } = ben.welcome;
  for (const since of ["1", `${log}:1`]) {
    const result = await Program.run(CONSOLE, ["log", server.url, "--since", since]);
    assertEquals(result, { code: 0, stdout: after, stderr: [] });
  }
  const beyond = await Program.run(CONSOLE, ["log", server.url, "--since=99"]);
  assertEquals(beyond.stdout, [], "nothing is said after that yet");
  const other = await Program.run(CONSOLE, ["log", server.url, "--since=another:2"]);
  assertEquals(other.stdout, ["Ben: one", ...after], "another log begins anew");
});

Deno.test("--cursor goes on where the last run stopped, also the first", async () => {
  await using server = await ServerProcess.start();
  await using ben = await joined(server);
  await using scratch = await Scratch.make();
  const options = { ...CURSOR, directory: scratch.path };
  const run = async () =>
    (await Program.run(CONSOLE, ["log", server.url, "--cursor=c"], options)).stdout;
  await ben.say("before the first run");
  assertEquals(await run(), []);
  await ben.say("one");
  await ben.say("two");
  assertEquals(await run(), ["Ben: one", "Ben: two"]);
  assertEquals(await run(), []);
  assertEquals(scratch.names(), ["c"]);
});

Deno.test("--cursor goes on exactly over kill -9 of the client and of the server", async () => {
  await using server = await ServerProcess.start({ args: ["--rate=0"] });
  await using scratch = await Scratch.make();
  const options = { ...CURSOR, directory: scratch.path };
  const args = () => ["log", server.url, "--json", "--cursor=c", "--follow"];
  const read: string[] = [];
  for (let round = 0; round < 4; round++) {
    await using ben = await joined(server, `Ben${round}`);
    // The first run begins at the end of the log.
    if (round > 0) { for (let i = 0; i < 5; i++) await ben.say(`${round}.${i} missed`); }
    await using log = await Program.start(CONSOLE, args(), options);
    await ben.next("presence", ({ joined }) => joined.includes("log"));
    await ben.say(`${round} live`);
    await log.out.next((line) => JSON.parse(line).text === `${round} live`);
    log.kill("SIGKILL");
    const lines = (await log.ended()).stdout.map((line): string => JSON.parse(line).text);
    // The cursor is written after the line: what was printed last may be printed again.
    read.push(...lines.slice(lines[0] === read.at(-1) ? 1 : 0));
    await server.restart({ signal: "SIGKILL" });
  }
  const expected = [0, 1, 2, 3].flatMap((round) => [
    ...(round > 0 ? [0, 1, 2, 3, 4].map((i) => `${round}.${i} missed`) : []),
    `${round} live`,
  ]);
  assertEquals(read, expected);
});

Deno.test("SIGTERM and SIGINT end a run whose input is open, with exit status 0", async () => {
  await using server = await ServerProcess.start();
  await using ben = await joined(server);
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    await using log = await Program.start(CONSOLE, [signal, server.url]);
    await ben.next("presence", ({ joined }) => joined.includes(signal));
    log.kill(signal);
    assertEquals(await log.ended(), { code: 0, stdout: [], stderr: [] });
  }
});

Deno.test("An output that nobody reads any more ends it with the next message, quietly", async () => {
  await using server = await ServerProcess.start({ args: ["--rate=0"] });
  await using ben = await joined(server);
  await ben.say("one");
  const run = [...LOCKED, "--allow-net", CONSOLE];
  const pipeline = '{ "$0" run "$@"; echo "exit $?" >&2; } | head -n 1';
  const child = new Deno.Command("sh", {
    args: ["-c", pipeline, Deno.execPath(), ...run, "log", server.url, "--since=0", "--follow"],
    // Open, so that nothing but its output can end it.
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let isOver = false;
  const output = child.output().finally(() => isOver = true);
  while (!isOver) await ben.say("more");
  const { stdout, stderr } = await output;
  await child.stdin.close();
  const decoder = new TextDecoder();
  assertEquals([decoder.decode(stdout), decoder.decode(stderr)], ["Ben: one\n", "exit 0\n"]);
});

Deno.test("A server that is not there is said in one line when a place in its log is asked for", async () => {
  using free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${free.addr.port}`;
  free.close();
  const { code, stdout, stderr } = await Program.run(CONSOLE, ["log", url, "--since=1"]);
  assertEquals([code, stdout], [1, []]);
  assertEquals(stderr, [`Cannot reach "${url}": is the server running there?`]);
});

Deno.test("A place that is none is wrong usage", async () => {
  const { code, stdout, stderr } = await Program.run(CONSOLE, ["log", "--since=yesterday"]);
  assertEquals([code, stdout, stderr.length], [2, [], 1]);
  assertMatch(stderr[0] ?? "", /--since is "yesterday", it must be SEQ or LOG:SEQ/);
});

Deno.test("A cursor that is none, or may not be kept, ends it with one line", async () => {
  await using server = await ServerProcess.start();
  await using scratch = await Scratch.make();
  await Deno.writeTextFile(scratch.in("c"), "not a cursor\n");
  const args = ["log", server.url, "--cursor=c"];
  const options = { directory: scratch.path };
  const none = await Program.run(CONSOLE, args, { ...CURSOR, ...options });
  assertEquals([none.code, none.stderr.length], [1, 1]);
  assertMatch(none.stderr[0] ?? "", /^Cannot go on from "c": it holds no cursor/);
  const denied = await Program.run(CONSOLE, args, options);
  assertEquals([denied.code, denied.stderr.length], [1, 1]);
  assertMatch(denied.stderr[0] ?? "", /--allow-read and --allow-write/);
});
