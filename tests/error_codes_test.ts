// Every refusal there is, provoked from outside on a real server. A code that nobody can provoke is
// either dead or untested, so a new one needs a line here.

import { assertEquals, assertGreater, assertMatch } from "@std/assert";
import { ERROR_CODES, type ErrorCode } from "../src/errors.ts";
import { readMetrics } from "./helpers/metrics_page.ts";
import { RawConnection, type RawHead, rawRequest } from "./helpers/raw_connection.ts";
import { ServerProcess } from "./helpers/server_process.ts";
import { PERMISSIONS, type ServerOptions } from "./helpers/server_run.ts";
import { HANDSHAKE } from "./helpers/raw_ws.ts";
import { JsonClient, TextClient } from "./helpers/ws_client.ts";

/** What a refusal looked like. */
interface Seen {
  readonly code: unknown;
  /** The status, when it came by HTTP. */
  readonly status?: number;
}

interface Case {
  readonly server?: ServerOptions;
  readonly status?: number;
  readonly provoke: (server: ServerProcess) => Promise<Seen>;
}

const SABOTAGE = new URL("./helpers/sabotage.ts", import.meta.url).href;
const SABOTAGED: ServerOptions = {
  permissions: [...PERMISSIONS, `--preload=${SABOTAGE}`],
  mayFail: true,
};

async function ask(server: ServerProcess, request: RawHead & { body?: string }): Promise<Seen> {
  const { status, body, headers } = await rawRequest(server.port, request);
  assertEquals(headers.get("content-type"), "application/problem+json");
  return { status, code: JSON.parse(body).code };
}

function post(body: unknown, type = "application/json"): RawHead & { body: string } {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { method: "POST", path: "/messages", headers: { "content-type": type }, body: text };
}

/** The refusal that a new socket is sent for `frame`. */
async function sendFrame(server: ServerProcess, frame: unknown): Promise<Seen> {
  await using client = await JsonClient.open(server.url);
  client.send(frame);
  return { code: (await client.next("error")).code };
}

const CASES: Readonly<Record<ErrorCode, Case>> = {
  bad_request: { status: 400, provoke: (server) => ask(server, post("{")) },
  name_invalid: { status: 400, provoke: (server) => ask(server, post({ name: " ", text: "hi" })) },
  text_invalid: { status: 400, provoke: (server) => ask(server, post({ name: "Ann", text: "" })) },
  unauthorized: {
    server: { args: ["--password-file=data/password"], files: { password: "open sesame" } },
    status: 401,
    provoke: (server) => ask(server, { path: "/messages.json" }),
  },
  not_joined: { provoke: (server) => sendFrame(server, { type: "send", id: "a", text: "hi" }) },
  origin: {
    status: 403,
    provoke: (server) =>
      ask(server, { path: "/ws", headers: { ...HANDSHAKE, origin: "http://evil.example" } }),
  },
  forbidden: {
    status: 403,
    provoke: (server) =>
      ask(server, { path: "/metrics", headers: { "x-forwarded-for": "192.0.2.1" } }),
  },
  not_found: { status: 404, provoke: (server) => ask(server, { path: "/nothing" }) },
  method_not_allowed: {
    status: 405,
    provoke: (server) => ask(server, { method: "DELETE", path: "/" }),
  },
  name_taken: {
    status: 409,
    async provoke(server) {
      await using ann = await JsonClient.open(server.url);
      await ann.join("Ann");
      return await ask(server, post({ name: "Ann", text: "hi" }));
    },
  },
  too_large: { status: 413, provoke: (server) => ask(server, post("a".repeat(64 * 1024 + 1))) },
  unsupported_type: {
    status: 415,
    provoke: (server) => ask(server, post({ name: "Ann", text: "hi" }, "text/plain")),
  },
  host: {
    status: 421,
    provoke: (server) => ask(server, { path: "/", headers: { host: "evil.example" } }),
  },
  upgrade_required: { status: 426, provoke: (server) => ask(server, { path: "/ws" }) },
  rate_limited: {
    status: 429,
    server: { args: ["--rate=0.1"] },
    async provoke(server) {
      await rawRequest(server.port, post({ name: "Ann", text: "hi" }));
      return await ask(server, post({ name: "Ann", text: "hi" }));
    },
  },
  internal: {
    status: 500,
    server: SABOTAGED,
    provoke: (server) => ask(server, post({ name: "breaks an answer", text: "hi" })),
  },
  not_saved: {
    status: 503,
    server: { mayFail: true },
    async provoke(server) {
      await breakDisk(server);
      return await ask(server, post({ name: "Ann", text: "hi" }));
    },
  },
  too_many_connections: {
    status: 503,
    server: { args: ["--max-connections=1"] },
    async provoke(server) {
      await using _first = await JsonClient.open(server.url);
      return await ask(server, { path: "/ws", headers: HANDSHAKE });
    },
  },
};

