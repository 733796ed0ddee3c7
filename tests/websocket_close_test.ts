// How sockets end: who is cut off and with which code, who is not let in, and that nobody who breaks
// off is noticed by the others.

import { assert, assertEquals, assertLess, assertMatch } from "@std/assert";
import { readMetrics, untilMetrics } from "./helpers/metrics_page.ts";
import { RawConnection, rawRequest } from "./helpers/raw_connection.ts";
import { HANDSHAKE, OPCODE, RawWebSocket } from "./helpers/raw_ws.ts";
import { ServerProcess } from "./helpers/server_process.ts";
import { JsonClient, TextClient } from "./helpers/ws_client.ts";

const JSON_DIALECT = { headers: { "sec-websocket-protocol": "parley.v1" } };

/** The largest message in bytes. */
const MAX_BYTES = 32 * 1024;

Deno.test("security 25: a message of 32 KiB is read, and one byte more closes with 1009", async () => {
  await using server = await ServerProcess.start();
  await using ann = await JsonClient.open(server.url);
  ann.send("x".repeat(MAX_BYTES));
  assertEquals((await ann.next("error")).code, "bad_request");
  ann.send("x".repeat(MAX_BYTES + 1));
  assertEquals((await ann.closed).code, 1009);
});

Deno.test("the bytes of a message are counted, not its characters", async () => {
  await using server = await ServerProcess.start();
  await using ann = await TextClient.open(server.url);
  ann.send("€".repeat(MAX_BYTES / 3 + 1));
  assertEquals((await ann.closed).code, 1009);
  await using bob = await TextClient.open(server.url);
  bob.send(new Uint8Array(MAX_BYTES + 1));
  assertEquals((await bob.closed).code, 1009);
});

Deno.test("security 25, 26: a message over 32 KiB in many frames closes with 1009", async () => {
  await using server = await ServerProcess.start();
  using ann = await RawWebSocket.open(server.port, JSON_DIALECT);
  const payload = new Uint8Array(4 * 1024).fill(32);
  await ann.write({ opcode: OPCODE.text, isLast: false, payload });
  for (let n = 0; n < 7; n++) {
    await ann.write({ opcode: OPCODE.continuation, isLast: false, payload });
  }
  await ann.write({ opcode: OPCODE.continuation, isLast: true, payload: payload.slice(0, 1) });
  assertEquals((await ann.readClose()).code, 1009);
});

Deno.test("a message in several frames is one message", async () => {
  await using server = await ServerProcess.start();
  using ann = await RawWebSocket.open(server.port, JSON_DIALECT);
  await using reader = await JsonClient.open(server.url);
  const frame = new TextEncoder().encode('{"type":"join","name":"Änn"}');
  await ann.write({ opcode: OPCODE.text, isLast: false, payload: frame.slice(0, 23) });
  await ann.write({ opcode: OPCODE.ping, isLast: true, payload: new Uint8Array() });
  await ann.write({ opcode: OPCODE.continuation, isLast: true, payload: frame.slice(23) });
  assertEquals((await reader.next("presence")).joined, ["Änn"]);
});

Deno.test("2000 code points are taken although every one is escaped", async () => {
  await using server = await ServerProcess.start();
  await using ann = await JsonClient.open(server.url);
  await ann.join("Ann");
  ann.send(`{"type":"send","id":"m1","text":"${"\\ud83d\\ude00".repeat(2000)}"}`);
  assertEquals((await ann.shown("m1")).text, "\u{1F600}".repeat(2000));
});

Deno.test("security 27, 28: a client that floods is closed with 1008, and nobody else", async () => {
  await using server = await ServerProcess.start();
  await using ann = await JsonClient.open(server.url);
  using flood = await RawWebSocket.open(server.port, JSON_DIALECT);
  await flood.sendAll(new Array(1500).fill('{"type":"ping"}'));
  assertEquals(await flood.readClose(), { code: 1008, reason: "flooding" });
  await ann.sync();
  const refusals = 'chat_refused_total{code="rate_limited"}';
  assertEquals((await readMetrics(server.url)).get(refusals), 1);
});

Deno.test("a client that is cut off is told why although it goes on talking", async () => {
  await using server = await ServerProcess.start();
  using ann = await RawWebSocket.open(server.port, JSON_DIALECT);
  await ann.sendAll(["x".repeat(MAX_BYTES + 1), '{"type":"ping"}', '{"type":"ping"}']);
  assertEquals((await ann.readClose()).code, 1009);
});

