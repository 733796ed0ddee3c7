import { assertEquals, assertLessOrEqual } from "@std/assert";
import { PRESENCE_INTERVAL_MS } from "../src/announcer.ts";
import { MAX_FRAME_BYTES } from "../src/limits.ts";
import { LEAVE_GRACE_MS } from "../src/presence.ts";
import { type Since, wireLimits } from "../src/protocol.ts";
import { MemoryDisk } from "./helpers/memory_store.ts";
import { SessionWorld } from "./helpers/session_world.ts";
import { seqs, stored } from "./helpers/stored_messages.ts";

/** A world that was told messages with these `seq`, history 3 and a window of 5. */
function worldWith(said: readonly number[]): SessionWorld {
  const disk = new MemoryDisk();
  disk.messages = said.map((seq) => stored(seq));
  return new SessionWorld({ disk, window: 5 });
}

/** What a reader with `since` is welcomed with. */
function welcomeOf(world: SessionWorld, since?: Partial<Since>) {
  const { log } = world.store;
  const { peer } = world.json(since === undefined ? {} : { since: { log, seq: 0, ...since } });
  const [welcome, ...more] = peer.readJson();
  assertEquals(more, []);
  return { reset: welcome.reset, seqs: seqs(welcome.messages) };
}

Deno.test("JsonSession sends welcome first and at once, with all that a client must know", async () => {
  const world = worldWith([1, 2, 7, 9]);
  await world.joined("Ann");
  const { peer } = world.json();
  const { messages, ...welcome } = peer.readJson()[0];
  assertEquals(welcome, {
    type: "welcome",
    log: world.store.log,
    reset: true,
    online: ["Ann"],
    limits: wireLimits({ rate: 5, history: 3 }),
  });
  assertEquals(messages, [2, 7, 9].map((seq) => JSON.parse(stored(seq).json)));
});

Deno.test("JsonSession welcomes without since with the last history and a reset", () => {
  assertEquals(welcomeOf(worldWith([])), { reset: true, seqs: [] });
  assertEquals(welcomeOf(worldWith([5])), { reset: true, seqs: [5] });
  assertEquals(welcomeOf(worldWith([1, 2, 3, 4, 5, 6, 7])), { reset: true, seqs: [5, 6, 7] });
});

Deno.test("JsonSession resumes after the message that the client has", () => {
  const world = worldWith([1, 2, 3, 4, 5]);
  assertEquals(welcomeOf(world, { seq: 5 }), { reset: false, seqs: [] });
  assertEquals(welcomeOf(world, { seq: 4 }), { reset: false, seqs: [5] });
});

Deno.test("JsonSession resumes with all that followed, also more than the history", () => {
  assertEquals(welcomeOf(worldWith([1, 2, 3, 4, 5]), { seq: 1 }), {
    reset: false,
    seqs: [2, 3, 4, 5],
  });
});

Deno.test("JsonSession resumes in a gap of seq", () => {
  const world = worldWith([10, 20, 30]);
  assertEquals(welcomeOf(world, { seq: 15 }), { reset: false, seqs: [20, 30] });
});

Deno.test("JsonSession resumes an empty log that the client knows to be empty", () => {
  assertEquals(welcomeOf(worldWith([]), { seq: 0 }), { reset: false, seqs: [] });
});

Deno.test("JsonSession resets a client of another log", () => {
  const world = worldWith([1, 2, 3, 4]);
  assertEquals(welcomeOf(world, { log: "another", seq: 4 }), { reset: true, seqs: [2, 3, 4] });
});

Deno.test("JsonSession resets a client that is before the window, and no other", () => {
  const world = worldWith([1, 2, 3, 4, 5, 6, 7, 8]);
  assertEquals(welcomeOf(world, { seq: 2 }), { reset: true, seqs: [6, 7, 8] });
  assertEquals(welcomeOf(world, { seq: 3 }), { reset: false, seqs: [4, 5, 6, 7, 8] });
});

Deno.test("JsonSession resets a client that is beyond the head", () => {
  const world = worldWith([1, 2, 3, 4]);
  assertEquals(welcomeOf(world, { seq: 5 }), { reset: true, seqs: [2, 3, 4] });
  assertEquals(welcomeOf(worldWith([]), { seq: 1 }), { reset: true, seqs: [] });
});

Deno.test("JsonSession goes on after the welcome without a gap and without a repetition", async () => {
  const world = worldWith([1, 2, 3]);
  const { peer } = world.json();
  await world.say();
  await world.say();
  assertEquals(peer.readJson().flatMap(({ messages }) => seqs(messages)), [1, 2, 3, 4, 5]);
});

Deno.test("JsonSession sends what is too much for one welcome right after it", async () => {
  const disk = new MemoryDisk();
  disk.messages = Array.from(
    { length: 100 },
    (_, i) => stored(i + 1, { text: "\u{1f44d}".repeat(6000) }),
  );
  const world = new SessionWorld({ disk, history: 100 });
  const { peer } = world.json();
  await world.settle();
  const frames = peer.read();
  for (const frame of frames) {
    assertLessOrEqual(new TextEncoder().encode(frame).length, MAX_FRAME_BYTES + 1000);
  }
  const messages = frames.flatMap((frame) => JSON.parse(frame).messages);
  assertEquals(seqs(messages), seqs(disk.messages));
});

Deno.test("JsonSession tells of a name that left before the welcome and came back right after", () => {
  const world = worldWith([]);
  const join = (name: string) => {
    const { session } = world.json();
    session.receive(JSON.stringify({ type: "join", name, key: name.padEnd(22, "_") }));
    return session.connection;
  };
  world.room.remove(join("Ann"));
  world.clock.advance(LEAVE_GRACE_MS - 1);
  // This is told at once, and so Ann's leaving and coming only after PRESENCE_INTERVAL_MS, together.
  join("Bob");
  world.clock.advance(1);
  const { peer } = world.json();
  join("Ann");
  world.clock.advance(PRESENCE_INTERVAL_MS);
  const [welcome, presence] = peer.readJson();
  assertEquals([welcome.online, presence?.joined], [["Bob"], ["Ann"]]);
});
