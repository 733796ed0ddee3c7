// What the server finds when it starts: any file, and another server.

import { assert, assertEquals, assertLess, assertMatch } from "@std/assert";
import type { Message } from "../../src/message.ts";
import { encodeFile } from "../../src/messages_file.ts";
import { Scratch } from "../helpers/scratch.ts";
import { runToEnd, ServerProcess } from "../helpers/server_process.ts";
import { storedRange } from "../helpers/stored_messages.ts";
import type { Fault, Outcome, Scale } from "./fault.ts";

/** The longest that a start may take, whatever it finds. */
const MAX_START_MS = 3_000;

/** The longest that it may take to look through 60 MB for messages, once, on a busy machine. */
const MAX_MENDING_MS = 15_000;

const WHOLE = encodeFile({ log: "log", messages: storedRange(1, 3) });
const [FIRST = ""] = storedRange(1, 1).map(({ json }) => json);

/** For root no mode counts, unless it gives up the capabilities to pass over them. */
const WITHOUT_PRIVILEGE = Deno.build.os === "linux" && Deno.uid() === 0
  ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search", Deno.execPath()]
  : [Deno.execPath()];

/** Something in the place of the file; what a text holds, or how it is made. */
interface Bad {
  readonly what: string;
  readonly put: string | ((path: string) => Promise<void>);
  /** Too slow or too like another for the quick half. */
  readonly isLong?: true;
  /** @default {MAX_START_MS} */
  readonly maxMs?: number;
  /** It cannot be mended: the start is refused, with a line that matches. */
  readonly refused?: RegExp;
}

const BAD: readonly Bad[] = [
  { what: "empty", put: "" },
  { what: "{", put: "{", isLong: true },
  { what: "half", put: WHOLE.slice(0, WHOLE.length / 2) },
  { what: "NUL bytes", put: "\0".repeat(WHOLE.length), isLong: true },
  { what: "BOM", put: `\ufeff${WHOLE}`, isLong: true },
  { what: "UTF-16", put: (path) => Deno.writeFile(path, toUtf16(WHOLE)) },
  { what: "null", put: "null", isLong: true },
  { what: "{}", put: "{}", isLong: true },
  { what: "[1]", put: "[1]", isLong: true },
  { what: "wrong types", put: WHOLE.replaceAll('"seq":', '"seq":"x",'), isLong: true },
  { what: "a number twice", put: WHOLE.replace('"seq":2', '"seq":1'), isLong: true },
  { what: "a key `__proto__`", put: WHOLE.replace("{", '{"__proto__":{"a":1},'), isLong: true },
  {
    what: "10^6 messages without an end",
    put: `[${`${FIRST},\n`.repeat(1e6)}`.slice(0, 60e6),
    isLong: true,
    maxMs: MAX_MENDING_MS,
  },
  { what: "200 MB", put: (path) => writeZeros(path, 200e6), refused: /larger than/ },
  { what: "a directory", put: (path) => Deno.mkdir(path), refused: /directory/ },
  {
    what: "a symbolic link",
    put: (path) => Deno.symlink("/etc/hostname", path),
    refused: /symbolic link/,
  },
  {
    what: "a file that may not be read",
    put: (path) => Deno.writeTextFile(path, WHOLE, { mode: 0 }),
    refused: /may not read and write it/,
  },
  { what: "a FIFO", put: makeFifo, refused: /no plain file/ },
];

/** Faults of the start. */
export const START_FAULTS: readonly Fault[] = [
  {
    number: 8,
    title: "whatever is in the place of the file, the start is quick and nothing is destroyed",
    missing: () =>
      Promise.resolve(Deno.build.os === "windows" ? "needs links and FIFOs" : undefined),
    run: startOnAll,
  },
  {
    number: 11,
    title: "of many servers on one data directory one runs, and the others say why not",
    run: startMany,
  },
];