const REFUSED_UPGRADES: [headers: Record<string, string>, status: number][] = [
  [{ origin: "http://evil.example" }, 403],
  [{ origin: "null" }, 403],
  [{ origin: "http://127.0.0.1.evil.example" }, 403],
  [{ origin: "http://127.0.0.1" }, 403],
  [{ origin: "http://lοcalhost" }, 403],
  [{ "sec-fetch-site": "cross-site" }, 403],
  [{ "sec-fetch-site": "same-site" }, 403],
  [{ host: "evil.example" }, 421],
  [{ host: "evil.example", origin: "http://evil.example" }, 421],
  [{ "sec-websocket-version": "12" }, 426],
  [{ "sec-websocket-key": "!!" }, 400],
  [{ upgrade: "h2c" }, 426],
];

Deno.test("an upgrade that breaks a rule is refused before there is a socket", async () => {
  await using server = await ServerProcess.start();
  for (const [headers, status] of REFUSED_UPGRADES) {
    using socket = await RawWebSocket.open(server.port, { headers });
    assertEquals([headers, socket.answer.status], [headers, status]);
  }
  assertEquals((await readMetrics(server.url)).get("chat_connections_total"), 0);
});

Deno.test("an upgrade from the server's own page and from no browser is let in", async () => {
  await using server = await ServerProcess.start({ args: ["--allow-origin=https://x.example"] });
  const origins = [server.url, "https://x.example", "HTTPS://X.EXAMPLE"];
  for (const headers of [{}, ...origins.map((origin) => ({ origin }))]) {
    using socket = await RawWebSocket.open(server.port, { headers });
    assertEquals([headers, socket.answer.status], [headers, 101]);
  }
});

for (const cap of ["--max-connections", "--max-per-address"]) {
  Deno.test(`security 29: ${cap} answers 503 before an upgrade, and lets in again when somebody leaves`, async () => {
    await using server = await ServerProcess.start({ args: [`${cap}=2`] });
    await using _ann = await JsonClient.open(server.url);
    const bob = await JsonClient.open(server.url);
    const upgrade = { path: "/ws", headers: HANDSHAKE };
    const { status, headers, body } = await rawRequest(server.port, upgrade);
    assertEquals([status, JSON.parse(body).code], [503, "too_many_connections"]);
    assertMatch(headers.get("retry-after") ?? "", /^\d+$/);
    // Pages and posts are no sockets.
    assertEquals((await rawRequest(server.port, { path: "/" })).status, 200);
    await bob.close();
    await untilMetrics(server.url, (metrics) => metrics.get("chat_active_connections") === 1);
    await using _carol = await JsonClient.open(server.url);
  });
}

Deno.test("sockets that break off in any way are forgotten, and nobody else notices", async () => {
  await using server = await ServerProcess.start({ args: ["--rate=0"] });
  await using ann = await JsonClient.open(server.url);
  await using bob = await JsonClient.open(server.url);
  await ann.join("Ann");
  const talking = (async () => {
    for (let n = 0; n < 50; n++) await ann.say(`${n}`);
  })();
  for (let n = 0; n < 20; n++) {
    const [reset, ended, rude] = await Promise.all(
      [1, 2, 3].map(() => RawWebSocket.open(server.port, JSON_DIALECT)),
    );
    assert(reset && ended && rude);
    using _all = {
      [Symbol.dispose]: () => [ended, rude].forEach((each) => each.connection.close()),
    };
    // What it has been sent is there and not read, so the server sees a reset.
    await reset.connection.read(1);
    reset.connection.close();
    // An end without a Close frame.
    await ended.connection.endWriting();
    // A reserved opcode (RFC 6455, section 5.2).
    await rude.write({ opcode: 11, isLast: true, payload: new Uint8Array(3) });
    // A handshake whose answer nobody waits for.
    using aborted = await RawConnection.open(server.port);
    await aborted.writeHead({ path: "/ws", headers: HANDSHAKE });
    aborted.close();
    // Half a handshake.
    using half = await RawConnection.open(server.port);
    await half.write("GET /ws HTTP/1.1\r\nHost: localhost\r\nUpg");
  }
  await talking;
  await ann.sync();
  await bob.shown(ann.messages.at(-1)?.id ?? "");
  assertEquals([ann.messages.length, bob.messages], [50, ann.messages]);
  await ann.close();
  await bob.close();
  await untilMetrics(server.url, (metrics) => metrics.get("chat_active_connections") === 0);
  // That no error was logged is what the server's own disposal holds.
});

Deno.test("a socket that broke is logged with code 0, one that closed with its code", async () => {
  await using server = await ServerProcess.start();
  using broken = await RawWebSocket.open(server.port, JSON_DIALECT);
  await broken.connection.read(1);
  broken.connection.close();
  const { code, dialect, address } = await server.logged("disconnected");
  assertEquals([code, dialect, address], [0, "json", "127.0.0.1"]);
  const closed = await TextClient.open(server.url);
  await closed.close();
  const second = await server.logged("disconnected");
  assertEquals([second.code, second.dialect], [1000, "text"]);
  assertLess(Number(second.seconds), 10);
});
