// The text dialect of a real server: plain lines, for people with a bare WebSocket tool.

import { assertEquals, assertMatch } from "@std/assert";
import { ServerProcess } from "./helpers/server_process.ts";
import { JsonClient, TextClient } from "./helpers/ws_client.ts";

Deno.test("the first line says who you are", async () => {
  await using server = await ServerProcess.start();
  await using ann = await TextClient.open(server.url, { name: " Ann " });
  await using second = await TextClient.open(server.url, { name: "ann" });
  await using third = await TextClient.open(server.url, { name: "Ann" });
  await using guest = await TextClient.open(server.url);
  assertEquals([ann.name, second.name, third.name], ["Ann", "ann-2", "Ann-3"]);
  assertMatch(guest.name, /^guest-[0-9a-z]{4}$/);
});

Deno.test("a name that cannot be is refused in a line, and a guest comes in", async () => {
  await using server = await ServerProcess.start();
  await using ann = await TextClient.open(server.url, { name: "a\u202eb" });
  assertMatch(ann.name, /^guest-/);
  assertMatch(ann.inbox.all[0] ?? "", /^! Cannot use this name: /);
});

Deno.test("what is said comes to everyone as one line, the sender too", async () => {
  await using server = await ServerProcess.start();
  await using ann = await TextClient.open(server.url, { name: "Ann" });
  await using bob = await TextClient.open(server.url, { name: "Bob" });
  ann.send("hello");
  await bob.line("Ann: hello");
  await ann.line("Ann: hello");
  bob.send("two\nlines \n");
  await ann.line("Bob: two\nlines");
});

Deno.test("the other dialect is heard and hears", async () => {
  await using server = await ServerProcess.start();
  await using ann = await JsonClient.open(server.url);
  await using bob = await TextClient.open(server.url, { name: "Bob" });
  await ann.join("Ann");
  await ann.say("from JSON", "m1");
  await bob.line("Ann: from JSON");
  bob.send("from a line");
  const { messages } = await ann.next("messages", (frame) => frame.messages[0]?.id !== "m1");
  const [message] = messages;
  assertEquals([message?.seq, message?.name, message?.text], [2, "Bob", "from a line"]);
  assertMatch(message?.id ?? "", /^[A-Za-z0-9_-]{1,64}$/);
});

Deno.test("the history comes only to whoever asks, before everything else", async () => {
  await using server = await ServerProcess.start({ args: ["--rate=0", "--history=3"] });
  await using ann = await TextClient.open(server.url, { name: "Ann" });
  for (const text of ["one", "two", "three", "four"]) {
    ann.send(text);
    await ann.line(`Ann: ${text}`);
  }
  const expected: [asked: Record<string, string>, lines: string[]][] = [
    [{}, []],
    [{ history: "2" }, ["three", "four"]],
    [{ history: "999" }, ["two", "three", "four"]],
    [{ history: "-1" }, []],
    [{ history: "x" }, []],
  ];
  for (const [asked, lines] of expected) {
    await using late = await TextClient.open(server.url, { ...asked, name: "Late" });
    // A guest who comes after it, so that all before is known to have come.
    await using guest = await TextClient.open(server.url);
    await late.line(`${guest.name} has joined`);
    const before = late.inbox.all.filter((line) => !line.endsWith(" has joined"));
    assertEquals([asked, before.slice(1)], [asked, lines.map((text) => `Ann: ${text}`)]);
    assertEquals(late.inbox.all[0], `You are ${late.name}`);
  }
});

Deno.test("joining and leaving are told to the others, never one's own", async () => {
  await using server = await ServerProcess.start();
  await using ann = await TextClient.open(server.url, { name: "Ann" });
  const bob = await TextClient.open(server.url, { name: "Bob" });
  await ann.line("Bob has joined");
  await bob.close();
  await ann.line("Bob has left");
  assertEquals(ann.inbox.all, ["You are Ann", "Bob has joined", "Bob has left"]);
  assertEquals(bob.inbox.all.includes("Bob has joined"), false);
});

Deno.test("a refusal is a line that begins with an exclamation mark, and the socket stays", async () => {
  await using server = await ServerProcess.start({ args: ["--rate=0.25"] });
  await using ann = await TextClient.open(server.url, { name: "Ann" });
  ann.send("  ");
  await ann.line("! Cannot send: the message is empty");
  ann.send(new Uint8Array([1]));
  await ann.line("! Cannot read this frame: it is binary");
  ann.send("t".repeat(2001));
  await ann.line("! Cannot send: the message has 2001 characters, 2000 are allowed");
  ann.send("one");
  ann.send("two");
  await ann.line("Ann: one");
  await ann.line("! Cannot send so fast: try again in 4 s");
});

Deno.test("a message that looks like JSON is a message", async () => {
  await using server = await ServerProcess.start();
  await using ann = await TextClient.open(server.url, { name: "Ann" });
  ann.send('{"type":"ping"}');
  await ann.line('Ann: {"type":"ping"}');
});
