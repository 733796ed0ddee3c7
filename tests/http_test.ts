// The HTTP of a real server: each route, each header, each way to ask for what is not there.

import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { RawConnection, type RawHead, rawRequest } from "./helpers/raw_connection.ts";
import { HANDSHAKE } from "./helpers/raw_ws.ts";
import { ServerProcess } from "./helpers/server_process.ts";

const STATIC: [path: string, type: string][] = [
  ["/app.js", "text/javascript; charset=utf-8"],
  ["/style.css", "text/css; charset=utf-8"],
  ["/icon.svg", "image/svg+xml; charset=utf-8"],
  ["/manifest.webmanifest", "application/manifest+json; charset=utf-8"],
];

const GETS: [path: string, type: RegExp][] = [
  ["/", /^text\/html; charset=utf-8$/],
  ["/messages.json", /^application\/json; charset=utf-8$/],
  ["/healthz", /^text\/plain; charset=utf-8$/],
  ["/metrics", /^text\/plain; version=0\.0\.4; charset=utf-8$/],
  ...STATIC.map(([path, type]): [string, RegExp] => [path, new RegExp(`^${RegExp.escape(type)}$`)]),
];

const JSON_TYPE = { "content-type": "application/json" };
const FORM_TYPE = { "content-type": "application/x-www-form-urlencoded" };

/** One request of each kind of answer, and the status it gets. */
const ANSWERS: [status: number, request: RawHead & { body?: string }][] = [
  ...GETS.map(([path]): [number, RawHead] => [200, { path }]),
  ...GETS.map(([path]): [number, RawHead] => [200, { method: "HEAD", path }]),
  ...STATIC.map(([path]): [number, RawHead] => [304, { path, headers: { "if-none-match": "*" } }]),
  [304, { path: "/messages.json", headers: { "if-none-match": "*" } }],
  [200, { method: "POST", path: "/", headers: FORM_TYPE, body: "name=Ann&text=hi" }],
  [400, { method: "POST", path: "/", headers: FORM_TYPE, body: "name=Ann&text=" }],
  [201, { method: "POST", path: "/messages", headers: JSON_TYPE, body: '{"name":"A","text":"b"}' }],
  [400, { method: "POST", path: "/messages", headers: JSON_TYPE, body: "{" }],
  [400, { path: "/messages.json?since=x" }],
  [403, { path: "/ws", headers: { ...HANDSHAKE, origin: "http://evil.example" } }],
  [403, { path: "/metrics", headers: { "x-forwarded-for": "192.0.2.1" } }],
  [404, { path: "/nothing" }],
  [405, { method: "DELETE", path: "/messages.json" }],
  [413, { method: "POST", path: "/", headers: FORM_TYPE, body: "a".repeat(64 * 1024 + 1) }],
  [415, { method: "POST", path: "/messages", headers: FORM_TYPE, body: "name=Ann&text=hi" }],
  [421, { path: "/", headers: { host: "evil.example" } }],
  [426, { path: "/ws" }],
];

const POLICY = new Map([
  ["default-src", "'none'"],
  ["script-src", "'self'"],
  ["style-src", "'self'"],
  ["connect-src", "'self'"],
  ["base-uri", "'none'"],
  ["form-action", "'self'"],
  ["frame-ancestors", "'none'"],
  ["object-src", "'none'"],
]);

Deno.test("security 11, 12: Every answer carries every security header, refusals too", async () => {
  await using server = await ServerProcess.start();
  for (const [status, request] of ANSWERS) {
    const { method, path } = request;
    const answer = await rawRequest(server.port, request);
    const { headers } = answer;
    const what = `${method ?? "GET"} ${path} ${status}`;
    assertEquals(answer.status, status, what);
    const policy = (headers.get("content-security-policy") ?? "").split("; ");
    for (const [directive, sources] of POLICY) {
      assert(policy.includes(`${directive} ${sources}`), `${what}: ${directive} of ${policy}`);
    }
    assertEquals(policy.join().includes("unsafe"), false, what);
    assertEquals(headers.get("x-content-type-options"), "nosniff", what);
    assertEquals(headers.get("referrer-policy"), "same-origin", what);
    assertEquals(headers.get("cross-origin-opener-policy"), "same-origin", what);
    assertEquals(headers.get("cross-origin-resource-policy"), "same-origin", what);
    assertMatch(headers.get("permissions-policy") ?? "", /camera=\(\)/, what);
    assert(headers.has("cache-control"), what);
    assertEquals(headers.get("access-control-allow-origin"), null, what);
    assertEquals(headers.get("server"), null, what);
  }
});

for (const [path, type] of GETS) {
  Deno.test(`GET ${path} answers 200 with its type, and HEAD the same without a body`, async () => {
    await using server = await ServerProcess.start();
    const got = await rawRequest(server.port, { path });
    const asked = await rawRequest(server.port, { method: "HEAD", path });
    assertEquals([got.status, asked.status], [200, 200]);
    assertMatch(got.headers.get("content-type") ?? "", type);
    assertNotEquals(got.body, "");
    assertEquals(asked.body, "");
    for (const header of ["content-type", "etag", "cache-control"]) {
      assertEquals(asked.headers.get(header), got.headers.get(header), header);
    }
  });
}

