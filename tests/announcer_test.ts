import { assertEquals } from "@std/assert";
import { Announcer, lags, PRESENCE_INTERVAL_MS, TYPING_INTERVAL_MS } from "../src/announcer.ts";
import { Connection } from "../src/connection.ts";
import { MAX_BUFFERED_BYTES } from "../src/limits.ts";
import { type Dialect, jsonDialect, textDialect } from "../src/protocol.ts";
import { FakeClock } from "./helpers/fake_clock.ts";
import { countingDialect } from "./helpers/fake_dialect.ts";
import { FakePeer } from "./helpers/fake_peer.ts";

/** An announcer, an audience of nobody yet, and a clock that has been running for a while. */
class Hall {
  readonly clock = new FakeClock();
  readonly connections: Connection[] = [];
  onlineCount = 0;
  retries = 0;
  /** Who those on other nodes were told is writing. */
  readonly typists: (readonly string[])[] = [];
  readonly announcer = new Announcer(this.clock, this, {
    typing: (names) => void this.typists.push(names),
  });

  handOver(connection: Connection, frame: string): void {
    connection.send(frame);
  }

  retryLater(): void {
    this.retries++;
  }

  add(name?: string, dialect: Dialect = jsonDialect): { peer: FakePeer; connection: Connection } {
    const peer = new FakePeer();
    const connection = new Connection({ peer, dialect, cursor: 0 });
    connection.name = name;
    this.connections.push(connection);
    return { peer, connection };
  }
}

Deno.test("lags() is true for more than 1 MiB in the socket", () => {
  const { peer, connection } = new Hall().add();
  peer.bufferedAmount = MAX_BUFFERED_BYTES;
  assertEquals(lags(connection), false);
  peer.bufferedAmount++;
  assertEquals(lags(connection), true);
});

Deno.test("Announcer tells everyone in one frame who came in together", () => {
  const hall = new Hall();
  const { peer } = hall.add("Ann");
  const { peer: reader } = hall.add();
  hall.onlineCount = 2;
  hall.announcer.joined("Ann");
  hall.announcer.joined("Bob");
  hall.announcer.left("Cy");
  hall.clock.advance(0);
  const frame = { type: "presence", joined: ["Ann", "Bob"], left: ["Cy"], online: 2 };
  assertEquals([peer.readJson(), reader.readJson()], [[frame], [frame]]);
});

Deno.test("Announcer tells at most four times a second who came and went", () => {
  const hall = new Hall();
  const { peer } = hall.add();
  for (let ms = 0; ms < 1000; ms += 10) {
    hall.announcer.joined(`n${ms}`);
    hall.clock.advance(ms < 990 ? 10 : 0);
  }
  assertEquals(peer.frames.length, 4);
  hall.clock.advance(PRESENCE_INTERVAL_MS);
  assertEquals(peer.readJson().flatMap(({ joined }) => joined).length, 100);
});

Deno.test("Announcer writes lines to text clients, none about themselves", () => {
  const hall = new Hall();
  const { peer } = hall.add("Ann", textDialect);
  for (const name of ["Ann", "Bob"]) hall.announcer.joined(name);
  hall.clock.advance(0);
  for (const name of ["Ann", "Bob"]) hall.announcer.left(name);
  hall.clock.advance(PRESENCE_INTERVAL_MS);
  assertEquals(peer.frames, ["Bob has joined", "Bob has left"]);
});

Deno.test("Announcer writes once what a crowd is told that comes in together", () => {
  const hall = new Hall();
  const dialect = countingDialect(jsonDialect);
  const names = Array.from({ length: 50 }, (_, n) => `n${n}`);
  const peers = names.map((name) => hall.add(name, dialect).peer);
  for (const name of names) hall.announcer.joined(name);
  hall.clock.advance(0);
  assertEquals(dialect.encodings, 1);
  assertEquals(peers.map((peer) => peer.readJson()[0].joined), names.map(() => names));
});

Deno.test("Announcer tells text clients of a crowd in one line, which does not count themselves", () => {
  const hall = new Hall();
  const names = ["Ann", "Bob", "Cy", "Di", "Eve", "Fay", "Gus"];
  const [ann, bob, cy] = names.map((name) => hall.add(name, textDialect).peer);
  const { peer: reader } = hall.add(undefined, textDialect);
  for (const name of names) hall.announcer.joined(name);
  hall.clock.advance(0);
  assertEquals([ann?.frames, bob?.frames, cy?.frames, reader.frames], [
    ["Bob, Cy and 4 more have joined"],
    ["Ann, Cy and 4 more have joined"],
    ["Ann, Bob and 4 more have joined"],
    ["Ann, Bob and 5 more have joined"],
  ]);
});

