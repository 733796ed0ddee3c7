// The JSON dialect of a real server, frame by frame.

import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertLess,
  assertLessOrEqual,
  assertMatch,
} from "@std/assert";
import { RawWebSocket } from "./helpers/raw_ws.ts";
import { ServerProcess } from "./helpers/server_process.ts";
import { JsonClient } from "./helpers/ws_client.ts";

Deno.test("welcome comes first, with the log, its messages, who is here and the limits", async () => {
  await using server = await ServerProcess.start({ args: ["--history=2", "--rate=3"] });
  await using ann = await JsonClient.open(server.url);
  await ann.join("Ann");
  for (const text of ["one", "two", "three"]) await ann.say(text);

  await using reader = await JsonClient.open(server.url);
  const { log } = await (await fetch(`${server.url}/messages.json`)).json();

  assertEquals({ ...reader.welcome, messages: reader.messages.map(({ text }) => text) }, {
    type: "welcome",
    log,
    reset: true,
    messages: ["two", "three"],
    online: ["Ann"],
    limits: { name: 32, text: 2000, frame: 32768, rate: 3, burst: 12, history: 2 },
  });
});

const OFFERS: [offer: string, answer: string | null][] = [
  ["parley.v1", "parley.v1"],
  ["chat, parley.v1", "parley.v1"],
  ["chat", null],
  ["parley.v2", null],
];

for (const [offer, answer] of OFFERS) {
  Deno.test(`the offer "${offer}" is answered with the subprotocol ${answer}`, async () => {
    await using server = await ServerProcess.start();
    const headers = { "sec-websocket-protocol": offer };
    using socket = await RawWebSocket.open(server.port, { headers });
    assertEquals(socket.answer.status, 101);
    assertEquals(socket.answer.headers.get("sec-websocket-protocol"), answer);
  });
}

Deno.test("joined brings a key, and then everyone hears who came, the joiner too", async () => {
  await using server = await ServerProcess.start();
  await using ann = await JsonClient.open(server.url);
  await using bob = await JsonClient.open(server.url);
  bob.send({ type: "join", name: "  Bob \n Smith " });
  const { name, key } = await bob.next("joined");
  assertEquals(name, "Bob Smith");
  assertMatch(key, /^[A-Za-z0-9_-]{22}$/);
  const presence = { type: "presence", joined: ["Bob Smith"], left: [], online: 1 } as const;
  assertEquals<unknown>(await ann.next("presence"), presence);
  assertEquals<unknown>(await bob.next("presence"), presence);
  // In this order, so that a client knows its own name when it reads who came.
  assertEquals(bob.inbox.all.map(({ type }) => type), ["welcome", "joined", "presence"]);
});

Deno.test("messages go to everyone who is connected, once, whether they have a name or not", async () => {
  await using server = await ServerProcess.start();
  await using ann = await JsonClient.open(server.url);
  await using reader = await JsonClient.open(server.url);
  await ann.join("Ann");
  const said = await ann.say("hello\n\tworld  \n", "m-1");
  const shown = await reader.shown("m-1");
  assertEquals(Object.keys(said), ["seq", "id", "name", "text", "time"]);
  assertEquals([said.seq, said.id, said.name, said.text], [1, "m-1", "Ann", "hello\n\tworld"]);
  assertEquals(shown, said);
  await reader.sync();
  await ann.sync();
  assertEquals([ann.messages.length, reader.messages.length], [1, 1]);
});

Deno.test("a burst becomes few frames, in the order in which it was sent", async () => {
  await using server = await ServerProcess.start({ args: ["--rate=0"] });
  await using ann = await JsonClient.open(server.url);
  await using reader = await JsonClient.open(server.url);
  await ann.join("Ann");
  const ids = Array.from({ length: 1000 }, (_, i) => `m${i}`);
  for (const id of ids) ann.send({ type: "send", id, text: id });
  await reader.shown("m999");
  const frames = reader.inbox.all.filter(({ type }) => type === "messages");
  assertEquals(reader.messages.map(({ id }) => id), ids);
  assertLess(frames.length, 500);
});

Deno.test("presence is gathered, at most four frames a second", async () => {
  await using server = await ServerProcess.start();
  await using reader = await JsonClient.open(server.url);
  await using crowd = new AsyncDisposableStack();
  const names = Array.from({ length: 30 }, (_, i) => `Pupil ${i}`);
  const startedAt = performance.now();
  // One after another, so that no two of them come in the same turn.
  for (const name of names) await crowd.use(await JsonClient.open(server.url)).join(name);
  await reader.next("presence", ({ online }) => online === names.length);
  const seconds = (performance.now() - startedAt) / 1000;
  const frames = reader.inbox.all.filter((frame) => frame.type === "presence");
  assertEquals(frames.flatMap(({ joined }) => joined), names);
  assertLessOrEqual(frames.length, 2 + 4 * seconds);
});

