// The log as it leaves the process: one event a line, in both forms, whatever a stranger chose.

import {
  assert,
  assertEquals,
  assertGreater,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { fromFileUrl } from "@std/path";
import { closeLog, type Log, type LogOptions, openLog } from "../src/log.ts";
import { CapturedOutput } from "./helpers/captured_output.ts";
import { LOCKED } from "./helpers/lock.ts";
import { ServerProcess } from "./helpers/server_process.ts";
import { JsonClient } from "./helpers/ws_client.ts";

/** What breaks lines, moves a terminal's cursor, or turns the order of writing. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;

const HOSTILE = [
  "Ann\n2026-11-21T22:48:56.000Z INF joined name=Bob",
  "Ann\r\n",
  "\u001b[2J\u001b[31m",
  "\u009b2J \u0085 \u007f \u0000",
  "\u2028\u2029",
  "\u202ennA\u2066",
  'Ann" admin="yes',
  "Ann admin=yes",
  "\\",
  "{name}",
  "",
  "\ud800",
];

Deno.test("openLog() writes an event as a line with its time, level and fields", async () => {
  const [line = ""] = await logged({ format: "text" }, (log) => {
    log.info("connected", { dialect: "json", address: "127.0.0.1", seconds: 1.5, closed: true });
  });
  assertMatch(line, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INF /);
  assertEquals(
    line.slice(24),
    " INF connected dialect=json address=127.0.0.1 seconds=1.5 closed=true",
  );
});

Deno.test("openLog() writes an event as a JSON line with its fields beside it", async () => {
  const [line = ""] = await logged({ format: "json" }, (log) => {
    log.warn("slow reader", { name: "Ann", skipped: 3 });
  });
  const { "@timestamp": time, ...event } = JSON.parse(line);
  assertEquals(new Date(time).toISOString(), time);
  assertEquals(event, {
    level: "WARN",
    message: "slow reader",
    logger: "parley",
    name: "Ann",
    skipped: 3,
  });
});

Deno.test("openLog() writes what is at least of the level", async () => {
  const levels = ["debug", "info", "warning", "error"] as const;
  for (const [index, level] of levels.entries()) {
    const lines = await logged({ format: "json", level }, (log) => {
      log.debug("debug");
      log.info("info");
      log.warn("warning");
      log.error("error");
    });
    assertEquals(lines.map((line) => JSON.parse(line).message), levels.slice(index));
  }
});

for (const format of ["text", "json"] as const) {
  Deno.test(`security 36: openLog() keeps one event on one line of printable characters, as ${format}`, async () => {
    const lines = await logged({ format }, (log) => {
      for (const name of HOSTILE) log.info("joined", { name });
      for (const name of HOSTILE) log.error("fault", { error: new Error(name), stack: name });
    });
    assertEquals(lines.length, 2 * HOSTILE.length);
    for (const line of lines) assert(!UNPRINTABLE.test(line), JSON.stringify(line));
  });
}

Deno.test("openLog() says in JSON exactly what was said to it", async () => {
  const lines = await logged({ format: "json" }, (log) => {
    for (const name of HOSTILE) log.info("joined", { name });
  });
  assertEquals(lines.map((line) => JSON.parse(line).name), HOSTILE);
});

Deno.test("openLog() lets no value look like another field", async () => {
  const lines = await logged({ format: "text" }, (log) => {
    for (const name of HOSTILE) log.info("joined", { name, last: 1 });
  });
  for (const [index, line] of lines.entries()) {
    const [, quoted = ""] = /^\S+ INF joined name=("(?:[^"\\]|\\.)*") last=1$/.exec(line) ?? [];
    assertEquals(JSON.parse(quoted), HOSTILE[index]);
  }
});

Deno.test("openLog() writes an error with its kind and reason, in both forms", async () => {
  const error = new TypeError("why\nnot");
  const [text = ""] = await logged({ format: "text" }, (log) => log.error("fault", { error }));
  assertEquals(text.slice(24), ' ERR fault error="TypeError: why\\nnot"');
  const [json = ""] = await logged({ format: "json" }, (log) => log.error("fault", { error }));
  const event = JSON.parse(json);
  assertEquals([event.error.name, event.error.message], ["TypeError", "why\nnot"]);
});

Deno.test("openLog() writes whole lines when the system takes a byte at a time", async () => {
  const lines = await logged({ format: "text" }, (log, output) => {
    output.maxWriteBytes = 1;
    log.info("joined", { name: "Zoë" });
  });
  assertEquals(lines.map((line) => line.slice(24)), [' INF joined name="Zoë"']);
});

Deno.test("closeLog() leaves no line behind", async () => {
  const lines = await logged({ format: "text" }, (log) => {
    for (let i = 0; i < 1000; i++) log.info("joined", { i });
  });
  assertEquals(lines.length, 1000);
});

Deno.test("openLog() tells how many lines nobody will read", async () => {
  let dropped = 0;
  const options = { format: "text", dropped: (lines: number) => dropped += lines } as const;
  const lines = await logged(options, (log, output) => {
    output.failure = new Deno.errors.BrokenPipe("Broken pipe (os error 32)");
    log.info("joined");
    log.info("left");
  });
  assertEquals([lines, dropped], [[], 2]);
});

Deno.test("A log whose reader is gone does not end the process", async () => {
  const code = `
    import { openLog } from "${new URL("../src/log.ts", import.meta.url)}";
    const log = await openLog({ level: "info", format: "text", dropped() {} });
    for await (const _ of Deno.stdin.readable) for (let i = 0; i < 1000; i++) log.info("joined");
    Deno.stderr.writeSync(new TextEncoder().encode("still here"));`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", ...LOCKED, code],
    cwd: fromFileUrl(new URL("..", import.meta.url)),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  await child.stdout.cancel();
  await new Blob(["go"]).stream().pipeTo(child.stdin);
  const stderr = await new Response(child.stderr).text();
  assertEquals([stderr, (await child.status).code], ["still here", 0]);
});

Deno.test("security 36: The log of a server at work holds no text of a message and no key", async () => {
  await using server = await ServerProcess.start({ args: ["--log-level", "debug", "--rate", "1"] });
  const secret = "do not tell anybody";
  await using client = await JsonClient.open(server.url);
  const key = await client.join("Ann");
  await client.say(secret);
  // Refusals too: over the rate, too long, no JSON, a name that is taken, a key that is wrong.
  for (let i = 0; i < 5; i++) client.send({ type: "send", id: `id-${i}`, text: secret });
  client.send({ type: "send", id: "long", text: secret.repeat(200) });
  client.send(`{"type":"send","text":"${secret}`);
  client.send({ type: "join", name: "Ann", key: "another-key-of-22-char" });
  await client.sync();
  const posts: BodyInit[] = [
    JSON.stringify({ name: "Ann", text: secret, key }),
    JSON.stringify({ name: "Ann", text: secret, key: "another-key-of-22-char" }),
    `{"name":"Ann","text":"${secret}`,
  ];
  for (const body of posts) {
    const headers = { "content-type": "application/json" };
    const post = await fetch(`${server.url}/messages`, { method: "POST", body, headers });
    await post.body?.cancel();
  }
  const body = new URLSearchParams({ name: "Bob", text: secret });
  const page = await fetch(server.url, { method: "POST", body, headers: { origin: server.url } });
  await page.body?.cancel();
  const cookies = page.headers.getSetCookie().join("\n");
  const cookieKey = /^parley_key=([\w-]{22});/m.exec(cookies)?.[1];
  await client.close();
  await server.stop();

  const log = JSON.stringify(server.logs);
  assertStringIncludes(log, '"message":"joined"');
  assertStringIncludes(log, '"code":"name_taken"');
  assertStringIncludes(log, '"message":"http request"');
  for (const hidden of ["anybody", key, "another-key", cookieKey]) {
    assert(hidden !== undefined && !log.includes(hidden), `the log holds ${hidden}`);
  }
});

/** The lines that come out while `run` logs. */
async function logged(
  options: Partial<LogOptions>,
  run: (log: Log, output: CapturedOutput) => void,
): Promise<string[]> {
  using output = new CapturedOutput();
  const defaults = { level: "info", format: "text", dropped: () => {} } as const;
  const log = await openLog({ ...defaults, ...options });
  try {
    run(log, output);
  } finally {
    await closeLog();
  }
  assertGreater(output.writes, 0);
  return output.lines;
}
