// The points of `docs/security.md` about HTTP, each by its number; those that another test proves already
// have their number there.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type RawHead, rawRequest } from "./helpers/raw_connection.ts";
import { ServerProcess } from "./helpers/server_process.ts";

type Ask = RawHead & { body?: string };

const JSON_TYPE = { "content-type": "application/json" };
const FORM_TYPE = { "content-type": "application/x-www-form-urlencoded" };

async function logOf(server: ServerProcess): Promise<{ log: string; messages: unknown[] }> {
  return await (await fetch(`${server.url}/messages.json`)).json();
}

Deno.test("security 3: a form from a page of another site says nothing", async () => {
  await using server = await ServerProcess.start();
  const foreign: Record<string, string>[] = [
    { origin: "http://evil.example" },
    { origin: "null" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
  ];
  for (const headers of foreign) {
    const body = "name=Ann&text=forged";
    const post = { method: "POST", path: "/", headers: { ...FORM_TYPE, ...headers }, body };
    assertEquals((await rawRequest(server.port, post)).status, 403);
  }
  assertEquals((await logOf(server)).messages, []);
});

Deno.test("security 4: what a foreign form can send is not taken for JSON", async () => {
  await using server = await ServerProcess.start();
  const body = '{"name":"Ann","text":"forged"}';
  const types = ["text/plain", "text/plain; a=application/json", "application/jsonx", ""];
  for (const type of [...types, ...Object.values(FORM_TYPE)]) {
    const headers: Record<string, string> = type === "" ? {} : { "content-type": type };
    const answer = await rawRequest(server.port, {
      method: "POST",
      path: "/messages",
      headers,
      body,
    });
    assertEquals([type, answer.status], [type, 415]);
  }
  assertEquals((await logOf(server)).messages, []);
});

Deno.test("security 5: GET and HEAD say nothing, whatever their address asks for", async () => {
  await using server = await ServerProcess.start();
  const before = await logOf(server);
  for (const method of ["GET", "HEAD"]) {
    for (const path of ["/", "/messages.json", "/messages", "/healthz"]) {
      const query = "?name=Ann&text=forged&id=a1&since=0";
      await rawRequest(server.port, { method, path: `${path}${query}` });
      await rawRequest(server.port, { method, path, headers: JSON_TYPE });
    }
  }
  assertEquals(await logOf(server), before);
});

Deno.test("security 7: no other site may read an answer, and no Origin is echoed", async () => {
  await using server = await ServerProcess.start({ args: ["--allow-origin=https://x.example"] });
  const headers = {
    origin: "https://x.example",
    "access-control-request-method": "POST",
    "access-control-request-headers": "content-type",
  };
  for (const method of ["GET", "HEAD", "OPTIONS", "POST"]) {
    for (const path of ["/", "/messages.json", "/messages", "/metrics", "/app.js", "/none"]) {
      const answer = await rawRequest(server.port, { method, path, headers });
      const names = [...answer.headers.keys()].filter((name) => name.startsWith("access-control"));
      assertEquals([method, path, names], [method, path, []]);
    }
  }
});

const TYPED: [request: Ask, type: RegExp][] = [
  [{ path: "/" }, /^text\/html; charset=utf-8$/],
  [{ path: "/app.js" }, /^text\/javascript; charset=utf-8$/],
  [{ path: "/style.css" }, /^text\/css; charset=utf-8$/],
  [{ path: "/messages.json" }, /^application\/json; charset=utf-8$/],
  [{ path: "/healthz" }, /^text\/plain; charset=utf-8$/],
  // JSON is always UTF-8, and problem details have no charset (RFC 9457, section 3).
  [{ path: "/none" }, /^application\/problem\+json$/],
  [{ method: "PUT", path: "/" }, /^application\/problem\+json$/],
  [{ path: "/ws" }, /^application\/problem\+json$/],
  [{ path: "/messages.json?since=<b>" }, /^application\/problem\+json$/],
  [{ method: "POST", path: "/messages", headers: JSON_TYPE, body: "<b>" }, /^application\/problem/],
  [{ method: "POST", path: "/", headers: FORM_TYPE, body: "text=" }, /^text\/html; charset=utf-8$/],
];

Deno.test("security 13: every body says what it is, and no answer to a program is HTML", async () => {
  await using server = await ServerProcess.start();
  for (const [request, type] of TYPED) {
    const { headers, body } = await rawRequest(server.port, request);
    assertMatch(headers.get("content-type") ?? "", type, request.path);
    assert(body !== "", request.path);
    assertEquals(headers.get("x-content-type-options"), "nosniff");
  }
});

Deno.test("security 15: no line break gets from a request into a header", async () => {
  await using server = await ServerProcess.start();
  const evil = "%0d%0aset-cookie:%20evil=1";
  const requests: Ask[] = [
    { path: `/?lang=ru${evil}` },
    { path: `/?theme=dark${evil}` },
    { path: `/messages.json?since=1${evil}` },
    { path: `/${evil}` },
    { method: "POST", path: "/", headers: FORM_TYPE, body: `name=Ann${evil}&text=hi&id=a` },
    { path: "/", headers: { cookie: `parley_name=${evil}; parley_lang=ru${evil}` } },
    { path: "/messages.json", headers: { "if-none-match": `"a${evil}"` } },
    { path: "/ws", headers: { "sec-websocket-protocol": `parley.v1${evil}`, upgrade: evil } },
  ];
  for (const request of requests) {
    const { status, headers } = await rawRequest(server.port, request);
    assert(status < 500, `${request.path} ${status}`);
    assertEquals(headers.getSetCookie().filter((cookie) => /^evil/.test(cookie)), [], request.path);
  }
});

Deno.test("security 15: cookies that other programs of the host have set do no harm", async () => {
  await using server = await ServerProcess.start();
  for (const cookie of ["a=b;", "=x", ";", "parley_name=%E0%A4%A", "parley_lang=__proto__"]) {
    const { status } = await rawRequest(server.port, { path: "/", headers: { cookie } });
    assertEquals([cookie, status], [cookie, 200]);
  }
});

Deno.test("security 18: words of JavaScript are words, as name, text, id and field", async () => {
  await using server = await ServerProcess.start({ args: ["--rate=0"] });
  const words = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf"];
  for (const word of words) {
    const body = `{"name":"${word}","text":"${word}","id":"${word}","__proto__":{"x":1},` +
      `"constructor":{"prototype":{"x":1}}}`;
    const post = { method: "POST", path: "/messages", headers: JSON_TYPE, body };
    assertEquals([word, (await rawRequest(server.port, post)).status], [word, 201]);
    assertEquals((await rawRequest(server.port, post)).status, 200, "the same id again");
  }
  const { messages } = await logOf(server);
  assertEquals(
    messages.map((message) => Object.keys(message as object).join()),
    words.map(() => "seq,id,name,text,time"),
  );
  const { body } = await rawRequest(server.port, { path: "/" });
  for (const word of words) assertStringIncludes(body, word);
});

Deno.test("security 24: seq and time are the server's, whatever a post brings", async () => {
  await using server = await ServerProcess.start();
  const body = '{"name":"Ann","text":"hi","seq":99,"time":"1999-01-01T00:00:00.000Z","log":"x"}';
  const post = { method: "POST", path: "/messages", headers: JSON_TYPE, body };
  const message = JSON.parse((await rawRequest(server.port, post)).body);
  assertEquals(message.seq, 1);
  assert(Math.abs(Date.parse(message.time) - Date.now()) < 60_000, message.time);
});

Deno.test("security 32: nothing is compressed, so no answer tells a secret by its length", async () => {
  await using server = await ServerProcess.start();
  const headers = { "accept-encoding": "gzip, br, deflate, zstd" };
  for (const path of ["/", "/messages.json", "/app.js", "/none"]) {
    const answer = await rawRequest(server.port, { path, headers });
    assertEquals([path, answer.headers.get("content-encoding")], [path, null]);
  }
});

Deno.test("security 32: a compressed body is not unpacked, so it cannot be a bomb", async () => {
  await using server = await ServerProcess.start();
  const packed = new Blob(['{"name":"Ann","text":"hi"}']).stream()
    .pipeThrough(new CompressionStream("gzip"));
  const answer = await fetch(`${server.url}/messages`, {
    method: "POST",
    headers: { ...JSON_TYPE, "content-encoding": "gzip" },
    body: await new Response(packed).bytes(),
  });
  assertEquals([answer.status, (await answer.json()).code], [400, "bad_request"]);
});