Deno.test("a name leaves five seconds after its last socket, and a reload is silent", async () => {
  await using server = await ServerProcess.start();
  await using ann = await JsonClient.open(server.url);
  await using bob = await JsonClient.open(server.url);
  await bob.join("Bob");
  const carol = await JsonClient.open(server.url);
  const key = await carol.join("Carol");
  const secondTab = await JsonClient.open(server.url);
  await secondTab.join("Carol", key);
  await ann.next("presence", ({ joined }) => joined.includes("Carol"));

  const leftAt = performance.now();
  await carol.close();
  await secondTab.close();
  await bob.close();
  await using reloaded = await JsonClient.open(server.url);
  assertEquals(reloaded.welcome.online, ["Bob", "Carol"]);
  await reloaded.join("Carol", key);
  const { left, joined, online } = await ann.next("presence", (frame) => frame.left.length > 0);

  assertEquals([left, joined, online], [["Bob"], [], 1]);
  assertGreaterOrEqual(performance.now() - leftAt, 4_900);
  assertEquals((await server.logged("left")).name, "Bob");
  const told = ann.inbox.all.flatMap((frame) => frame.type === "presence" ? frame.joined : []);
  assertEquals(told, ["Bob", "Carol"]);
});

Deno.test("typing is told to the others, never to the one who types", async () => {
  await using server = await ServerProcess.start();
  await using ann = await JsonClient.open(server.url);
  await using bob = await JsonClient.open(server.url);
  await using nameless = await JsonClient.open(server.url);
  await ann.join("Ann");
  await bob.join("Bob");
  nameless.send({ type: "typing" });
  ann.send({ type: "typing" });
  assertEquals((await bob.next("typing")).names, ["Ann"]);
  assertEquals((await nameless.next("typing")).names, ["Ann"]);
  bob.send({ type: "typing" });
  assertEquals((await ann.next("typing")).names, ["Bob"]);
  const typing = ann.inbox.all.filter(({ type }) => type === "typing");
  assertEquals(typing.length, 1);
});

Deno.test("ping is answered with pong", async () => {
  await using server = await ServerProcess.start();
  await using ann = await JsonClient.open(server.url);
  ann.send({ type: "ping" });
  assertEquals(await ann.next("pong"), { type: "pong" });
});

const REFUSED: [frame: unknown, code: string, id?: string][] = [
  ["not json", "bad_request"],
  ["null", "bad_request"],
  ["[]", "bad_request"],
  ["", "bad_request"],
  [{ type: "shout" }, "bad_request"],
  [{ type: "__proto__" }, "bad_request"],
  [{ type: "send", id: "m1" }, "bad_request", "m1"],
  [{ type: "send", id: "no spaces", text: "hi" }, "bad_request"],
  [{ type: "send", id: "i".repeat(65), text: "hi" }, "bad_request"],
  [{ type: "send", text: "hi" }, "bad_request"],
  [{ type: "send", id: "m2", text: "too early" }, "not_joined", "m2"],
  [{ type: "join", name: 5 }, "bad_request"],
  [{ type: "join", name: "" }, "name_invalid"],
  [new Uint8Array([1, 2, 3]), "bad_request"],
];

Deno.test("security 17: what a client may not say is refused with its code, and the socket stays", async () => {
  await using server = await ServerProcess.start();
  await using ann = await JsonClient.open(server.url);
  for (const [frame, code, id] of REFUSED) {
    ann.send(frame);
    const error = await ann.next("error");
    assertEquals([frame, error.code, error.id], [frame, code, id]);
    assertMatch(error.message, /^Cannot /);
  }
  await ann.join("Ann");
  ann.send({ type: "send", id: "m3", text: " \n " });
  const { code, id } = await ann.next("error");
  assertEquals([code, id], ["text_invalid", "m3"]);
  assertEquals((await ann.say("at last")).seq, 1);
});

Deno.test("security 27: sending too fast is refused with the id and when to try again", async () => {
  await using server = await ServerProcess.start({ args: ["--rate=0.25"] });
  await using ann = await JsonClient.open(server.url);
  await using bob = await JsonClient.open(server.url);
  await ann.join("Ann");
  await bob.join("Bob");
  for (const id of ["m1", "m2"]) ann.send({ type: "send", id, text: id });
  const { code, id, retryAfter } = await ann.next("error");
  assertEquals([code, id, retryAfter], ["rate_limited", "m2", 4]);
  // Each socket has its own rate.
  await bob.say("not my fault", "b1");
  await ann.shown("b1");
  assertEquals(ann.messages.map((message) => message.id), ["m1", "b1"]);
});

Deno.test("security 28: changing names without end is refused, and the name stays", async () => {
  await using server = await ServerProcess.start();
  await using ann = await JsonClient.open(server.url);
  for (let n = 1; n <= 12; n++) ann.send({ type: "join", name: `Ann ${n}` });
  const { code, retryAfter } = await ann.next("error");
  assertEquals([code, retryAfter], ["rate_limited", 1]);
  await ann.sync();
  const names = ann.inbox.all.flatMap((frame) => frame.type === "joined" ? [frame.name] : []);
  assertEquals(names.slice(0, 10), Array.from({ length: 10 }, (_, i) => `Ann ${i + 1}`));
  assert(names.length < 12);
  assertEquals((await ann.say("hi")).name, names.at(-1));
});
