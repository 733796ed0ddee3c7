import { assertEquals } from "@std/assert";
import { PRESENCE_INTERVAL_MS } from "../src/announcer.ts";
import { LEAVE_GRACE_MS } from "../src/presence.ts";
import { jsonDialect, PONG, textDialect } from "../src/protocol.ts";
import { LAG_RETRY_MS } from "../src/room.ts";
import { countingDialect } from "./helpers/fake_dialect.ts";
import { FakePeer } from "./helpers/fake_peer.ts";
import { RoomWorld } from "./helpers/room_world.ts";
import { seqs, stored, storedRange } from "./helpers/stored_messages.ts";

Deno.test("Room.deliver() shows a message once to each connection", () => {
  const world = new RoomWorld();
  const readers = [world.add(), world.add()];
  world.room.deliver([stored(1)]);
  const frame = `{"type":"messages","messages":[${stored(1).json}]}`;
  for (const { peer } of readers) assertEquals(peer.frames, [frame]);
});

Deno.test("Room.deliver() sends a batch as one JSON frame, and as one text frame a message", () => {
  const world = new RoomWorld();
  const { peer: json } = world.add(jsonDialect);
  const { peer: text } = world.add(textDialect);
  world.room.deliver([stored(1, { text: "two\nlines" }), stored(5, { name: "Bob" })]);
  assertEquals(json.readJson().map(({ messages }) => seqs(messages)), [[1, 5]]);
  assertEquals(text.frames, ["Ann: two\nlines", "Bob: text 5"]);
});

Deno.test("Room.deliver() encodes a message once for 500 connections", () => {
  const world = new RoomWorld();
  const dialect = countingDialect(jsonDialect);
  const peers = Array.from({ length: 500 }, () => world.add(dialect).peer);
  world.room.deliver([stored(1)]);
  assertEquals(dialect.encodings, 1);
  assertEquals(peers.filter(({ frames }) => frames.length !== 1), []);
});

Deno.test("Room.deliver() tells what was delivered and how many frames that took", () => {
  const world = new RoomWorld();
  for (const dialect of [jsonDialect, jsonDialect, textDialect]) world.add(dialect);
  world.room.deliver(storedRange(1, 2));
  assertEquals(world.events.batches, [[1, 2]]);
  assertEquals(world.events.flushes, [{ messages: 6, frames: 4 }]);
});

Deno.test("Room.load() takes in the past and shows it to nobody", () => {
  const world = new RoomWorld();
  world.room.load(storedRange(3, 4));
  const { peer } = world.add();
  world.room.deliver([stored(5)]);
  assertEquals(seqs(world.room.history.last(9)), [3, 4, 5]);
  assertEquals(peer.readJson().map(({ messages }) => seqs(messages)), [[5]]);
});

Deno.test("Room.deliver() takes out a socket that throws, and the others have their message", () => {
  const world = new RoomWorld();
  const [before, bad, after] = [world.add(), world.add(), world.add()];
  world.room.join(bad.connection, "Bad");
  bad.peer.failure = new Error("broken pipe");
  world.room.deliver([stored(1)]);
  world.room.deliver([stored(2)]);
  for (const { peer } of [before, after]) assertEquals(peer.frames.length, 2);
  assertEquals(world.events.failures, [{
    connection: bad.connection,
    error: bad.peer.failure,
  }]);
  world.clock.advance(LEAVE_GRACE_MS);
  assertEquals(world.events.people, ["joined Bad", "left Bad"]);
});

Deno.test("Room.deliver() says once that a socket throws, however many frames it was to have", () => {
  const world = new RoomWorld();
  const bad = world.add(textDialect);
  bad.peer.failure = new Error("broken pipe");
  world.room.deliver([stored(1), stored(2)]);
  assertEquals(world.events.failures.length, 1);
});

Deno.test("Room.add() with a cursor in the past sends what follows it, soon", () => {
  const world = new RoomWorld();
  world.room.load(storedRange(1, 3));
  const peer = new FakePeer();
  world.room.add({ peer, dialect: jsonDialect, cursor: 1 });
  assertEquals(peer.frames, []);
  world.clock.advance(LAG_RETRY_MS);
  assertEquals(peer.readJson().map(({ messages }) => seqs(messages)), [[2, 3]]);
  assertEquals(world.clock.waiting, 0);
});

Deno.test("Room.join() is told to everyone, the joiner too, in one gathered frame", () => {
  const world = new RoomWorld();
  const [ann, bob, reader] = [world.add(), world.add(), world.add()];
  world.room.join(ann.connection, "Ann");
  world.room.join(bob.connection, "Bob");
  world.clock.advance(0);
  const frame = { type: "presence", joined: ["Ann", "Bob"], left: [], online: 2 };
  for (const { peer } of [ann, bob, reader]) assertEquals(peer.readJson(), [frame]);
  assertEquals([world.room.online, world.room.onlineCount], [["Ann", "Bob"], 2]);
});

Deno.test("Room.join() with another name takes the connection from the one before", () => {
  const world = new RoomWorld();
  const { peer, connection } = world.add();
  world.room.join(connection, "Ann");
  world.room.join(connection, "Bea");
  assertEquals(connection.name, "Bea");
  world.clock.advance(LEAVE_GRACE_MS + PRESENCE_INTERVAL_MS);
  assertEquals(world.events.people, ["joined Ann", "joined Bea", "left Ann"]);
  assertEquals(world.held.sort(), ["hold Ann", "hold Bea", "release Ann"]);
  assertEquals(peer.readJson().map(({ joined, left }) => [joined, left]), [
    [["Ann", "Bea"], []],
    [[], ["Ann"]],
  ]);
});

