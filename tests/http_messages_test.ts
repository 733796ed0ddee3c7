// The JSON that programs read and write over HTTP, on a real server.

import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { rawRequest } from "./helpers/raw_connection.ts";
import { ServerProcess } from "./helpers/server_process.ts";
import { JsonClient } from "./helpers/ws_client.ts";

interface Log {
  readonly version: number;
  readonly log: string;
  readonly messages: { seq: number; id: string; name: string; text: string; time: string }[];
}

async function getLog(server: ServerProcess, query = ""): Promise<Log> {
  return await (await fetch(`${server.url}/messages.json${query}`)).json();
}

async function post(
  server: ServerProcess,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Record<string, unknown>; headers: Headers }> {
  const response = await fetch(`${server.url}/messages`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** Says `count` things at once, with ids `m1`, `m2` and so on, and waits until all are stored. */
async function sayMany(server: ServerProcess, count: number): Promise<void> {
  await using ann = await JsonClient.open(server.url);
  await ann.join("Ann");
  for (let n = 1; n <= count; n++) ann.send({ type: "send", id: `m${n}`, text: `${n}` });
  await ann.shown(`m${count}`);
}

Deno.test("GET /messages.json has a log id and no messages before anything was said", async () => {
  await using server = await ServerProcess.start();
  const { version, log, messages } = await getLog(server);
  assertEquals([version, messages], [1, []]);
  assertMatch(log, /^[A-Za-z0-9_-]{22}$/);
});

Deno.test("GET /messages.json has the newest --history messages, oldest first", async () => {
  await using server = await ServerProcess.start({ args: ["--rate=0", "--history=3"] });
  await sayMany(server, 5);
  const { messages } = await getLog(server);
  assertEquals(messages.map(({ seq, text }) => [seq, text]), [[3, "3"], [4, "4"], [5, "5"]]);
  const [first] = messages;
  assertEquals(Object.keys(first ?? {}), ["seq", "id", "name", "text", "time"]);
  assertEquals(new Date(first?.time ?? "").toISOString(), first?.time);
});

Deno.test("GET /messages.json?since= has what followed, also beyond the history", async () => {
  await using server = await ServerProcess.start({ args: ["--rate=0", "--history=3"] });
  await sayMany(server, 1100);
  const seqs = async (since: string) =>
    (await getLog(server, `?since=${since}`)).messages.map(({ seq }) => seq);
  assertEquals(await seqs("1098"), [1099, 1100]);
  assertEquals(await seqs("1100"), []);
  assertEquals(await seqs("9007199254740991"), []);
  // At most 1000 in one answer; who wants more asks again.
  assertEquals(await seqs("0"), Array.from({ length: 1000 }, (_, i) => i + 1));
  assertEquals(await seqs("1000"), Array.from({ length: 100 }, (_, i) => i + 1001));
});

Deno.test("GET /messages.json?since= before what is kept has the whole history", async () => {
  await using server = await ServerProcess.start({ args: ["--rate=0", "--history=3"] });
  await sayMany(server, 9);
  await server.restart();
  const { messages } = await getLog(server, "?since=2");
  assertEquals(messages.map(({ seq }) => seq), [7, 8, 9]);
});

for (const since of ["", "x", "-1", "1.5", "1e3", "9007199254740992", "01x"]) {
  Deno.test(`security 19: GET /messages.json?since=${since} is a bad request`, async () => {
    await using server = await ServerProcess.start();
    const response = await fetch(`${server.url}/messages.json?since=${since}`);
    const { code } = await response.json();
    assertEquals([response.status, code], [400, "bad_request"]);
  });
}

Deno.test("GET /messages.json answers 304 until something is said", async () => {
  await using server = await ServerProcess.start();
  await post(server, { name: "Ann", text: "one" });
  const ask = (etag: string) =>
    rawRequest(server.port, { path: "/messages.json", headers: { "if-none-match": etag } });

  const etag = (await ask('"none"')).headers.get("etag") ?? "";
  const same = await ask(etag);
  await post(server, { name: "Ann", text: "two" });
  const changed = await ask(etag);

  assertEquals([same.status, same.body, same.headers.get("etag")], [304, "", etag]);
  assertEquals(changed.status, 200);
  assertNotEquals(changed.headers.get("etag"), etag);
});

Deno.test("POST /messages stores a message, answers 201 with it and shows it to everyone", async () => {
  await using server = await ServerProcess.start();
  await using reader = await JsonClient.open(server.url);
  const { status, body, headers } = await post(server, { name: "Ann", text: "hi", id: "a-1" });
  assertEquals([status, headers.get("content-type")], [201, "application/json; charset=utf-8"]);
  assertEquals([body.seq, body.id, body.name, body.text], [1, "a-1", "Ann", "hi"]);
  const shown = await reader.shown("a-1");
  assertEquals({ ...shown }, body);
  assertEquals((await getLog(server)).messages, [shown]);
});

Deno.test("POST /messages chooses an id when the sender does not", async () => {
  await using server = await ServerProcess.start();
  const first = await post(server, { name: "Ann", text: "hi" });
  const second = await post(server, { name: "Ann", text: "hi" });
  assertMatch(String(first.body.id), /^[A-Za-z0-9_-]{1,64}$/);
  assertNotEquals(first.body.id, second.body.id);
  assertEquals([first.status, second.status], [201, 201]);
});

Deno.test("POST /messages of a stored id answers 200 with what is stored, also after a restart", async () => {
  await using server = await ServerProcess.start();
  const first = await post(server, { name: "Ann", text: "hi", id: "a1" });
  const second = await post(server, { name: "Ann", text: "something else", id: "a1" });
  await server.restart();
  const third = await post(server, { name: "Ann", text: "hi", id: "a1" });
  assertEquals([first.status, second.status, third.status], [201, 200, 200]);
  assertEquals([second.body, third.body], [first.body, first.body]);
  assertEquals((await getLog(server)).messages.length, 1);
});

Deno.test("POST /messages of one id many times at once stores it once", async () => {
  await using server = await ServerProcess.start({ args: ["--rate=0"] });
  const draft = { name: "Ann", text: "hi", id: "a1" };
  const answers = await Promise.all(Array.from({ length: 30 }, () => post(server, draft)));
  const statuses = answers.map(({ status }) => status).sort();
  assertEquals(statuses, [...new Array(29).fill(200), 201]);
  assertEquals(new Set(answers.map(({ body }) => body.seq)), new Set([1]));
  assertEquals((await getLog(server)).messages.length, 1);
});

Deno.test("POST /messages proves a name with the key of a socket's join", async () => {
  await using server = await ServerProcess.start();
  await using ann = await JsonClient.open(server.url);
  const key = await ann.join("Ann");
  const draft = { name: "ANN", text: "hi" };

  const stranger = await post(server, draft);
  const wrongKey = await post(server, { ...draft, key: "A".repeat(22) });
  const owner = await post(server, { ...draft, key });

  assertEquals([stranger.status, stranger.body.code], [409, "name_taken"]);
  assertMatch(String(stranger.body.detail), /"ANN-2" is free/);
  assertEquals([wrongKey.status, wrongKey.body.code], [409, "name_taken"]);
  // The name is the one that was claimed, however its owner writes it today.
  assertEquals([owner.status, owner.body.name], [201, "Ann"]);
});

Deno.test("POST /messages without a key claims no name", async () => {
  await using server = await ServerProcess.start();
  assertEquals((await post(server, { name: "Ann", text: "hi" })).status, 201);
  await using ann = await JsonClient.open(server.url);
  await ann.join("Ann");
});

Deno.test("security 27: POST /messages is limited for an address, and says when to try again", async () => {
  await using server = await ServerProcess.start({ args: ["--rate=1"] });
  const statuses: number[] = [];
  let refused = await post(server, { name: "Ann", text: "hi" });
  while (refused.status === 201) {
    statuses.push(refused.status);
    refused = await post(server, { name: "Ann", text: "hi" });
  }
  // Four seconds' worth; more only if a second went by meanwhile.
  assertEquals(statuses.slice(0, 4), [201, 201, 201, 201]);
  assertEquals([refused.status, refused.body.code], [429, "rate_limited"]);
  assertMatch(refused.headers.get("retry-after") ?? "", /^[12]$/);
});

Deno.test("security 3: POST /messages from a page of another site is refused, from no browser taken", async () => {
  await using server = await ServerProcess.start();
  const foreign: Record<string, string>[] = [
    { origin: "http://evil.example" },
    { origin: "null" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
  ];
  const draft = { name: "Ann", text: "forged" };
  for (const headers of foreign) {
    const { status, body } = await post(server, draft, headers);
    assertEquals([headers, status, body.code], [headers, 403, "origin"]);
  }
  assertEquals((await post(server, draft, { origin: server.url })).status, 201);
  assertEquals((await post(server, draft)).status, 201);
});

const MALFORMED: [body: string, code: string][] = [
  ["", "bad_request"],
  ["null", "bad_request"],
  ["[]", "bad_request"],
  ['{"name":"Ann"}', "bad_request"],
  ['{"name":1,"text":"hi"}', "bad_request"],
  ['{"name":"Ann","text":"hi","id":"no spaces"}', "bad_request"],
  ['{"name":"Ann","text":"hi","id":""}', "bad_request"],
  ['{"name":"Ann","text":"hi","key":5}', "bad_request"],
  ['{"__proto__":{"name":"Ann","text":"hi"}}', "bad_request"],
  ["[".repeat(60_000), "bad_request"],
  ['{"name":" ","text":"hi"}', "name_invalid"],
  ['{"name":"a\\u202eb","text":"hi"}', "name_invalid"],
  [JSON.stringify({ name: "n".repeat(33), text: "hi" }), "name_invalid"],
  ['{"name":"Ann","text":" \\n "}', "text_invalid"],
  [JSON.stringify({ name: "Ann", text: "t".repeat(2001) }), "text_invalid"],
];

Deno.test("security 17: POST /messages refuses what is no message, and stores nothing of it", async () => {
  await using server = await ServerProcess.start();
  for (const [sent, wanted] of MALFORMED) {
    const { status, body } = await post(server, sent);
    assertEquals([sent.slice(0, 50), status, body.code], [sent.slice(0, 50), 400, wanted]);
  }
  assertEquals((await getLog(server)).messages, []);
});

Deno.test("POST /messages takes 2000 code points however they are written", async () => {
  await using server = await ServerProcess.start();
  const text = "\u{1F600}".repeat(2000);
  const escaped = "\\ud83d\\ude00".repeat(2000);
  const { status, body } = await post(server, `{"name":"Ann","text":"${escaped}"}`);
  assertEquals([status, body.text], [201, text]);
});

Deno.test("security 25: POST /messages stops reading a body that never says how long it is", async () => {
  await using server = await ServerProcess.start();
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(16 * 1024)),
  });
  const response = await fetch(`${server.url}/messages`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: endless,
  });
  assertEquals([response.status, (await response.json()).code], [413, "too_large"]);
});
