// Coming back: nothing missed, nothing twice, and still the same person, also after a restart.

import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { ServerProcess } from "./helpers/server_process.ts";
import { JsonClient } from "./helpers/ws_client.ts";

/** Says `texts` as Ann, one after another. */
async function say(server: ServerProcess, ...texts: string[]): Promise<void> {
  await using ann = await JsonClient.open(server.url);
  await ann.join("Ann", "A".repeat(22));
  for (const text of texts) await ann.say(text);
}

/** What a client is welcomed with that comes with `since`. */
async function welcome(server: ServerProcess, since?: string) {
  await using client = await JsonClient.open(server.url, since === undefined ? {} : { since });
  const { log, reset, messages } = client.welcome;
  return { log, reset, texts: messages.map(({ text }) => text) };
}

Deno.test("since brings what followed and nothing before, over a restart too", async () => {
  await using server = await ServerProcess.start({ args: ["--rate=0"] });
  await say(server, "one", "two");
  const { log } = await welcome(server);
  await say(server, "three");
  assertEquals(await welcome(server, `${log}:2`), { log, reset: false, texts: ["three"] });
  assertEquals(await welcome(server, `${log}:3`), { log, reset: false, texts: [] });
  await server.restart();
  await say(server, "four");
  assertEquals(await welcome(server, `${log}:2`), { log, reset: false, texts: ["three", "four"] });
});

Deno.test("since of an empty log misses nothing of what comes first", async () => {
  await using server = await ServerProcess.start();
  const { log, reset } = await welcome(server);
  await say(server, "first");
  assertEquals(reset, true);
  assertEquals(await welcome(server, `${log}:0`), { log, reset: false, texts: ["first"] });
});

Deno.test("since reaches back beyond the history, as far as memory does", async () => {
  await using server = await ServerProcess.start({ args: ["--rate=0", "--history=2"] });
  await say(server, "one", "two", "three", "four");
  const { log, texts } = await welcome(server);
  assertEquals(texts, ["three", "four"]);
  const all = ["one", "two", "three", "four"];
  assertEquals(await welcome(server, `${log}:0`), { log, reset: false, texts: all });
});

Deno.test("a since that this log cannot serve starts afresh with the history", async () => {
  await using server = await ServerProcess.start({ args: ["--rate=0", "--history=2"] });
  await say(server, "one", "two", "three", "four");
  await server.restart();
  const { log } = await welcome(server);
  const unusable = [
    undefined,
    "",
    "x",
    "3",
    `${log}:`,
    `${log}:-1`,
    `${log}:03`,
    `${log}:2.5`,
    `${log}:99999999999999999999`,
    `${log}:5`, // beyond the head
    `${log}:1`, // before what the file kept
    `${"B".repeat(22)}:3`, // another log
    `${log.slice(1)}:3`,
  ];
  for (const since of unusable) {
    const got = await welcome(server, since);
    assertEquals([since, got], [since, { log, reset: true, texts: ["three", "four"] }]);
  }
  assertEquals((await welcome(server, `${log}:2`)).reset, false);
});

Deno.test("a file that had to be mended is another log, so that readers start afresh", async () => {
  await using server = await ServerProcess.start({ args: ["--rate=0"] });
  await say(server, "one", "two");
  const { log } = await welcome(server);
  await server.stop();
  const text = await Deno.readTextFile(server.inData("messages.json"));
  await Deno.writeTextFile(server.inData("messages.json"), text.slice(0, -10));
  await server.restart();
  const after = await welcome(server, `${log}:1`);
  assertNotEquals(after.log, log);
  assertEquals([after.reset, after.texts], [true, ["one"]]);
  assertEquals((await server.logged("file repaired")).kept, 1);
});