Deno.test("Room.join() with the same name again, however spelled, changes nothing", () => {
  for (const again of ["Ann", "ANN"]) {
    const world = new RoomWorld();
    const { connection } = world.add();
    world.room.join(connection, "Ann");
    world.room.join(connection, again);
    world.clock.advance(10 * LEAVE_GRACE_MS);
    assertEquals([world.events.people, world.room.online], [["joined Ann"], ["Ann"]], again);
  }
});

Deno.test("Room.join() with the same name again never lets go of it", () => {
  const world = new RoomWorld();
  const { connection } = world.add();
  for (let n = 0; n < 3; n++) world.room.join(connection, "Ann");
  assertEquals(new Set(world.held), new Set(["hold Ann"]));
});

Deno.test("Room.join() of a connection that has left brings nobody in", () => {
  const world = new RoomWorld();
  const { connection } = world.add();
  world.room.remove(connection);
  world.room.join(connection, "Ann");
  assertEquals([world.room.online, world.held], [[], []]);
});

Deno.test("Room.remove() twice is removing once, and the name leaves 5 seconds after", () => {
  const world = new RoomWorld();
  const { peer, connection } = world.add();
  world.room.join(connection, "Ann");
  world.room.remove(connection);
  world.clock.advance(LEAVE_GRACE_MS - 1);
  world.room.remove(connection);
  assertEquals(world.events.people, ["joined Ann"]);
  world.clock.advance(1);
  assertEquals(world.events.people, ["joined Ann", "left Ann"]);
  assertEquals(world.held, ["hold Ann", "release Ann"]);
  world.room.deliver([stored(1)]);
  assertEquals(peer.frames, []);
});

Deno.test("Room.close() takes the connection out at once, however long its socket takes", () => {
  const world = new RoomWorld();
  const { peer, connection } = world.add();
  world.room.close(connection, 1008, "flooding");
  world.room.deliver([stored(1)]);
  world.room.send(connection, PONG);
  assertEquals([peer.closes, peer.frames], [[{ code: 1008, reason: "flooding" }], []]);
  assertEquals(world.room.connections.size, 0);
});

Deno.test("Room.closeAll() closes every connection, announces nothing and leaves no timer", () => {
  const world = new RoomWorld();
  const [ann, bob, reader] = [world.add(), world.add(), world.add()];
  world.room.join(ann.connection, "Ann");
  world.room.join(bob.connection, "Bob");
  world.room.typing(ann.connection);
  reader.peer.bufferedAmount = Infinity;
  world.room.deliver([stored(1)]);
  world.room.closeAll(1001, "server is stopping");
  world.room.closeAll(1001, "server is stopping");
  for (const { peer } of [ann, bob, reader]) {
    assertEquals(peer.closes, [{ code: 1001, reason: "server is stopping" }]);
  }
  assertEquals([world.room.connections.size, world.clock.waiting], [0, 0]);
});

Deno.test("Room.restart() has another past at once, and sends everyone away to come back for it", () => {
  const world = new RoomWorld();
  world.room.load(storedRange(1, 3));
  const { peer, connection } = world.add();
  world.room.join(connection, "Ann");
  world.room.restart(storedRange(1, 2));
  assertEquals(peer.closes, [{ code: 1012, reason: "the log begins anew" }]);
  assertEquals(world.room.connections.size, 0);
  assertEquals([world.room.history.lastSeq, world.room.history.end], [2, 2]);
  world.room.deliver([stored(3, { id: "another" })]);
  assertEquals(seqs(world.room.history.last(10)), [1, 2, 3]);
});

Deno.test("Room.resend() sends a message to its sender alone", () => {
  const world = new RoomWorld({ window: 2 });
  const [sender, other] = [world.add(), world.add()];
  world.room.deliver(storedRange(1, 4));
  for (const { peer } of [sender, other]) peer.read();
  for (const seq of [1, 4]) world.room.resend(sender.connection, stored(seq));
  assertEquals(sender.peer.readJson().map(({ messages }) => seqs(messages)), [[1], [4]]);
  assertEquals(other.peer.frames, []);
});

Deno.test("Room.resend() leaves it to the cursor that has yet to reach the message", () => {
  const world = new RoomWorld();
  const { peer, connection } = world.add();
  world.room.deliver(storedRange(1, 2));
  peer.bufferedAmount = Infinity;
  world.room.deliver([stored(9)]);
  peer.bufferedAmount = 0;
  world.room.resend(connection, stored(9));
  world.room.resend(connection, stored(2));
  world.clock.advance(LAG_RETRY_MS);
  assertEquals(peer.readJson().map(({ messages }) => seqs(messages)), [[1, 2], [2], [9]]);
});

Deno.test("Room.typing() is told to the others, and of nobody without a name", () => {
  const world = new RoomWorld();
  const [ann, reader] = [world.add(), world.add()];
  world.room.typing(reader.connection);
  world.clock.advance(0);
  world.room.join(ann.connection, "Ann");
  world.clock.advance(0);
  for (const { peer } of [ann, reader]) peer.read();
  world.room.typing(ann.connection);
  world.clock.advance(0);
  assertEquals([ann.peer.readJson(), reader.peer.readJson()], [[], [{
    type: "typing",
    names: ["Ann"],
  }]]);
});
