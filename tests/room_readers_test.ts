import { assert, assertEquals, assertGreater, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import type { Connection } from "../src/connection.ts";
import { LIVE_FRAME_BYTES, MAX_BUFFERED_BYTES, MAX_FRAME_BYTES } from "../src/limits.ts";
import type { StoredMessage } from "../src/message.ts";
import { jsonDialect, PONG, textDialect } from "../src/protocol.ts";
import { LAG_RETRY_MS, STUCK_MS } from "../src/room.ts";
import { FakePeer } from "./helpers/fake_peer.ts";
import { RoomWorld } from "./helpers/room_world.ts";
import { seqs, stored, storedRange } from "./helpers/stored_messages.ts";

const FULL = MAX_BUFFERED_BYTES + 1;

Deno.test("Room.deliver() skips a connection whose buffer is full, and only that one", () => {
  const world = new RoomWorld();
  const [slow, quick] = [world.add(), world.add()];
  slow.peer.bufferedAmount = FULL;
  quick.peer.bufferedAmount = MAX_BUFFERED_BYTES;
  world.room.deliver([stored(1)]);
  assertEquals([slow.peer.frames.length, quick.peer.frames.length], [0, 1]);
});

Deno.test("Room sends a reader that lagged all it missed in one frame, soon after it has room", () => {
  const world = new RoomWorld();
  const { peer } = world.add();
  peer.bufferedAmount = FULL;
  for (let seq = 1; seq <= 3; seq++) world.room.deliver([stored(seq)]);
  world.clock.advance(10 * LAG_RETRY_MS);
  assertEquals(peer.frames, []);
  peer.bufferedAmount = 0;
  world.clock.advance(LAG_RETRY_MS);
  assertEquals(peer.readJson().map(({ messages }) => seqs(messages)), [[1, 2, 3]]);
  assertEquals(world.clock.waiting, 0);
});

Deno.test("Room tells a reader that fell out of the window how many messages it missed", () => {
  const world = new RoomWorld({ window: 2 });
  const readers = [world.add(jsonDialect), world.add(textDialect)];
  for (const { peer } of readers) peer.bufferedAmount = FULL;
  for (let seq = 10; seq <= 50; seq += 10) world.room.deliver([stored(seq)]);
  for (const { peer } of readers) peer.bufferedAmount = 0;
  world.clock.advance(LAG_RETRY_MS);
  const [json, text] = readers.map(({ peer }) => peer);
  assertEquals(json?.frames, [
    `{"type":"messages","skipped":3,"messages":[${stored(40).json},${stored(50).json}]}`,
  ]);
  assertEquals(text?.frames.slice(1), ["Ann: text 40", "Ann: text 50"]);
  assertEquals(text?.frames[0], "! Missed 3 messages: reading too slowly");
  assertEquals(
    world.events.skips,
    readers.map(({ connection }) => ({ connection, messages: 3 })),
  );
});

Deno.test("Room sends at most 1 MiB of messages at once, in frames of 64 KiB, and waits between", () => {
  const world = new RoomWorld();
  const { peer } = world.add();
  peer.isStalled = true;
  const large = Array.from({ length: 300 }, (_, i) => stored(i + 1, { text: "x".repeat(8000) }));
  world.room.deliver(large);
  const got: number[] = [];
  while (peer.frames.length > 0) {
    const frames = peer.read();
    assertLessOrEqual(frames.join("").length, MAX_FRAME_BYTES + 1000);
    for (const frame of frames) {
      assertLessOrEqual(frame.length, LIVE_FRAME_BYTES + 1000);
      got.push(...seqs(JSON.parse(frame).messages));
    }
    peer.take(Infinity);
    world.clock.advance(LAG_RETRY_MS);
  }
  assertEquals(got, seqs(large));
});

Deno.test("Room tells how many messages are missing once, in the first of several frames", () => {
  const world = new RoomWorld({ window: 20 });
  const { peer } = world.add();
  peer.bufferedAmount = FULL;
  world.room.deliver(
    Array.from({ length: 25 }, (_, i) => stored(i + 1, { text: "x".repeat(8000) })),
  );
  peer.bufferedAmount = 0;
  world.clock.advance(LAG_RETRY_MS);
  const frames = peer.readJson();
  assertGreater(frames.length, 1);
  assertEquals(frames.map(({ skipped }) => skipped), [5, ...frames.slice(1).map(() => undefined)]);
});

Deno.test("Room tells a reader that lagged who came and went in the meantime", () => {
  const world = new RoomWorld();
  const [slow, ann] = [world.add(), world.add()];
  slow.peer.bufferedAmount = FULL;
  world.room.join(ann.connection, "Ann");
  world.clock.advance(LAG_RETRY_MS);
  assertEquals(slow.peer.frames, []);
  slow.peer.bufferedAmount = 0;
  world.clock.advance(LAG_RETRY_MS);
  assertEquals(slow.peer.readJson(), [
    { type: "presence", joined: ["Ann"], left: [], online: 1 },
  ]);
  assertEquals(world.clock.waiting, 0);
});

Deno.test("security 30: Room.sweep() closes with 1013 who has taken nothing for 30 s, and nobody else", () => {
  const world = new RoomWorld();
  const [dead, slow, quick] = [world.add(), world.add(), world.add()];
  dead.peer.isStalled = true;
  slow.peer.isStalled = true;
  world.room.deliver(storedRange(1, 50));
  for (let ms = 0; ms < STUCK_MS; ms += 5_000) {
    world.room.sweep();
    assertEquals(dead.peer.closes, []);
    world.clock.advance(5_000);
    slow.peer.take(100);
  }
  world.room.sweep();
  assertEquals(dead.peer.closes, [{ code: 1013, reason: "reading too slowly" }]);
  assertEquals(world.events.stuckOnes, [dead.connection]);
  assertEquals([...world.room.connections], [slow.connection, quick.connection]);
});

Deno.test("Room.send() closes with 1013 who asks and asks and never reads", () => {
  const world = new RoomWorld();
  const { peer, connection } = world.add();
  peer.isStalled = true;
  for (let n = 0; n < 1_000_000 && peer.closes.length === 0; n++) {
    world.room.send(connection, PONG.repeat(100));
  }
  assertEquals(peer.closes, [{ code: 1013, reason: "reading too slowly" }]);
  assertEquals(world.room.connections.size, 0);
});

Deno.test("Room.send() answers a reader that has no more waiting than the room itself sent", () => {
  const world = new RoomWorld();
  const { peer, connection } = world.add();
  peer.isStalled = true;
  peer.bufferedAmount = MAX_BUFFERED_BYTES;
  const text = "x".repeat(1024 - stored(1000, { text: "" }).bytes);
  const count = MAX_FRAME_BYTES / 1024;
  world.room.deliver(Array.from({ length: count }, (_, i) => stored(1000 + i, { text })));
  assertGreater(peer.bufferedAmount, MAX_BUFFERED_BYTES + MAX_FRAME_BYTES);
  world.room.send(connection, PONG);
  assertEquals(peer.closes, []);
  assert(peer.frames.at(-1) === PONG);
});

/** A socket that fails the test when it is sent messages over the limit of what may wait in it. */
class StrictPeer extends FakePeer {
  override send(frame: string): void {
    assertLessOrEqual(this.bufferedAmount, MAX_BUFFERED_BYTES);
    super.send(frame);
  }
}

interface Reader {
  readonly peer: StrictPeer;
  readonly connection: Connection;
  /** How many messages had been said when it came. */
  readonly from: number;
}

/** Holds that `reader` had every message of `said` once, but for those it was told it missed. */
function assertReadAll({ peer, from }: Reader, said: readonly StoredMessage[]): number {
  let position = from;
  let missed = 0;
  for (const { messages, skipped = 0 } of peer.readJson()) {
    assert(messages.length > 0);
    missed += skipped;
    position += skipped;
    assertEquals(seqs(messages), seqs(said.slice(position, position + messages.length)));
    position += messages.length;
  }
  assertEquals(position, said.length);
  return missed;
}

const large = "x".repeat(400_000);

const batch = fc.array(
  fc.record({ gap: fc.integer({ min: 1, max: 5 }), isLarge: fc.boolean() }),
  { minLength: 1, maxLength: 6 },
);

const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ say: batch }) },
    { weight: 3, arbitrary: fc.record({ reader: fc.nat(5), waits: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ wait: fc.constantFrom(1, LAG_RETRY_MS, 200) }) },
    { weight: 1, arbitrary: fc.record({ come: fc.integer({ min: 0, max: 8 }) }) },
  ),
  { maxLength: 40, size: "max" },
);

