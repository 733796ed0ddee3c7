import { assert, assertEquals, assertMatch } from "@std/assert";
import { LEAVE_GRACE_MS } from "../src/presence.ts";
import type { TextSession } from "../src/text_session.ts";
import { FakePeer } from "./helpers/fake_peer.ts";
import { MemoryDisk } from "./helpers/memory_store.ts";
import { type Client, SessionWorld } from "./helpers/session_world.ts";
import { stored } from "./helpers/stored_messages.ts";

/** Sends `line` and returns what came of it. */
async function ask(
  world: SessionWorld,
  { session, peer }: Client<TextSession>,
  line: string,
): Promise<string[]> {
  peer.read();
  session.receive(line);
  await world.settle();
  return peer.read();
}

Deno.test("TextSession greets with the name that was asked for", () => {
  const world = new SessionWorld();
  assertEquals(world.text({ name: "  Ann \n Lee" }).peer.frames, ["You are Ann Lee"]);
});

Deno.test("TextSession gives a taken name a number, however the name is spelled", async () => {
  const world = new SessionWorld();
  await world.joined("Ann");
  assertEquals(world.text({ name: "Ann" }).peer.frames, ["You are Ann-2"]);
  assertEquals(world.text({ name: "ANN" }).peer.frames, ["You are ANN-3"]);
  assertEquals(world.room.online, ["Ann", "Ann-2", "ANN-3"]);
});

Deno.test("TextSession makes a guest of who gives no name", () => {
  const { frames } = new SessionWorld().text().peer;
  assertEquals(frames.length, 1);
  assertMatch(frames[0] ?? "", /^You are guest-.{4}$/);
});

Deno.test("TextSession says why a name cannot be, and makes a guest of its owner", () => {
  const world = new SessionWorld();
  const { frames } = world.text({ name: "\u202eAnn" }).peer;
  assertMatch(frames[0] ?? "", /^! Cannot use this name: /);
  assertMatch(frames[1] ?? "", /^You are guest-.{4}$/);
  assertEquals(world.refused, ["name_invalid"]);
});

Deno.test("TextSession keeps its name from everyone else, and frees it when it closes", async () => {
  const world = new SessionWorld();
  const { session } = world.text({ name: "Ann" });
  const { session: other, peer } = world.json();
  peer.read();
  const join = JSON.stringify({ type: "join", name: "Ann", key: "k".repeat(22) });
  other.receive(join);
  assertEquals(peer.readJson().map(({ code }) => code), ["name_taken"]);
  world.room.remove(session.connection);
  other.receive(join);
  assertEquals(peer.readJson().map(({ type }) => type), ["joined"]);
  await world.settle();
});

Deno.test("TextSession sends the history that is asked for, before what comes", async () => {
  const disk = new MemoryDisk();
  disk.messages = [1, 2, 3, 4].map((seq) => stored(seq, { text: `${seq}\nsecond line` }));
  const world = new SessionWorld({ disk, history: 3 });
  const line = (seq: number) => `Ann: ${seq}\nsecond line`;
  const greetings = [0, 2, 3, 99].map((history) => world.text({ name: "Bob", history }).peer);
  assertEquals(greetings.map(({ frames }) => frames.slice(1)), [
    [],
    [line(3), line(4)],
    [line(2), line(3), line(4)],
    [line(2), line(3), line(4)],
  ]);
  await world.say({ text: "new" });
  assertEquals(greetings.map(({ frames }) => frames.at(-1)), Array(4).fill("Zoe: new"));
  await world.settle();
  const { length } = greetings[3]?.frames.filter((frame) => /^(Ann|Zoe): /.test(frame)) ?? [];
  assertEquals(length, 4);
});

Deno.test("TextSession sends also a history that is too much for one socket to hold at once", async () => {
  const disk = new MemoryDisk();
  disk.messages = Array.from({ length: 1000 }, (_, i) => {
    return stored(i + 1, { text: `${i} ${"\u{1f44d}".repeat(1990)}` });
  });
  const world = new SessionWorld({ disk, history: 1000 });
  // It reads, though not in the very moment in which it is sent to.
  const peer = new FakePeer();
  peer.isStalled = true;
  const { session } = world.text({ name: "Bob", history: 1000, peer });
  const lines: string[] = [];
  for (let turn = 0; turn < 20; turn++) {
    await world.settle();
    peer.take(Infinity);
    lines.push(...peer.read());
  }
  assertEquals(world.room.connections.has(session.connection), true);
  const said = lines.filter((line) => line.startsWith("Ann: "));
  assertEquals(said.map((line) => Number(line.split(" ")[1])), disk.messages.map((_, i) => i));
});

Deno.test("TextSession says what its client sends, and shows it to everyone, the sender too", async () => {
  const world = new SessionWorld();
  const [ann, bob] = [world.text({ name: "Ann" }), world.text({ name: "Bob" })];
  const { peer: json } = world.json();
  await world.settle();
  for (const { peer } of [ann, bob]) peer.read();
  json.read();
  assertEquals(await ask(world, ann, "one\r\ntwo  \n"), ["Ann: one\ntwo"]);
  assertEquals(bob.peer.read(), ["Ann: one\ntwo"]);
  const [{ messages }] = json.readJson();
  assertEquals([messages[0].name, messages[0].text], ["Ann", "one\ntwo"]);
});

Deno.test("TextSession says the same line twice when it is sent twice", async () => {
  const world = new SessionWorld();
  const ann = world.text({ name: "Ann" });
  await world.settle();
  assertEquals(await ask(world, ann, "hello"), ["Ann: hello"]);
  assertEquals(await ask(world, ann, "hello"), ["Ann: hello"]);
});

Deno.test("TextSession takes what looks like a frame for a message", async () => {
  const world = new SessionWorld();
  const ann = world.text({ name: "Ann" });
  await world.settle();
  assertEquals(await ask(world, ann, '{"type":"ping"}'), ['Ann: {"type":"ping"}']);
});

Deno.test("TextSession tells who came and who left, never of its own coming", async () => {
  const world = new SessionWorld();
  const ann = world.text({ name: "Ann" });
  const bob = await world.joined("Bob");
  await world.settle();
  assertEquals(ann.peer.frames, ["You are Ann", "Bob has joined"]);
  assertEquals(bob.peer.frames, []);
  world.room.remove(bob.session.connection);
  world.clock.advance(LEAVE_GRACE_MS);
  assertEquals(ann.peer.frames.slice(2), ["Bob has left"]);
});

Deno.test("TextSession refuses in a line that begins with an exclamation mark", async () => {
  const world = new SessionWorld();
  const ann = world.text({ name: "Ann" });
  await world.settle();
  const refusals = [await ask(world, ann, " \n")];
  refusals.push(await ask(world, ann, "x".repeat(2001)));
  world.wait.message = 3;
  refusals.push(await ask(world, ann, "hello"));
  world.wait.message = 0;
  world.disk.isBroken = true;
  refusals.push(await ask(world, ann, "hello"));
  for (const lines of refusals) {
    assertEquals(lines.length, 1);
    assert(lines[0]?.startsWith("! Cannot "), lines[0]);
  }
  assertEquals(world.refused, ["text_invalid", "text_invalid", "rate_limited", "not_saved"]);
  assertEquals(ann.peer.closes, []);
});

Deno.test("TextSession is told nothing of who writes", async () => {
  const world = new SessionWorld();
  const line = world.text({ name: "Ann" });
  const bob = await world.joined("Bob");
  line.peer.read();
  bob.session.receive('{"type":"typing"}');
  await world.settle();
  assertEquals(line.peer.frames, []);
});