async function startOnAll(scale: Scale): Promise<Outcome> {
  const all = BAD.filter(({ isLong }) => scale === "long" || !isLong);
  let slowest = { what: "", ms: 0 };
  for (const bad of all) {
    await using scratch = await Scratch.make();
    await Deno.mkdir(scratch.in("data"));
    const path = scratch.in("data/messages.json");
    if (typeof bad.put === "string") await Deno.writeTextFile(path, bad.put);
    else await bad.put(path);
    const startedAt = performance.now();
    if (bad.refused === undefined) await assertMends(scratch, bad);
    else await assertRefuses(scratch, bad.refused);
    const ms = performance.now() - startedAt;
    assertLess(ms, bad.maxMs ?? MAX_START_MS, `${bad.what} took ${ms} ms`);
    if (ms > slowest.ms) slowest = { what: bad.what, ms };
  }
  const names = all.map(({ what }) => what).join(", ");
  return {
    rounds: all.length,
    checked: `${names}; slowest (${slowest.what}) ${slowest.ms.toFixed(0)} ms`,
  };
}

/** It starts with a new log, keeps the damaged file as it was, and stores what is said. */
async function assertMends(scratch: Scratch, { what, put }: Bad): Promise<void> {
  const before = await Deno.readFile(scratch.in("data/messages.json"));
  await using server = await ServerProcess.start({ directory: scratch.path });
  const said = await fetch(`${server.url}/messages`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "Ann", text: "hello", id: "after" }),
  });
  assertEquals(said.status, 201);
  await said.body?.cancel();
  const page = await (await fetch(`${server.url}/messages.json`)).json();
  assertEquals(page.messages.at(-1).id, "after");
  page.messages.forEach(({ seq }: Message, i: number) => {
    assertEquals(seq, page.messages[0].seq + i, what);
  });
  const [copy] = scratch.names("data").filter((name) => name.includes(".corrupt-"));
  // A BOM and an unknown key are no damage that anybody could have been shown otherwise.
  if (copy === undefined) {
    assertEquals(page.log, "log");
    return assert(typeof put === "string" && put.includes(WHOLE.slice(1, -2)), what);
  }
  assertEquals(await Deno.readFile(scratch.in(`data/${copy}`)), before, what);
  assert(page.log !== "log", what);
}

async function assertRefuses(scratch: Scratch, says: RegExp): Promise<void> {
  const before = await Deno.lstat(scratch.in("data/messages.json"));
  const { code, stdout, stderr } = await runToEnd(["--port=0"], {
    directory: scratch.path,
    launcher: WITHOUT_PRIVILEGE,
  });
  assertEquals([code, stdout], [1, ""]);
  assertMatch(stderr, /^Cannot [^\n]+\n$/);
  assertMatch(stderr, says);
  const after = await Deno.lstat(scratch.in("data/messages.json"));
  assertEquals([after.ino, after.size], [before.ino, before.size]);
}

async function startMany(scale: Scale): Promise<Outcome> {
  const rounds = scale === "quick" ? 1 : 10;
  const rivals = scale === "quick" ? 3 : 6;
  for (let round = 0; round < rounds; round++) {
    await using server = await ServerProcess.start();
    const ends = await Promise.all(
      Array.from({ length: rivals }, () => runToEnd(["--port=0"], { directory: server.directory })),
    );
    for (const { code, stderr } of ends) {
      assertEquals(code, 1);
      assertMatch(stderr, /^Cannot [^\n]+another Parley is running on it[^\n]*\n$/);
    }
    assertEquals(await fetch(`${server.url}/healthz`).then((each) => each.text()), "ok\n");
  }
  return { rounds, checked: `${rivals} more at once: exit 1 with one line, the first unharmed` };
}

function toUtf16(text: string): Uint8Array {
  const units = Uint16Array.from(`\ufeff${text}`, (character) => character.charCodeAt(0));
  return new Uint8Array(units.buffer);
}

async function writeZeros(path: string, bytes: number): Promise<void> {
  await Deno.writeFile(path, new Uint8Array());
  await Deno.truncate(path, bytes);
}

async function makeFifo(path: string): Promise<void> {
  const { success } = await new Deno.Command("mkfifo", { args: [path] }).output();
  assert(success, "mkfifo");
}
