// Sessions that wait for a name, as on a cluster, where others have to be asked for it.

import { assertEquals } from "@std/assert";
import { PRESENCE_INTERVAL_MS } from "../src/announcer.ts";
import { ChatError } from "../src/errors.ts";
import type { JsonSession } from "../src/json_session.ts";
import { MAX_WAITING_TASKS } from "../src/sequence.ts";
import { MemoryDisk } from "./helpers/memory_store.ts";
import { type Client, SessionWorld } from "./helpers/session_world.ts";
import { stored } from "./helpers/stored_messages.ts";

const outOfReach = () =>
  new ChatError("not_saved", "Cannot use this name: names cannot be asked for");

function say({ session }: Client<JsonSession>, ...frames: Record<string, unknown>[]): void {
  for (const frame of frames) session.receive(JSON.stringify(frame));
}

/** What came since the last call, shortened to what the tests are about. */
function heard({ peer }: Client<JsonSession>): string[] {
  return peer.readJson().map(({ type, code, name, id, messages }) => {
    const what = type === "error" ? `${code} ${id ?? ""}` : type === "joined" ? name : "";
    return `${type} ${what}${messages?.map(({ text }: { text: string }) => text) ?? ""}`.trim();
  });
}

function joining(
  world: SessionWorld,
  options: { key?: string; borrow?: boolean } = {},
): Client<JsonSession> {
  const client = world.json();
  heard(client);
  say(client, { type: "join", name: "Ann", ...options });
  return client;
}

Deno.test("What a client says after join waits for its name, and comes in its order", async () => {
  const world = new SessionWorld({ asks: true });
  const client = joining(world);
  for (const text of ["1", "2", "3"]) say(client, { type: "send", id: text, text });
  await world.settle();
  assertEquals([heard(client), world.disk.messages.length], [[], 0]);
  world.asked.answer();
  await world.settle();
  assertEquals(heard(client), ["joined Ann", "messages 1", "messages 2", "messages 3", "presence"]);
});

Deno.test("What waits for a name is said under it, also when it is the second one", async () => {
  const world = new SessionWorld({ asks: true });
  const client = joining(world);
  say(client, { type: "send", id: "a", text: "a" }, { type: "join", name: "Bea" });
  say(client, { type: "send", id: "b", text: "b" });
  world.asked.answer();
  await world.settle();
  assertEquals(world.disk.messages.map(({ name, text }) => `${name}: ${text}`), ["Ann: a"]);
  world.asked.answer();
  await world.settle();
  assertEquals(world.disk.messages.map(({ name, text }) => `${name}: ${text}`), [
    "Ann: a",
    "Bea: b",
  ]);
});

Deno.test("A ping is answered while its client waits for a name", () => {
  const world = new SessionWorld({ asks: true });
  const client = joining(world);
  say(client, { type: "ping" });
  assertEquals(heard(client), ["pong"]);
});

Deno.test("What was said after a join that is refused is refused, and the client may try again", async () => {
  const world = new SessionWorld({ asks: true });
  const client = joining(world);
  say(client, { type: "send", id: "a", text: "a" });
  world.asked.answer(outOfReach());
  await world.settle();
  assertEquals(heard(client), ["error not_saved", "error not_joined a"]);
  say(client, { type: "join", name: "Ann" });
  world.asked.answer();
  await world.settle();
  assertEquals(heard(client), ["joined Ann", "presence"]);
});

Deno.test("So much may wait for a name; more is refused, and what waits is not lost", async () => {
  const world = new SessionWorld({ asks: true });
  const client = joining(world);
  for (let n = 0; n <= MAX_WAITING_TASKS; n++) say(client, { type: "send", id: `${n}`, text: "a" });
  assertEquals(heard(client), [`error rate_limited ${MAX_WAITING_TASKS}`]);
  world.asked.answer();
  await world.settle();
  assertEquals(world.disk.messages.length, MAX_WAITING_TASKS);
});

Deno.test("A client that is gone when its name comes holds it not, and says nothing", async () => {
  const key = "k".repeat(22);
  for (const options of [{}, { key }, { key: "none" }, { key, borrow: true }]) {
    const world = new SessionWorld({ asks: true });
    const client = joining(world, options);
    say(client, { type: "send", id: "a", text: "a" }, { type: "join", name: "Bea" });
    world.room.remove(client.session.connection);
    world.asked.answer();
    await world.settle();
    assertEquals([world.room.online, world.disk.messages.length], [[], 0]);
    assertEquals([world.asked.asked, world.refused], [0, []]);
    // With a key of its own it comes back; the one that was made here nobody knows, and what is only
    // borrowed waits for nobody.
    const isKept = options.key === key && options.borrow !== true;
    assertEquals(world.names.free("Ann"), isKept ? "Ann-2" : "Ann");
  }
});

Deno.test("A text client is told nothing before its greeting, and all that it should after", async () => {
  const disk = new MemoryDisk();
  disk.messages = [stored(1, { text: "one" }), stored(2, { text: "two" })];
  const world = new SessionWorld({ asks: true, disk });
  const { peer, session } = world.text({ name: "Ann", history: 2 });
  session.receive("hello");
  await world.say({ text: "three" });
  world.room.people.heldElsewhere("b", "Bob");
  world.clock.advance(PRESENCE_INTERVAL_MS);
  assertEquals(peer.frames, []);
  world.asked.answer();
  await world.settle();
  await world.say({ text: "four" });
  assertEquals(peer.frames, [
    "You are Ann",
    "Ann: two",
    "Zoe: three",
    "Ann: hello",
    "Zoe: four",
  ]);
});

Deno.test("A text client whose name cannot be asked for is told so and closed", async () => {
  const world = new SessionWorld({ asks: true });
  const { peer } = world.text({ name: "Ann" });
  world.asked.answer(outOfReach());
  await world.settle();
  assertEquals(peer.frames, ["! Cannot use this name: names cannot be asked for"]);
  assertEquals(peer.closes.map(({ code }) => code), [1013]);
  assertEquals([world.room.connections.size, world.refused], [0, ["not_saved"]]);
});

Deno.test("A text client that is gone before its greeting leaves no name behind", async () => {
  const world = new SessionWorld({ asks: true });
  const { peer, session } = world.text({ name: "Ann" });
  world.room.remove(session.connection);
  world.asked.answer();
  await world.settle();
  assertEquals([peer.frames, world.names.free("Ann"), world.room.online], [[], "Ann", []]);
});