Deno.test("Room shows every reader every message once, or tells how many it missed", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 10 }), steps, (window, steps) => {
    const world = new RoomWorld({ window });
    const readers: Reader[] = [];
    const said: StoredMessage[] = [];
    function come(behind: number): void {
      const from = Math.max(0, said.length - Math.min(behind, window));
      const peer = new StrictPeer();
      readers.push({
        peer,
        from,
        connection: world.room.add({ peer, dialect: jsonDialect, cursor: from }),
      });
    }
    come(0);
    for (const step of steps) {
      if ("come" in step) come(step.come);
      else if ("wait" in step) world.clock.advance(step.wait);
      else if ("reader" in step) {
        const { peer } = readers[step.reader % readers.length] ?? { peer: new StrictPeer() };
        peer.bufferedAmount = step.waits ? FULL : 0;
      } else {
        const seq = said.at(-1)?.seq ?? 0;
        const batch = step.say.map(({ gap, isLarge }, i) =>
          stored(seq + 5 * i + gap, isLarge ? { text: large } : {})
        );
        said.push(...batch);
        world.room.deliver(batch);
      }
    }
    for (const { peer } of readers) peer.bufferedAmount = 0;
    world.clock.advance(100 * LAG_RETRY_MS);
    const missed = readers.reduce((sum, reader) => sum + assertReadAll(reader, said), 0);
    assertEquals(missed, world.events.skips.reduce((sum, { messages }) => sum + messages, 0));
    assertEquals(world.clock.waiting, 0);
  }));
});
