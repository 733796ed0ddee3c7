// The server behind its shield, from outside. That everything else is as without it, the other tests
// hold when they are run with SERVER_FLAGS=--shield: all others but those with TLS or --reuse-port.

import { assertEquals } from "@std/assert";
import { readMetrics, untilMetrics } from "./helpers/metrics_page.ts";
import { RawConnection, rawRequest } from "./helpers/raw_connection.ts";
import { HANDSHAKE, RawWebSocket } from "./helpers/raw_ws.ts";
import { runToEnd, ServerProcess } from "./helpers/server_process.ts";
import { bytesOf } from "./helpers/wire_frame.ts";
import { JsonClient } from "./helpers/ws_client.ts";

const SHIELD = { args: ["--shield"] };

const POST = {
  method: "POST",
  path: "/messages",
  headers: { "content-type": "application/json" },
  body: '{"name":"Ann","text":"hi"}',
};

/** The port at which the server is behind its shield; only the system tells it. */
async function innerPort(server: ServerProcess): Promise<number> {
  const inodes = new Set<string>();
  for (const { name } of Deno.readDirSync(`/proc/${server.pid}/fd`)) {
    const target = await Deno.readLink(`/proc/${server.pid}/fd/${name}`).catch(() => "");
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    if (inode !== undefined) inodes.add(inode);
  }
  const lines = (await Deno.readTextFile("/proc/net/tcp")).split("\n").map((line) =>
    line.trim().split(/\s+/)
  );
  // 0A is listening; 0100007F is 127.0.0.1.
  const inner = lines.find(([, local = "", , state, , , , , , inode = ""]) =>
    state === "0A" && local.startsWith("0100007F:") && inodes.has(inode)
  );
  return parseInt(inner?.[1]?.split(":")[1] ?? "", 16);
}

Deno.test("--shield counts sockets by the address they came from", async () => {
  await using server = await ServerProcess.start({ args: ["--shield", "--max-per-address=1"] });
  using first = await RawWebSocket.open(server.port);
  using second = await RawWebSocket.open(server.port);
  assertEquals([first.answer.status, second.answer.status], [101, 503]);
  assertEquals((await server.logged("connected"))["address"], "127.0.0.1");
});

Deno.test("--shield lets an address have so many connections and no more", async () => {
  await using server = await ServerProcess.start({ args: ["--shield", "--max-per-address=2"] });
  const connections = await Promise.all(
    Array.from({ length: 110 }, () => RawConnection.open(server.port)),
  );
  const isEnded = (connection: RawConnection) => connection.readToEnd().then(() => true);
  // 2 sockets and 100 others; who is one too many is closed at once.
  const surplus = await Promise.all(connections.slice(102).map(isEnded));
  assertEquals(surplus.length, 8);
  for (const connection of connections) connection.close();
  await untilMetrics(
    server.url,
    (metrics) => metrics.get('chat_cut_connections_total{reason="connections"}') === 8,
  );
});

Deno.test("--shield lets a proxy have as many connections as it likes", async () => {
  const args = ["--shield", "--max-per-address=2", "--trust-proxy"];
  await using server = await ServerProcess.start({ args });
  using all = new DisposableStack();
  for (let n = 0; n < 110; n++) all.use(await RawConnection.open(server.port));
  assertEquals((await rawRequest(server.port, { path: "/healthz" })).status, 200);
});

Deno.test({
  name: "--shield lets nobody in by the port behind it",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using server = await ServerProcess.start(SHIELD);
    const port = await innerPort(server);
    assertEquals((await rawRequest(port, { path: "/messages.json" })).status, 403);
    assertEquals((await rawRequest(port, { path: "/ws", headers: HANDSHAKE })).status, 403);
    assertEquals((await rawRequest(server.port, { path: "/messages.json" })).status, 200);
  },
});

Deno.test("--shield shows the metrics to this machine, and not through a proxy", async () => {
  await using server = await ServerProcess.start(SHIELD);
  const ask = async (headers: Record<string, string>) =>
    (await rawRequest(server.port, { path: "/metrics", headers })).status;
  assertEquals([await ask({}), await ask({ "x-forwarded-for": "127.0.0.1" })], [200, 403]);
});