for (const [path] of STATIC) {
  Deno.test(`GET ${path} answers 304 to whoever has it already`, async () => {
    await using server = await ServerProcess.start();
    const first = await fetch(new URL(path, server.url));
    const etag = first.headers.get("etag") ?? "";
    await first.body?.cancel();
    assertMatch(etag, /^(W\/)?"[^"]+"$/);
    for (const known of [etag, `"other", ${etag}`, "*"]) {
      const headers = { "if-none-match": known };
      const answer = await rawRequest(server.port, { path, headers });
      assertEquals([answer.status, answer.headers.get("etag"), answer.body], [304, etag, ""]);
    }
    const stale = await rawRequest(server.port, { path, headers: { "if-none-match": '"other"' } });
    assertEquals(stale.status, 200);
  });
}

const METHODS: [method: string, path: string, allow: string][] = [
  ["PUT", "/", "GET, HEAD, POST"],
  ["DELETE", "/messages.json", "GET, HEAD"],
  ["POST", "/messages.json", "GET, HEAD"],
  ["GET", "/messages", "POST"],
  ["HEAD", "/messages", "POST"],
  ["POST", "/ws", "GET, HEAD"],
  ["POST", "/healthz", "GET, HEAD"],
  ["OPTIONS", "/metrics", "GET, HEAD"],
  ["TRACE", "/style.css", "GET, HEAD"],
  ["FOO", "/app.js", "GET, HEAD"],
];

Deno.test("security 5: A method that a route does not know is answered 405 with those it knows", async () => {
  await using server = await ServerProcess.start();
  for (const [method, path, allow] of METHODS) {
    const { status, headers } = await rawRequest(server.port, { method, path });
    assertEquals([method, path, status, headers.get("allow")], [method, path, 405, allow]);
  }
});

Deno.test("security 23: Paths around the fixed ones are not found", async () => {
  await using server = await ServerProcess.start();
  const paths = ["/nothing", "/index.html", "//", "/static/style.css", "/data/messages.json"];
  const escapes = ["/../deno.json", "/..%2fdeno.json", "/%2e%2e/main.ts", "/style.css%00", "/WS"];
  for (const path of [...paths, ...escapes]) {
    const { status, body } = await rawRequest(server.port, { path });
    assertEquals([path, status, JSON.parse(body).code], [path, 404, "not_found"]);
  }
});

Deno.test("security 16: A refusal is a problem document with a stable code and no stack", async () => {
  await using server = await ServerProcess.start();
  const response = await fetch(`${server.url}/nothing`);
  const problem = await response.json();
  assertEquals(response.headers.get("content-type"), "application/problem+json");
  assertEquals(response.headers.get("cache-control"), "no-store");
  const { type, title, status, code } = problem;
  assertEquals([type, title, status, code], ["about:blank", "Not Found", 404, "not_found"]);
  assertMatch(problem.detail, /^Cannot [^\n]+$/);
});

const HOSTS: [host: string, status: number][] = [
  ["localhost", 200],
  ["LOCALHOST:1", 200],
  ["127.0.0.1", 200],
  ["[::1]:8000", 200],
  ["teacher-pc:8000", 200],
  ["room.local", 200],
  ["room.home.arpa", 200],
  ["chat.example.org:8000", 200],
  ["evil.example", 421],
  ["127.0.0.1.evil.example", 421],
  ["localhost.evil.example:8000", 421],
  ["user@localhost", 421],
];

Deno.test("security 6: Every route answers only under names that no stranger can own", async () => {
  await using server = await ServerProcess.start({ args: ["--allow-host=chat.example.org"] });
  for (const [host, wanted] of HOSTS) {
    const { status } = await rawRequest(server.port, { path: "/healthz", headers: { host } });
    assertEquals([host, status], [host, wanted]);
  }
  const headers = { host: "evil.example" };
  for (const path of ["/", "/messages.json", "/metrics", "/healthz", "/ws", "/app.js"]) {
    const { status, body } = await rawRequest(server.port, { path, headers });
    assertEquals([path, status], [path, 421]);
    assertStringIncludes(JSON.parse(body).detail, "--allow-host evil.example");
  }
});

const WHO: [args: string[], headers: Record<string, string>, status: number][] = [
  [[], {}, 200],
  [[], { "x-forwarded-for": "127.0.0.1" }, 403],
  [[], { forwarded: "for=127.0.0.1" }, 403],
  [["--metrics=public"], { "x-forwarded-for": "192.0.2.1" }, 200],
  [["--metrics=off"], {}, 403],
];

for (const [args, headers, wanted] of WHO) {
  const who = Object.keys(headers)[0] ?? "this machine itself";
  Deno.test(`security 34: GET /metrics answers ${wanted} to ${who} under "${args}"`, async () => {
    await using server = await ServerProcess.start({ args });
    const { status, body } = await rawRequest(server.port, { path: "/metrics", headers });
    assertEquals(status, wanted);
    assertStringIncludes(body, wanted === 200 ? "chat_messages_total 0" : "--metrics");
  });
}

Deno.test("A client that leaves in the middle of a body is no fault of the server", async () => {
  await using server = await ServerProcess.start({ args: ["--log-level=debug"] });
  for (const [path, type] of [["/", FORM_TYPE], ["/messages", JSON_TYPE]] as const) {
    using leaver = await RawConnection.open(server.port);
    await leaver.writeHead({ method: "POST", path, headers: { ...type, "content-length": "99" } });
    await leaver.write("name=");
    leaver.close();
    const { status } = await server.logged("http request", ({ route }) => route === path);
    assertEquals(status, 400);
  }
  // That no error was logged is what the server's own disposal holds.
});
