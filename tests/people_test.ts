// People on this node and on others, as a room sees them.

import { assertEquals } from "@std/assert";
import { PRESENCE_INTERVAL_MS, TYPING_INTERVAL_MS } from "../src/announcer.ts";
import { LEAVE_GRACE_MS } from "../src/presence.ts";
import { stored } from "./helpers/stored_messages.ts";
import { RoomWorld } from "./helpers/room_world.ts";

Deno.test("People on another node are online, and come and go for everyone here", () => {
  const world = new RoomWorld();
  const { peer } = world.add();
  world.room.people.heldElsewhere("b", "Bob");
  world.clock.advance(0);
  assertEquals([world.room.online, world.room.onlineCount], [["Bob"], 1]);
  world.room.people.releasedElsewhere("b", "Bob");
  world.clock.advance(LEAVE_GRACE_MS + PRESENCE_INTERVAL_MS);
  assertEquals(peer.readJson().map(({ joined, left, online }) => [joined, left, online]), [
    [["Bob"], [], 1],
    [[], ["Bob"], 0],
  ]);
  assertEquals(world.held, [], "this node holds none of it");
});

Deno.test("A name is here for as long as one node has it", () => {
  const world = new RoomWorld();
  const { connection } = world.add();
  world.room.join(connection, "Ann");
  for (const node of ["b", "c", "c"]) world.room.people.heldElsewhere(node, "ANN");
  world.room.remove(connection);
  for (const node of ["b", "x"]) world.room.people.releasedElsewhere(node, "Ann");
  world.clock.advance(2 * LEAVE_GRACE_MS);
  assertEquals([world.room.online, world.events.people], [["Ann"], ["joined Ann"]]);
  world.room.people.releasedElsewhere("c", "ann");
  world.clock.advance(LEAVE_GRACE_MS);
  assertEquals(world.events.people, ["joined Ann", "left Ann"]);
});

Deno.test("A client that moves to another node does not flicker", () => {
  const world = new RoomWorld();
  const { connection } = world.add();
  world.room.join(connection, "Ann");
  world.room.remove(connection);
  world.clock.advance(LEAVE_GRACE_MS - 1);
  world.room.people.heldElsewhere("b", "Ann");
  world.clock.advance(2 * LEAVE_GRACE_MS);
  world.room.people.releasedElsewhere("b", "Ann");
  world.clock.advance(LEAVE_GRACE_MS - 1);
  world.room.join(world.add().connection, "Ann");
  world.clock.advance(2 * LEAVE_GRACE_MS);
  assertEquals(world.events.people, ["joined Ann"]);
});

Deno.test("The people of a dead node are gone at once, but those that another node has", () => {
  const world = new RoomWorld();
  world.room.join(world.add().connection, "Ann");
  for (const name of ["Ann", "Bob", "Cy"]) world.room.people.heldElsewhere("b", name);
  world.room.people.heldElsewhere("c", "Cy");
  for (const name of ["Ann", "Bob", "Cy", "Di"]) world.room.people.lostElsewhere("b", name);
  assertEquals(world.room.online, ["Ann", "Cy"]);
  assertEquals(world.events.people.at(-1), "left Bob");
});

Deno.test("Room.expel() closes the connections of a name, which is another's now, and no other", () => {
  const world = new RoomWorld();
  const [tab, window, bob, reader] = [world.add(), world.add(), world.add(), world.add()];
  for (const { connection } of [tab, window]) world.room.join(connection, "Ann");
  world.room.join(bob.connection, "Bob");
  world.room.expel("Ann");
  const closed = [tab, window, bob, reader].map(({ peer }) => peer.closes.map(({ code }) => code));
  assertEquals(closed, [[1012], [1012], [], []]);
  assertEquals(world.room.connections.size, 2);
});

Deno.test("Other nodes hear at once that a name is held here, and that it is not any more", () => {
  const world = new RoomWorld();
  const [tab, window] = [world.add(), world.add()];
  for (const { connection } of [tab, window]) world.room.join(connection, "Ann");
  world.room.people.heldElsewhere("b", "Bob");
  world.room.remove(tab.connection);
  assertEquals(world.told, ["held Ann"]);
  world.room.remove(window.connection);
  assertEquals(world.told, ["held Ann", "released Ann"]);
});

Deno.test("Who writes on another node is shown here, unless their message is here first", () => {
  const world = new RoomWorld();
  const { peer } = world.add();
  world.room.people.typingElsewhere("Bob");
  world.room.people.typingElsewhere("Ann");
  world.room.deliver([stored(1, { name: "Ann" })]);
  world.clock.advance(TYPING_INTERVAL_MS);
  const [, typing] = peer.readJson();
  assertEquals(typing, { type: "typing", names: ["Bob"] });
});

Deno.test("Who writes here is told to other nodes, at most twice a second", () => {
  const world = new RoomWorld();
  const { connection } = world.add();
  world.room.join(connection, "Ann");
  for (let ms = 0; ms < 1000; ms += 100) {
    world.room.typing(connection);
    world.clock.advance(ms < 900 ? 100 : 0);
  }
  assertEquals(world.told, ["held Ann", "typing Ann", "typing Ann"]);
});
