import { assertEquals, assertGreaterOrEqual } from "@std/assert";
import { Connection } from "../src/connection.ts";
import { textDialect } from "../src/protocol.ts";
import { FakePeer } from "./helpers/fake_peer.ts";

function setUp(): { peer: FakePeer; connection: Connection } {
  const peer = new FakePeer();
  return { peer, connection: new Connection({ peer, dialect: textDialect, cursor: 0 }) };
}

Deno.test("Connection.send() hands each frame to the socket", () => {
  const { peer, connection } = setUp();
  connection.send("one");
  connection.send("two");
  assertEquals(peer.frames, ["one", "two"]);
});

Deno.test("Connection.stuckFor() is 0 while nothing waits", () => {
  const { connection } = setUp();
  connection.send("one");
  assertEquals([0, 60_000].map((now) => connection.stuckFor(now)), [0, 0]);
});

Deno.test("Connection.stuckFor() counts from the call that first saw something wait", () => {
  const { peer, connection } = setUp();
  peer.isStalled = true;
  connection.send("x".repeat(1000));
  assertEquals([5, 10, 30_005].map((now) => connection.stuckFor(now)), [0, 5, 30_000]);
});

Deno.test("Connection.stuckFor() begins anew whenever the reader took something", () => {
  const { peer, connection } = setUp();
  peer.isStalled = true;
  connection.send("x".repeat(1000));
  connection.stuckFor(0);
  peer.take(1);
  assertEquals([20_000, 30_000].map((now) => connection.stuckFor(now)), [0, 10_000]);
});

Deno.test("Connection.stuckFor() begins anew when the buffer was empty in between", () => {
  const { peer, connection } = setUp();
  peer.isStalled = true;
  connection.send("x".repeat(1000));
  connection.stuckFor(0);
  peer.take(1000);
  connection.stuckFor(10_000);
  connection.send("x".repeat(1000));
  assertEquals([20_000, 25_000].map((now) => connection.stuckFor(now)), [0, 5_000]);
});

Deno.test("Connection.stuckFor() is not put off by more being sent", () => {
  for (const text of ["x", "语", "👍", "é"]) {
    const { peer, connection } = setUp();
    peer.isStalled = true;
    for (let now = 0; now <= 30_000; now += 5_000) {
      connection.send(text.repeat(1000));
      assertGreaterOrEqual(connection.stuckFor(now), now, text);
    }
  }
});

Deno.test("Connection.stuckFor() sees that a slow reader takes something, whatever is sent", () => {
  for (const text of ["x", "语", "👍", "é"]) {
    const { peer, connection } = setUp();
    peer.isStalled = true;
    for (let now = 0; now <= 60_000; now += 5_000) {
      for (let n = 0; n < 5; n++) {
        connection.send(text.repeat(1000));
        peer.take(10);
      }
      assertEquals(connection.stuckFor(now), 0, `${text} at ${now}`);
    }
  }
});

Deno.test("Connection.stuckFor() sees a reader that took all and was sent as much again", () => {
  const { peer, connection } = setUp();
  peer.isStalled = true;
  connection.send("语".repeat(1000));
  connection.stuckFor(0);
  peer.take(3000);
  connection.send("语".repeat(1000));
  assertEquals(connection.stuckFor(30_000), 0);
});