/** A directory that is not empty cannot be written over, nor removed as a file. */
async function breakDisk(server: ServerProcess): Promise<void> {
  await Deno.mkdir(server.inData("messages.json.tmp/full"), { recursive: true });
}

async function mendDisk(server: ServerProcess): Promise<void> {
  await Deno.remove(server.inData("messages.json.tmp"), { recursive: true });
}

for (const code of ERROR_CODES) {
  const { provoke, server: options, status } = CASES[code];
  Deno.test(`${code} is told to whoever causes it, and counted`, async () => {
    await using server = await ServerProcess.start(options);
    const refusals = async () =>
      (await readMetrics(server.url)).get(`chat_refused_total{code="${code}"}`) ?? NaN;
    assertEquals(await refusals(), 0);
    const seen = await provoke(server);
    assertEquals(seen, { code, ...(status === undefined ? {} : { status }) });
    assertGreater(await refusals(), 0);
  });
}

Deno.test("A mistake in an answer is hidden from whoever caused it, and logged with its stack", async () => {
  await using server = await ServerProcess.start(SABOTAGED);
  const { body } = await rawRequest(server.port, post({ name: "breaks an answer", text: "hi" }));
  assertEquals(body.includes("secret"), false);
  const { level, stack, where } = await server.logged("fault");
  assertEquals([level, where], ["ERROR", "http"]);
  assertMatch(String(stack), /secret \/etc\/path\n +at /);
  assertEquals((await readMetrics(server.url)).get("chat_faults_total"), 1);
  assertEquals((await rawRequest(server.port, { path: "/" })).status, 200);
});

Deno.test("A mistake in a socket's handler closes that socket with 1011 and hurts nobody else", async () => {
  await using server = await ServerProcess.start(SABOTAGED);
  await using ann = await JsonClient.open(server.url);
  await using bob = await JsonClient.open(server.url);
  await ann.join("Ann");
  bob.send({ type: "breaks a handler" });
  const { code, reason } = await bob.closed;
  assertEquals([code, reason.includes("secret")], [1011, false]);
  assertEquals((await server.logged("fault")).where, "websocket");
  assertEquals((await ann.say("still here")).seq, 1);
});

for (const [what, where] of [["promise", "rejection"], ["timer", "event"]]) {
  Deno.test(`A mistake in a ${what} that nobody catches is logged, and ends nothing`, async () => {
    await using server = await ServerProcess.start(SABOTAGED);
    await using ann = await JsonClient.open(server.url);
    ann.send({ type: `breaks a ${what}` });
    await server.logged("fault", (event) => event["where"] === where);
    await ann.join("Ann");
    assertEquals((await ann.say("still here")).seq, 1);
  });
}

Deno.test("A server that Deno stops listening for listens again, on the same port", async () => {
  await using server = await ServerProcess.start(SABOTAGED);
  await using ann = await JsonClient.open(server.url);
  await ann.join("Ann");
  using broken = await RawConnection.open(server.port);
  await broken.writeHead({ path: "/ws?breaks-listening", headers: HANDSHAKE });
  assertEquals((await server.logged("fault", ({ where }) => where === "listen")).level, "ERROR");
  // Not at once: until then the port is closed.
  const deadline = performance.now() + 10_000;
  let page: Response | undefined;
  while (page === undefined && performance.now() < deadline) {
    page = await fetch(server.url).catch(() => undefined);
  }
  await page?.body?.cancel();
  assertEquals(page?.status, 200);
  assertEquals((await ann.say("still here")).seq, 1);
});

Deno.test("not_saved is told in every way in, and healthz says so, until the disk takes again", async () => {
  await using server = await ServerProcess.start({ mayFail: true });
  const health = async () => (await rawRequest(server.port, { path: "/healthz" })).status;
  await using ann = await JsonClient.open(server.url);
  await using bob = await TextClient.open(server.url, { name: "Bob" });
  await ann.join("Ann");
  await ann.say("before", "m1");

  await breakDisk(server);
  ann.send({ type: "send", id: "m2", text: "lost?" });
  const refusal = await ann.next("error");
  bob.send("lost?");
  await bob.line((line) => line.startsWith("! Cannot save the message"));
  const form = await fetch(server.url, {
    method: "POST",
    body: new URLSearchParams({ name: "Carol", text: "lost?" }),
  });
  assertEquals([refusal.code, refusal.id], ["not_saved", "m2"]);
  assertEquals([form.status, /lost\?<\/textarea>/.test(await form.text())], [503, true]);
  assertEquals(await health(), 503);
  await server.logged("store failed");

  await mendDisk(server);
  // The same message again, as a client does; nothing was restarted.
  assertEquals((await ann.say("lost?", "m2")).seq, 2);
  assertEquals(await health(), 200);
  await server.logged("store recovered");
  await ann.sync();
  assertEquals(ann.messages.map(({ id }) => id), ["m1", "m2"]);
  assertEquals(server.logs.filter(({ message }) => message === "store failed").length, 1);
});
