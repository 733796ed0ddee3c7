// A room with a password, as strangers and members find it: a real server, real sockets.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type RawHead, rawRequest } from "./helpers/raw_connection.ts";
import { HANDSHAKE, RawWebSocket } from "./helpers/raw_ws.ts";
import { runToEnd, ServerProcess } from "./helpers/server_process.ts";
import { Scratch } from "./helpers/scratch.ts";
import { JsonClient } from "./helpers/ws_client.ts";

const SECRET = "open sésame";
/** In a header of `fetch` and of a socket: UTF-8, one character a byte. */
const BEARER = `Bearer ${String.fromCharCode(...new TextEncoder().encode(SECRET))}`;
/** In a header that is written by hand, which is written in UTF-8. */
const RAW_BEARER = `Bearer ${SECRET}`;
const WRONG = { authorization: "Bearer wrong" };
const JSON_TYPE = { "content-type": "application/json" };
const FORM_TYPE = { "content-type": "application/x-www-form-urlencoded" };
const POST = '{"name":"Mallory","text":"let me in"}';

async function start(args: readonly string[] = []): Promise<ServerProcess> {
  return await ServerProcess.start({
    args: ["--password-file=data/password", "--rate=0", ...args],
    files: { password: `${SECRET}\n` },
  });
}

/** Says something as a member. */
async function say(server: ServerProcess, name: string, text: string): Promise<void> {
  const answer = await fetch(`${server.url}/messages`, {
    method: "POST",
    headers: { ...JSON_TYPE, authorization: BEARER },
    body: JSON.stringify({ name, text }),
  });
  assertEquals(answer.status, 201, await answer.text());
}

async function logIn(server: ServerProcess, password = SECRET): Promise<Response> {
  return await fetch(`${server.url}/login`, {
    method: "POST",
    body: new URLSearchParams({ password }),
    redirect: "manual",
  });
}

/** The cookie that the page gives for the password. */
async function cookieOf(server: ServerProcess): Promise<string> {
  const answer = await logIn(server);
  assertEquals([answer.status, await answer.text()], [303, ""]);
  return answer.headers.getSetCookie()[0]?.split(";")[0] ?? "";
}

const CLOSED: (RawHead & { body?: string })[] = [
  { path: "/" },
  { path: "/?lang=ru" },
  { path: "/messages.json" },
  { path: "/messages.json?since=0" },
  { path: "/messages.json", headers: { "if-none-match": "*" } },
  { path: "/ws" },
  { path: "/ws", headers: HANDSHAKE },
  { path: "/ws?name=Mallory&history=100", headers: HANDSHAKE },
  { path: "/ws", headers: { ...HANDSHAKE, "sec-websocket-protocol": "parley.v1" } },
  { method: "POST", path: "/", headers: FORM_TYPE, body: "name=Mallory&text=in" },
  { method: "POST", path: "/messages", headers: JSON_TYPE, body: POST },
  { method: "POST", path: "/messages", headers: JSON_TYPE, body: "{" },
  { method: "DELETE", path: "/messages.json" },
  { method: "OPTIONS", path: "/messages" },
  { path: "/no-such-page" },
  { path: "//" },
  { path: "/login/" },
  { path: "/app.js/../messages.json" },
  { path: "/%6dessages.json" },
  { path: "/style.css;/../" },
];

Deno.test("A room with a password answers strangers 401 on every way to its words", async () => {
  await using server = await start();
  await say(server, "Quentin", "the eagle has landed");
  await using member = await JsonClient.open(server.url, { headers: { authorization: BEARER } });
  await member.join("Zebulon");
  for (const request of CLOSED) {
    const isPlain = request.method === undefined && request.headers === undefined;
    for (const method of isPlain ? ["GET", "HEAD"] : [request.method ?? "GET"]) {
      const answer = await rawRequest(server.port, { ...request, method });
      const what = `${method} ${request.path}`;
      assertEquals(answer.status, 401, what);
      assertMatch(answer.headers.get("www-authenticate") ?? "", /^Bearer /, what);
      assertEquals(answer.headers.get("cache-control"), "no-store", what);
      assertEquals(answer.headers.get("etag"), null, what);
      const all = [...answer.headers.values(), answer.body].join("\n");
      assertEquals(/Quentin|eagle|Zebulon|sésame/.test(all), false, what);
    }
  }
  await member.sync();
  assertEquals(member.messages.map(({ text }) => text), ["the eagle has landed"]);
});

Deno.test("A room with a password shows strangers nothing on the ways that are open", async () => {
  await using server = await start();
  await say(server, "Quentin", "the eagle has landed");
  await using member = await JsonClient.open(server.url, { headers: { authorization: BEARER } });
  await member.join("Zebulon");
  const open = ["/healthz", "/metrics", "/app.js", "/style.css", "/icon.svg"];
  for (const path of [...open, "/icon-unread.svg", "/manifest.webmanifest"]) {
    for (const method of ["GET", "HEAD"]) {
      const answer = await rawRequest(server.port, { method, path });
      assertEquals(answer.status, 200, path);
      assertEquals(/Quentin|eagle|Zebulon|sésame/.test(answer.body), false, path);
    }
  }
  const login = await rawRequest(server.port, { path: "/login" });
  assertEquals([login.status, login.headers.get("location")], [303, "/"]);
});

