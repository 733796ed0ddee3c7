import { assert, assertEquals } from "@std/assert";
import { isKey, NAME_KEPT_MS } from "../src/name_registry.ts";
import { LEAVE_GRACE_MS } from "../src/presence.ts";
import type { JsonSession } from "../src/json_session.ts";
import { type Client, SessionWorld } from "./helpers/session_world.ts";

/** Sends `frame` and returns what came of it. */
async function ask(
  world: SessionWorld,
  { session, peer }: Client<JsonSession>,
  frame: Record<string, unknown>,
  // deno-lint-ignore no-explicit-any -- whatever the server says
): Promise<any[]> {
  peer.read();
  session.receive(JSON.stringify(frame));
  await world.settle();
  return peer.readJson();
}

Deno.test("JsonSession answers join with the name and a key that proves it later", async () => {
  const world = new SessionWorld();
  const [joined, presence] = await ask(world, world.json(), { type: "join", name: "  Ann  Lee " });
  assertEquals([joined.type, joined.name], ["joined", "Ann Lee"]);
  assert(isKey(joined.key));
  assertEquals(presence, { type: "presence", joined: ["Ann Lee"], left: [], online: 1 });
});

Deno.test("JsonSession lets the same name with the same key join again, without a word to others", async () => {
  const world = new SessionWorld();
  const [{ key }] = await ask(world, world.json(), { type: "join", name: "Ann" });
  const again = await ask(world, world.json(), { type: "join", name: "ANN", key });
  assertEquals(again, [{ type: "joined", name: "Ann", key }]);
  assertEquals(world.events.people, ["joined Ann"]);
});

Deno.test("JsonSession refuses a name that somebody has and suggests a free one", async () => {
  const world = new SessionWorld();
  await world.joined("Ann");
  for (const key of [undefined, "x".repeat(22)]) {
    const [error, ...more] = await ask(world, world.json(), { type: "join", name: "ann", key });
    assertEquals([error.type, error.code, more], ["error", "name_taken", []]);
    assert(error.message.includes('"ann-2" is free'), error.message);
  }
});

Deno.test("JsonSession keeps a name for its key for 15 minutes after the last socket closed", async () => {
  const world = new SessionWorld();
  const { session } = await world.joined("Ann");
  world.clock.advance(2 * NAME_KEPT_MS);
  world.room.remove(session.connection);
  world.clock.advance(NAME_KEPT_MS - 1);
  const [error] = await ask(world, world.json(), { type: "join", name: "Ann" });
  assertEquals(error.code, "name_taken");
  const [joined] = await ask(world, world.json(), { type: "join", name: "Ann" });
  assertEquals(joined.type, "joined");
});

Deno.test("JsonSession that joins to borrow frees its name with its last socket", async () => {
  const world = new SessionWorld();
  const join = { type: "join", name: "Ann", borrow: true };
  const client = world.json();
  await ask(world, client, join);
  const [taken] = await ask(world, world.json(), { ...join, borrow: false });
  assertEquals(taken.code, "name_taken");
  world.room.remove(client.session.connection);
  const [joined] = await ask(world, world.json(), { ...join, borrow: false });
  assertEquals(joined.type, "joined");
});

Deno.test("JsonSession adopts the key of who comes for a free name, as after a restart", async () => {
  const before = new SessionWorld();
  const [{ key }] = await ask(before, before.json(), { type: "join", name: "Ann" });
  const after = new SessionWorld();
  const [joined] = await ask(after, after.json(), { type: "join", name: "Ann", key });
  assertEquals(joined, { type: "joined", name: "Ann", key });
});

Deno.test("JsonSession uses the key of the page's cookie when join brings none", async () => {
  const world = new SessionWorld();
  const { key } = world.names.claim("Ann");
  const [joined] = await ask(world, world.json({ cookieKey: key }), { type: "join", name: "Ann" });
  assertEquals(joined, { type: "joined", name: "Ann", key });
  const given = { type: "join", name: "Bob", key: "y".repeat(22) };
  const [bob] = await ask(world, world.json({ cookieKey: key }), given);
  assertEquals(bob.key, given.key);
});

Deno.test("JsonSession refuses a name that is none, and a join too soon, and the socket stays", async () => {
  const world = new SessionWorld();
  const client = world.json();
  const [invalid] = await ask(world, client, { type: "join", name: " \u200b " });
  assertEquals([invalid.code, invalid.id], ["name_invalid", undefined]);
  world.wait.join = 2.5;
  const [limited] = await ask(world, client, { type: "join", name: "Ann" });
  assertEquals([limited.code, limited.retryAfter], ["rate_limited", 3]);
  world.wait.join = 0;
  const [joined] = await ask(world, client, { type: "join", name: "Ann" });
  assertEquals([joined.type, client.peer.closes], ["joined", []]);
  assertEquals(world.refused, ["name_invalid", "rate_limited"]);
});

Deno.test("JsonSession can take another name: it speaks by the new one, and the old one leaves", async () => {
  const world = new SessionWorld();
  const client = await world.joined("Ann");
  const [joined, presence] = await ask(world, client, { type: "join", name: "Bea" });
  assertEquals([joined.name, presence.joined, presence.left], ["Bea", ["Bea"], []]);
  const [said] = await ask(world, client, { type: "send", id: "a", text: "hi" });
  assertEquals(said.messages[0].name, "Bea");
  world.clock.advance(LEAVE_GRACE_MS);
  assertEquals(client.peer.readJson().map(({ left }) => left), [["Ann"]]);
});

