// Behind a reverse proxy: whose word is taken for who asks, and what the chat looks like from outside.

import { assertEquals } from "@std/assert";
import { type RawHead, rawRequest } from "./helpers/raw_connection.ts";
import { HANDSHAKE, RawWebSocket } from "./helpers/raw_ws.ts";
import { ServerProcess } from "./helpers/server_process.ts";

function post(headers: Record<string, string>): RawHead & { body: string } {
  return {
    method: "POST",
    path: "/messages",
    headers: { "content-type": "application/json", ...headers },
    body: '{"name":"Ann","text":"hi"}',
  };
}

/** What a proxy adds that serves https://chat.example.org. */
const OUTSIDE = { "x-forwarded-proto": "https", "x-forwarded-host": "chat.example.org" };
const ORIGIN = { origin: "https://chat.example.org" };

Deno.test("without --trust-proxy, what a request says of its origin's host is not believed", async () => {
  await using server = await ServerProcess.start({ args: ["--allow-host=chat.example.org"] });
  const { status } = await rawRequest(server.port, post({ ...OUTSIDE, ...ORIGIN }));
  assertEquals(status, 403);
});

Deno.test("with --trust-proxy, a page of the outside address may post and connect", async () => {
  const args = ["--trust-proxy", "--allow-host=chat.example.org"];
  await using server = await ServerProcess.start({ args });
  const headers = { ...OUTSIDE, ...ORIGIN };
  assertEquals((await rawRequest(server.port, post(headers))).status, 201);
  using socket = await RawWebSocket.open(server.port, { headers });
  assertEquals(socket.answer.status, 101);
  const foreign = { ...headers, origin: `http://127.0.0.1:${server.port}` };
  assertEquals((await rawRequest(server.port, post(foreign))).status, 403);
});

Deno.test("with --trust-proxy, the host rule holds for the host outside", async () => {
  await using server = await ServerProcess.start({ args: ["--trust-proxy"] });
  const headers = { "x-forwarded-host": "evil.example" };
  assertEquals((await rawRequest(server.port, { path: "/", headers })).status, 421);
});

for (const [args, second] of [[[], 503], [["--trust-proxy"], 101]] as const) {
  Deno.test(`"${args}" counts sockets by ${second === 101 ? "the last hop" : "the connection"}`, async () => {
    await using server = await ServerProcess.start({ args: [...args, "--max-per-address=1"] });
    const open = (forwarded: string) =>
      RawWebSocket.open(server.port, { headers: { ...HANDSHAKE, "x-forwarded-for": forwarded } });
    using first = await open("192.0.2.1");
    using other = await open("192.0.2.1, 192.0.2.2");
    // The first hop is what the client says of itself.
    using liar = await open("192.0.2.3, 192.0.2.1");
    assertEquals([first.answer.status, other.answer.status], [101, second]);
    assertEquals(liar.answer.status, 503);
  });
}