Deno.test("A room with a password lets in by cookie and by Bearer on every way", async () => {
  await using server = await start();
  for (const headers of [{ cookie: await cookieOf(server) }, { authorization: RAW_BEARER }]) {
    const ask = (request: RawHead & { body?: string }) =>
      rawRequest(server.port, { ...request, headers: { ...request.headers, ...headers } });
    assertEquals((await ask({ path: "/" })).status, 200);
    assertEquals((await ask({ method: "HEAD", path: "/" })).status, 200);
    assertEquals((await ask({ path: "/messages.json" })).status, 200);
    const form = { method: "POST", path: "/", headers: FORM_TYPE, body: "name=Ann&text=hi" };
    assertEquals((await ask(form)).status, 200);
    const json = { method: "POST", path: "/messages", headers: JSON_TYPE, body: POST };
    assertEquals((await ask(json)).status, 201);
    assertEquals((await ask({ path: "/no-such-page" })).status, 404);
    using socket = await RawWebSocket.open(server.port, { headers });
    assertEquals(socket.answer.status, 101);
  }
});

Deno.test("A person without the password gets a page, a program a problem", async () => {
  await using server = await start();
  const page = await rawRequest(server.port, { path: "/" });
  assertEquals(page.headers.get("content-type"), "text/html; charset=utf-8");
  const form = { method: "POST", path: "/", headers: FORM_TYPE, body: "name=Ann&text=hi" };
  assertStringIncludes((await rawRequest(server.port, form)).body, 'type="password"');
  const problem = await rawRequest(server.port, { path: "/messages.json" });
  assertEquals(problem.headers.get("content-type"), "application/problem+json");
  assertEquals(JSON.parse(problem.body).code, "unauthorized");
});

Deno.test("A cookie survives a restart and ends with a change of the password", async () => {
  await using server = await start();
  const cookie = await cookieOf(server);
  const status = async () =>
    (await rawRequest(server.port, { path: "/messages.json", headers: { cookie } })).status;
  assertEquals(await status(), 200);
  await server.restart();
  assertEquals(await status(), 200);
  await server.stop();
  await Deno.writeTextFile(server.inData("password"), "another");
  await server.restart();
  assertEquals(await status(), 401);
});

Deno.test("A socket of the old password ends with it, and does not come back", async () => {
  await using server = await start();
  const headers = { authorization: BEARER, cookie: await cookieOf(server) };
  const member = await JsonClient.open(server.url, { headers });
  await Deno.writeTextFile(server.inData("password"), "another");
  await server.restart({ keepPort: true });
  assertEquals((await member.closed).code, 1001);
  using socket = await RawWebSocket.open(server.port, { headers });
  assertEquals(socket.answer.status, 401);
});

Deno.test("Five wrong tries a minute are all an address has, by any way in", async () => {
  await using server = await start();
  const cookie = await cookieOf(server);
  const tries = [
    async () => {
      const answer = await logIn(server, "wrong");
      await answer.body?.cancel();
      return answer.status;
    },
    async () => (await rawRequest(server.port, { path: "/", headers: WRONG })).status,
    async () => (await rawRequest(server.port, { path: "/app", headers: WRONG })).status,
    async () => {
      using socket = await RawWebSocket.open(server.port, { headers: WRONG });
      return socket.answer.status;
    },
    // An address that somebody claims to come from is no other address.
    async () => {
      const headers = { ...WRONG, "x-forwarded-for": "192.0.2.99", forwarded: "for=192.0.2.99" };
      return (await rawRequest(server.port, { path: "/messages.json", headers })).status;
    },
  ];
  const first: number[] = [];
  for (const attempt of tries) first.push(await attempt());
  assertEquals(first, [401, 401, 401, 401, 401]);
  for (const attempt of tries) assertEquals(await attempt(), 429);
  const right = await logIn(server);
  assertEquals(right.status, 429);
  assert(Number(right.headers.get("retry-after")) >= 1);
  await right.body?.cancel();
  // Who is in stays in.
  const member = await rawRequest(server.port, { path: "/messages.json", headers: { cookie } });
  assertEquals(member.status, 200);
});

Deno.test("The log of a room with a password never holds one, right or wrong", async () => {
  await using server = await start(["--log-level=debug"]);
  const cookie = await cookieOf(server);
  await (await logIn(server, "a wrong one")).body?.cancel();
  await rawRequest(server.port, { path: "/", headers: { authorization: "Bearer a-wrong-one" } });
  await rawRequest(server.port, { path: "/messages.json", headers: { cookie } });
  await server.stop();
  const log = JSON.stringify(server.logs);
  assertStringIncludes(log, "unauthorized");
  assertEquals(/s.same|a.wrong.one|parley_pass/.test(log), false);
  assertEquals(log.includes(cookie.split("=")[1] ?? "none"), false);
});

const UNUSABLE: [what: string, files: Record<string, string>, said: RegExp][] = [
  ["missing", {}, /there is no such file/],
  ["empty", { password: "\n" }, /it holds no password/],
  ["of two lines", { password: "open\nsesame\n" }, /one line/],
  ["with a space before it", { password: " sesame" }, /one line/],
  ["with a control character", { password: "ses\u0007ame" }, /one line/],
];

for (const [what, files, said] of UNUSABLE) {
  Deno.test(`A password file that is ${what} ends the start with one line`, async () => {
    await using scratch = await Scratch.make();
    await Deno.mkdir(scratch.in("data"));
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(scratch.in(`data/${name}`), text);
    }
    const args = ["--port=0", "--password-file=data/password"];
    const { code, stdout, stderr } = await runToEnd(args, { directory: scratch.path });
    assertEquals([code, stdout], [1, ""]);
    assertMatch(stderr, said);
    assertMatch(stderr, /^[^\n]+\n$/);
    assertEquals(stderr.includes("sesame"), false);
  });
}