Deno.test("JsonSession keeps its name when another one is refused", async () => {
  const world = new SessionWorld();
  await world.joined("Bob");
  const ann = await world.joined("Ann");
  await ask(world, ann, { type: "join", name: "Bob" });
  const [said] = await ask(world, ann, { type: "send", id: "a", text: "hi" });
  assertEquals(said.messages[0].name, "Ann");
});

Deno.test("JsonSession shows what is sent to everyone, the sender too, with its id", async () => {
  const world = new SessionWorld();
  const ann = await world.joined("Ann");
  const reader = world.json();
  reader.peer.read();
  const frames = await ask(world, ann, { type: "send", id: "id-1", text: "one\r\ntwo \n" });
  const [{ messages }] = frames;
  const { time, ...message } = messages[0];
  assertEquals(message, { seq: 1, id: "id-1", name: "Ann", text: "one\ntwo" });
  assertEquals(new Date(time).toISOString(), time);
  assertEquals([frames.length, reader.peer.readJson()], [1, frames]);
});

Deno.test("JsonSession brings the stored message back to who sends its id again, to them alone", async () => {
  const world = new SessionWorld();
  const [ann, bob] = [await world.joined("Ann"), await world.joined("Bob")];
  const first = await ask(world, ann, { type: "send", id: "id-1", text: "hello" });
  for (const { peer } of [ann, bob]) peer.read();
  const again = await ask(world, bob, { type: "send", id: "id-1", text: "something else" });
  assertEquals([again, ann.peer.frames], [first, []]);
  assertEquals(world.store.disk.messages.length, 1);
});

Deno.test("JsonSession refuses send before join, and the socket stays", async () => {
  const world = new SessionWorld();
  const client = world.json();
  const [error] = await ask(world, client, { type: "send", id: "id-1", text: "hello" });
  assertEquals([error.type, error.code, error.id], ["error", "not_joined", "id-1"]);
  await ask(world, client, { type: "join", name: "Ann" });
  const [said] = await ask(world, client, { type: "send", id: "id-1", text: "hello" });
  assertEquals([said.type, client.peer.closes], ["messages", []]);
});

Deno.test("JsonSession says which message it refuses, why, and for how long", async () => {
  const world = new SessionWorld();
  const client = await world.joined("Ann");
  const send = (id: string, text: unknown) => ask(world, client, { type: "send", id, text });
  const [invalid] = await send("id-1", " \n ");
  const [long] = await send("id-2", "x".repeat(2001));
  world.wait.message = 0.2;
  const [limited] = await send("id-3", "hello");
  world.wait.message = 0;
  world.disk.isBroken = true;
  const [lost] = await send("id-4", "hello");
  const [bad] = await send("id-5", 7);
  const refusals = [invalid, long, limited, lost, bad].map(({ code, id }) => [code, id]);
  assertEquals(refusals, [
    ["text_invalid", "id-1"],
    ["text_invalid", "id-2"],
    ["rate_limited", "id-3"],
    ["not_saved", "id-4"],
    ["bad_request", "id-5"],
  ]);
  assertEquals(limited.retryAfter, 1);
  assertEquals(world.refused, refusals.map(([code]) => code));
});

Deno.test("JsonSession shows nothing that was not saved, and takes the same message later", async () => {
  const world = new SessionWorld();
  const [ann, bob] = [await world.joined("Ann"), await world.joined("Bob")];
  world.disk.isBroken = true;
  await ask(world, ann, { type: "send", id: "id-1", text: "hello" });
  assertEquals(bob.peer.readJson().filter(({ type }) => type === "messages"), []);
  world.disk.isBroken = false;
  const [said] = await ask(world, ann, { type: "send", id: "id-1", text: "hello" });
  assertEquals(said.messages[0].id, "id-1");
});

Deno.test("JsonSession refuses what it cannot read, and the socket stays", async () => {
  const world = new SessionWorld();
  const { session, peer } = world.json();
  peer.read();
  for (const data of ["", "hello", "[]", '{"type":"shout"}', "\ud800"]) {
    session.receive(data);
    assertEquals(peer.readJson().map(({ type, code }) => [type, code]), [["error", "bad_request"]]);
  }
  assertEquals(await ask(world, { session, peer }, { type: "ping" }), [{ type: "pong" }]);
  assertEquals(peer.closes, []);
});

Deno.test("JsonSession tells the others who writes, and nothing of who has no name", async () => {
  const world = new SessionWorld();
  const [ann, reader] = [await world.joined("Ann"), world.json()];
  reader.peer.read();
  assertEquals(await ask(world, reader, { type: "typing" }), []);
  assertEquals(await ask(world, ann, { type: "typing" }), []);
  assertEquals(reader.peer.readJson(), [{ type: "typing", names: ["Ann"] }]);
});

Deno.test("JsonSession tells a key to nobody but its owner", async () => {
  const world = new SessionWorld();
  const [reader, line] = [world.json(), world.text()];
  const [{ key }] = await ask(world, world.json(), { type: "join", name: "Ann" });
  await world.say();
  const late = world.json();
  const all = [reader, line, late].flatMap(({ peer }) => peer.frames).join();
  assertEquals([all.includes(key), all.includes("Ann")], [false, true]);
});

Deno.test("JsonSession answers nothing to a connection that is out of the room", async () => {
  const world = new SessionWorld();
  const { session, peer } = await world.joined("Ann");
  session.receive('{"type":"send","id":"id-1","text":"hello"}');
  session.receive('{"type":"send","id":"id-1","text":"hello"}');
  peer.read();
  world.room.close(session.connection, 1008, "flooding");
  world.disk.isBroken = true;
  session.receive('{"type":"send","id":"id-2","text":"hello"}');
  await world.settle();
  assertEquals(peer.frames, []);
});
