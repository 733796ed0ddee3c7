// The points of `docs/security.md` about WebSockets, each by its number.

import { assertEquals } from "@std/assert";
import { RawWebSocket } from "./helpers/raw_ws.ts";
import { ServerProcess } from "./helpers/server_process.ts";
import { JsonClient } from "./helpers/ws_client.ts";

async function statusOf(port: number, headers: Record<string, string>): Promise<number> {
  using socket = await RawWebSocket.open(port, { headers });
  return socket.answer.status;
}

Deno.test("security 1: a page of any other origin gets no socket, however near its name", async () => {
  await using server = await ServerProcess.start({ args: ["--allow-host=good.example"] });
  const { port } = server;
  const host = `good.example:${port}`;
  const own = `http://${host}`;
  assertEquals(await statusOf(port, { host, origin: own }), 101);
  const others = [
    "null",
    "http://evil.example",
    `http://good.example.evil.example:${port}`,
    `http://evil.example:${port}`,
    `http://good.example:${port + 1}`,
    "http://good.example",
    `https://good.example:${port}`,
    `http://xgood.example:${port}`,
    `http://good.example:${port}.evil.example`,
    `http://gооd.example:${port}`,
    `http://xn--gd-jlca.example:${port}`,
    `${own}/`,
    `${own}, ${own}`,
    ` ${own}@evil.example`,
    `file://${host}`,
    "",
  ];
  for (const origin of others) {
    assertEquals([origin, await statusOf(port, { host, origin })], [origin, 403]);
  }
  // As on port 80, which nobody writes: then ours is the beginning of more of theirs.
  for (const origin of ["http://good.example.evil.example", "http://good.example:8080"]) {
    const status = await statusOf(port, { host: "good.example", origin });
    assertEquals([origin, status], [origin, 403]);
  }
});

Deno.test("security 2: who sends no Origin is no browser, unless it says it is one elsewhere", async () => {
  await using server = await ServerProcess.start();
  const cases: [headers: Record<string, string>, status: number][] = [
    [{}, 101],
    [{ "sec-fetch-site": "same-origin" }, 101],
    [{ "sec-fetch-site": "none" }, 101],
    [{ "sec-fetch-site": "same-site" }, 403],
    [{ "sec-fetch-site": "cross-site" }, 403],
  ];
  for (const [headers, status] of cases) {
    assertEquals([headers, await statusOf(server.port, headers)], [headers, status]);
  }
});

Deno.test("security 8: what is no handshake of RFC 6455 is refused before there is a socket", async () => {
  await using server = await ServerProcess.start();
  const cases: [headers: Record<string, string>, status: number][] = [
    [{ "sec-websocket-version": "12" }, 426],
    [{ "sec-websocket-version": "" }, 426],
    [{ "sec-websocket-version": "13, 8" }, 426],
    [{ "sec-websocket-key": "" }, 400],
    [{ "sec-websocket-key": "!!" }, 400],
    [{ "sec-websocket-key": btoa("fifteen bytes!!") }, 400],
    [{ "sec-websocket-key": btoa("seventeen bytes!!") }, 400],
    [{ upgrade: "h2c" }, 426],
  ];
  for (const [headers, status] of cases) {
    assertEquals([headers, await statusOf(server.port, headers)], [headers, status]);
  }
});

Deno.test("security 24: a sender chooses neither name nor number nor time of a message", async () => {
  await using server = await ServerProcess.start();
  await using ann = await JsonClient.open(server.url);
  await ann.join("Ann");
  const forged = { name: "Bob", seq: 99, time: "1999-01-01T00:00:00.000Z", log: "x" };
  ann.send({ type: "send", id: "a1", text: "hi", ...forged });
  const { seq, name, time } = await ann.shown("a1");
  assertEquals([seq, name, time.startsWith("1999")], [1, "Ann", false]);
});

Deno.test("security 18: words of JavaScript are words in frames, too", async () => {
  await using server = await ServerProcess.start({ args: ["--rate=0"] });
  await using ann = await JsonClient.open(server.url);
  for (const word of ["__proto__", "constructor", "toString"]) {
    await ann.join(word);
    assertEquals((await ann.say(word, word)).name, word);
    ann.send(`{"type":"${word}"}`);
    assertEquals((await ann.next("error")).code, "bad_request");
    ann.send(`{"__proto__":{"type":"send","id":"x","text":"hi"}}`);
    assertEquals((await ann.next("error")).code, "bad_request");
  }
  await using bob = await JsonClient.open(server.url);
  assertEquals(bob.messages.length, 3);
});

Deno.test("security 32: a socket is not compressed, also for who offers to", async () => {
  await using server = await ServerProcess.start();
  const headers = { "sec-websocket-extensions": "permessage-deflate; client_max_window_bits" };
  using socket = await RawWebSocket.open(server.port, { headers });
  assertEquals(socket.answer.status, 101);
  assertEquals(socket.answer.headers.get("sec-websocket-extensions"), null);
});