Deno.test("Announcer tells who lags nothing, and all of it in one frame when they catch up", () => {
  const hall = new Hall();
  const { peer, connection } = hall.add();
  peer.bufferedAmount = MAX_BUFFERED_BYTES + 1;
  hall.announcer.joined("Ann");
  hall.announcer.joined("Bob");
  hall.clock.advance(PRESENCE_INTERVAL_MS);
  hall.announcer.left("Ann");
  hall.clock.advance(PRESENCE_INTERVAL_MS);
  assertEquals([peer.frames, hall.retries], [[], 2]);
  hall.onlineCount = 7;
  hall.announcer.catchUp(connection);
  hall.announcer.catchUp(connection);
  assertEquals(peer.readJson(), [{ type: "presence", joined: ["Bob"], left: ["Ann"], online: 7 }]);
});

Deno.test("Announcer keeps the order for a reader that lagged and has yet to catch up", () => {
  const hall = new Hall();
  const { peer, connection } = hall.add();
  peer.bufferedAmount = MAX_BUFFERED_BYTES + 1;
  hall.announcer.left("Ann");
  hall.clock.advance(PRESENCE_INTERVAL_MS);
  peer.bufferedAmount = 0;
  hall.announcer.joined("Ann");
  hall.clock.advance(PRESENCE_INTERVAL_MS);
  assertEquals(peer.frames, []);
  hall.announcer.catchUp(connection);
  assertEquals(peer.readJson().map(({ joined, left }) => [joined, left]), [[["Ann"], []]]);
});

Deno.test("Announcer tells who writes, each reader of the others", () => {
  const hall = new Hall();
  const peers = ["Ann", "Bob", undefined].map((name) => hall.add(name).peer);
  hall.announcer.typing("Ann");
  hall.announcer.typing("Ann");
  hall.clock.advance(0);
  const frame = { type: "typing", names: ["Ann"] };
  assertEquals(peers.map((peer) => peer.readJson()), [[], [frame], [frame]]);
});

Deno.test("Announcer tells at most twice a second who writes, and forgets it when told", () => {
  const hall = new Hall();
  const { peer } = hall.add();
  for (let ms = 0; ms < 1000; ms += 10) {
    hall.announcer.typing(ms < 300 ? "Ann" : "Bob");
    hall.clock.advance(ms < 990 ? 10 : 0);
  }
  assertEquals(peer.readJson().map(({ names }) => names), [["Ann"], ["Ann", "Bob"]]);
  hall.clock.advance(TYPING_INTERVAL_MS);
  assertEquals(peer.readJson().map(({ names }) => names), [["Bob"]]);
});

Deno.test("Announcer tells neither who lags nor text clients who writes, then or later", () => {
  const hall = new Hall();
  const { peer, connection } = hall.add();
  const { peer: text } = hall.add(undefined, textDialect);
  peer.bufferedAmount = MAX_BUFFERED_BYTES + 1;
  hall.announcer.typing("Ann");
  hall.clock.advance(TYPING_INTERVAL_MS);
  peer.bufferedAmount = 0;
  hall.announcer.catchUp(connection);
  assertEquals([peer.frames, text.frames, hall.retries], [[], [], 0]);
});

Deno.test("Announcer.close() calls off what is not told and leaves no timer", () => {
  const hall = new Hall();
  const { peer } = hall.add();
  hall.announcer.joined("Ann");
  hall.announcer.typing("Ann");
  hall.announcer.close();
  assertEquals(hall.clock.waiting, 0);
  hall.clock.advance(1000);
  assertEquals(peer.frames, []);
});

Deno.test("Announcer does not tell that somebody is writing what they have sent by then", () => {
  const hall = new Hall();
  const { peer } = hall.add("Bob");
  hall.announcer.typing("Cy");
  hall.clock.advance(0);
  peer.readJson();
  hall.announcer.typing("Ann");
  hall.announcer.typing("Cy");
  hall.announcer.spoke("Ann");
  hall.clock.advance(TYPING_INTERVAL_MS);
  assertEquals(peer.readJson(), [{ type: "typing", names: ["Cy"] }]);
});

Deno.test("Announcer tells other nodes who writes here, gathered, and nothing of who writes there", () => {
  const hall = new Hall();
  const { peer } = hall.add("Bob");
  hall.announcer.typingElsewhere("Zoe");
  hall.clock.advance(0);
  assertEquals(hall.typists, []);
  for (const name of ["Ann", "Bob", "Ann"]) hall.announcer.typing(name);
  hall.announcer.typingElsewhere("Ann");
  hall.clock.advance(TYPING_INTERVAL_MS);
  assertEquals(hall.typists, [["Ann", "Bob"]]);
  assertEquals(peer.readJson().map(({ names }) => names), [["Zoe"], ["Ann"]]);
});

Deno.test("Announcer does not tell that somebody on another node is writing what is here by then", () => {
  const hall = new Hall();
  const { peer } = hall.add("Bob");
  hall.announcer.typingElsewhere("Ann");
  hall.announcer.spoke("Ann");
  hall.clock.advance(TYPING_INTERVAL_MS);
  assertEquals(peer.frames, []);
});