Deno.test("a message that is sent again comes back to its sender alone, as it was stored", async () => {
  await using server = await ServerProcess.start();
  await using ann = await JsonClient.open(server.url);
  await using bob = await JsonClient.open(server.url);
  const key = await ann.join("Ann");
  const stored = await ann.say("hello", "m1");
  ann.send({ type: "send", id: "m1", text: "hello again" });
  const { messages } = await ann.next("messages", (frame) => frame.messages[0]?.id === "m1");
  const again = await ann.next("messages");
  assertEquals([messages, again.messages], [[stored], [stored]]);

  await server.restart();
  await using back = await JsonClient.open(server.url, { since: ann.since });
  await back.join("Ann", key);
  assertEquals(back.messages, []);
  assertEquals(await back.say("hello", "m1"), stored);
  assertEquals(bob.messages, [stored]);
  assertEquals((await welcome(server)).texts, ["hello"]);
});

Deno.test("a message sent again before it was stored is stored once", async () => {
  await using server = await ServerProcess.start();
  await using ann = await JsonClient.open(server.url);
  await ann.join("Ann");
  for (let n = 0; n < 5; n++) ann.send({ type: "send", id: "m1", text: "hello" });
  await ann.shown("m1");
  await ann.say("the end");
  assertEquals((await welcome(server)).texts, ["hello", "the end"]);
});

Deno.test("a name is whoever holds its key, in any spelling, in any number of tabs", async () => {
  await using server = await ServerProcess.start();
  await using ann = await JsonClient.open(server.url);
  await using tab = await JsonClient.open(server.url);
  await using stranger = await JsonClient.open(server.url);
  const key = await ann.join("Ann");
  for (const [name, other] of [["ANN"], ["Ａnn"], ["Ann", "B".repeat(22)], ["Ann", ""]]) {
    stranger.send({ type: "join", name, key: other });
    const { code, message } = await stranger.next("error");
    assertEquals([name, code], [name, "name_taken"]);
    assertMatch(message, /"[^"]+-2" is free/);
  }
  tab.send({ type: "join", name: "ANN", key });
  const joined = await tab.next("joined");
  assertEquals([joined.name, joined.key], ["Ann", key]);
  assertEquals((await tab.say("it is me")).name, "Ann");
  await stranger.join("Ann-2");
});

Deno.test("a name waits for its key when its last socket has gone", async () => {
  await using server = await ServerProcess.start();
  const ann = await JsonClient.open(server.url);
  const key = await ann.join("Ann");
  await ann.close();
  await using other = await JsonClient.open(server.url);
  other.send({ type: "join", name: "Ann" });
  assertEquals((await other.next("error")).code, "name_taken");
  assertEquals(await other.join("Ann", key), key);
});

Deno.test("after a restart a name is adopted with the key that is brought", async () => {
  await using server = await ServerProcess.start();
  const before = await JsonClient.open(server.url);
  const key = await before.join("Ann");
  await server.restart({ keepPort: true });
  assertEquals((await before.closed).code, 1001);

  await using ann = await JsonClient.open(server.url, { since: before.since });
  assertEquals(await ann.join("Ann", key), key);
  await using thief = await JsonClient.open(server.url);
  thief.send({ type: "join", name: "Ann", key: "B".repeat(22) });
  assertEquals((await thief.next("error")).code, "name_taken");
});

Deno.test("a key of the wrong form is not adopted", async () => {
  await using server = await ServerProcess.start();
  for (
    const [name, wrong] of [["Ann", "short"], ["Bob", "ä".repeat(22)], ["Cid", "A".repeat(23)]]
  ) {
    await using client = await JsonClient.open(server.url);
    const key = await client.join(name ?? "", wrong);
    assertNotEquals(key, wrong);
    assertMatch(key, /^[A-Za-z0-9_-]{22}$/);
  }
});

Deno.test("the key of the form's cookie proves the name of a socket too", async () => {
  await using server = await ServerProcess.start();
  const response = await fetch(server.url, {
    method: "POST",
    headers: { origin: server.url },
    body: new URLSearchParams({ name: "Ann", text: "from the form" }),
  });
  await response.body?.cancel();
  const cookies = response.headers.getSetCookie().map((each) => each.split(";")[0]).join("; ");
  await using stranger = await JsonClient.open(server.url);
  stranger.send({ type: "join", name: "Ann" });
  assertEquals((await stranger.next("error")).code, "name_taken");
  await using ann = await JsonClient.open(server.url, { headers: { cookie: cookies } });
  const key = await ann.join("Ann");
  assert(cookies.includes(`parley_key=${key}`));
});