Deno.test("--shield counts and logs what it cuts", async () => {
  await using server = await ServerProcess.start(SHIELD);
  using rude = await RawWebSocket.open(server.port);
  await rude.connection.write(
    bytesOf({ opcode: 1, isLast: true, isMasked: false, reserved: 0, payload: 5 }),
  );
  assertEquals((await rude.readClose()).code, 1002);
  assertEquals((await server.logged("cut"))["reason"], "protocol");
  const metrics = await readMetrics(server.url);
  assertEquals(metrics.get('chat_cut_connections_total{reason="protocol"}'), 1);
  assertEquals(metrics.get('chat_cut_connections_total{reason="deadline"}'), 0);
});

Deno.test("--shield keeps what it can of a connection: one request after the other, a body in pieces", async () => {
  await using server = await ServerProcess.start(SHIELD);
  using connection = await RawConnection.open(server.port);
  for (let n = 0; n < 3; n++) {
    const headers = { ...POST.headers, "content-length": String(POST.body.length) };
    await connection.writeHead({ ...POST, headers });
    await connection.write(POST.body.slice(0, 5));
    await connection.write(POST.body.slice(5));
    const { status, headers: answer } = await connection.readHead();
    assertEquals(status, 201);
    await connection.read(Number(answer.get("content-length")));
  }
});

for (
  const [what, headers] of [
    ["as a later request", {}],
    ["with a body", { "content-length": "5" }],
    ["with a body in chunks", { "transfer-encoding": "chunked" }],
  ] as const
) {
  Deno.test(`--shield lets nobody become a WebSocket ${what}, where its frames are not watched`, async () => {
    await using server = await ServerProcess.start(SHIELD);
    using connection = await RawConnection.open(server.port);
    if (what === "as a later request") {
      await connection.writeHead({ path: "/healthz" });
      const { headers: answer } = await connection.readHead();
      await connection.read(Number(answer.get("content-length")));
    }
    await connection.writeHead({ path: "/ws", headers: { ...HANDSHAKE, ...headers } });
    assertEquals((await connection.readHead()).status, 400);
  });
}

Deno.test("--shield refuses a port in use as without it", async () => {
  await using server = await ServerProcess.start(SHIELD);
  const inUse = await runToEnd(["--shield", `--port=${server.port}`]);
  assertEquals(inUse.code, 1);
  assertEquals(inUse.stderr.includes("the port is in use"), true, inUse.stderr);
  assertEquals(inUse.stderr.split("\n").length, 2, inUse.stderr);
});

Deno.test("--shield hands over what was said last when the server stops", async () => {
  await using server = await ServerProcess.start({ args: ["--shield", "--rate=0"] });
  const clients = await Promise.all(
    Array.from({ length: 20 }, () => JsonClient.open(server.url)),
  );
  const [ann] = clients;
  await ann?.join("Ann");
  for (let n = 0; n < 500; n++) ann?.send({ type: "send", id: `m${n}`, text: "x".repeat(1000) });
  await ann?.sync();
  await server.stop();
  for (const client of clients) {
    assertEquals((await client.closed).code, 1001);
    assertEquals(client.messages.length, 500);
  }
});

Deno.test("--shield waits for a reader that is behind when the server stops", async () => {
  await using server = await ServerProcess.start({ args: ["--shield", "--rate=0"] });
  using slow = await RawWebSocket.open(server.port, {
    headers: { "sec-websocket-protocol": "parley.v1" },
  });
  const ann = await JsonClient.open(server.url);
  await ann.join("Ann");
  // More than the pipes hold, so that the last of it is still on its way.
  const text = "\u{1F4A7}".repeat(2000);
  for (let n = 0; n < 1_500; n++) ann.send({ type: "send", id: `m${n}`, text });
  await ann.shown("m1499");
  server.kill("SIGTERM");
  await server.logged("stopping");
  assertEquals((await slow.readClose()).code, 1001);
  await ann.closed;
  assertEquals((await server.ended).code, 0);
});
