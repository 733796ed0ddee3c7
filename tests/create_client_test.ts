import { assertEquals, assertThrows } from "@std/assert";
import { createClient, httpUrl, socketUrl } from "../src/create_client.ts";
import { ServerProcess } from "./helpers/server_process.ts";
import { JsonClient } from "./helpers/ws_client.ts";

const ADDRESSES: [address: string, socket: string, http: string][] = [
  ["http://a.test:8000", "ws://a.test:8000/ws", "http://a.test:8000/messages.json"],
  ["http://a.test:8000/", "ws://a.test:8000/ws", "http://a.test:8000/messages.json"],
  ["https://a.test", "wss://a.test/ws", "https://a.test/messages.json"],
  ["ws://a.test:81/ws", "ws://a.test:81/ws", "http://a.test:81/messages.json"],
  ["wss://a.test/", "wss://a.test/ws", "https://a.test/messages.json"],
  ["HTTP://A.test", "ws://a.test/ws", "http://a.test/messages.json"],
  ["http://[::1]:8000", "ws://[::1]:8000/ws", "http://[::1]:8000/messages.json"],
  ["https://a.test/chat", "wss://a.test/chat/ws", "https://a.test/chat/messages.json"],
  ["https://a.test/chat/", "wss://a.test/chat/ws", "https://a.test/chat/messages.json"],
  ["https://a.test/chat/ws?name=x#y", "wss://a.test/chat/ws", "https://a.test/chat/messages.json"],
  ["https://a.test/flaws", "wss://a.test/flaws/ws", "https://a.test/flaws/messages.json"],
];

for (const [address, socket, http] of ADDRESSES) {
  Deno.test(`socketUrl() and httpUrl() understand ${address}`, () => {
    assertEquals(socketUrl(address), socket);
    assertEquals(httpUrl(address, "messages.json"), http);
  });
}

for (const address of ["", "a.test", "localhost:8000", "ftp://a.test", "http://", "//a.test"]) {
  Deno.test(`createClient() refuses the address "${address}"`, () => {
    assertThrows(() => createClient({ url: address }), TypeError, `Cannot connect to "${address}"`);
  });
}

Deno.test("createClient() makes a client that joins, says and hears, with nothing else to give", async () => {
  await using server = await ServerProcess.start();
  await using ben = await JsonClient.open(server.url);
  await ben.join("Ben");
  const client = createClient({ url: server.url });
  const heard = Promise.withResolvers<string>();
  client.listen((event) => {
    if (event.type === "messages") heard.resolve(event.messages.map(({ text }) => text).join());
  });
  assertEquals(client.status, "closed", "it does nothing before connect");
  client.connect();
  assertEquals(await client.join(" ci "), "ci");
  await ben.say("hello");
  assertEquals(await heard.promise, "hello");
  const { seq, id, name, text } = await client.send("deployed");
  assertEquals([seq, name, text], [2, "ci", "deployed"]);
  assertEquals((await ben.shown(id)).text, "deployed");
  client.close();
  assertEquals(client.status, "closed");
});

Deno.test("createClient() lets its caller put anything in the place of the real things", () => {
  const urls: string[] = [];
  const client = createClient({
    url: "https://a.test",
    since: { log: "log1", seq: 7 },
    openSocket: (url, protocol) => {
      urls.push(`${protocol} ${url}`);
      return { send() {}, close() {}, addEventListener() {} };
    },
  });
  client.connect();
  client.close();
  assertEquals(urls, ["parley.v1 wss://a.test/ws?since=log1%3A7"]);
});
