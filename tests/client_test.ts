// Reading and connecting: see client_delivery_test.ts for sending and client_join_test.ts for names.

import { assert, assertEquals, assertLessOrEqual, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Backoff, FIRST_DELAY_MS, LONGEST_DELAY_MS } from "../src/client/backoff.ts";
import { ANSWER_MS, SILENCE_MS } from "../src/client/heartbeat.ts";
import { STABLE_MS, WAKE_ANSWER_MS, WELCOME_MS } from "../src/client/link.ts";
import { RETURN_MS } from "../src/client/reader.ts";
import { TYPING_EXPIRES_MS } from "../src/client/typists.ts";
import { message, seqs, World } from "./client_fakes.ts";

Deno.test("A client asks for the JSON dialect, and for everything when it knows nothing", () => {
  const world = new World();
  world.client.connect();
  assertEquals(world.socket.protocol, "parley.v1");
  assertEquals(world.socket.url.href, "ws://chat.test/ws");
});

Deno.test("A client that is given a place goes on from there", () => {
  const world = new World({ since: { log: "log1", seq: 7 } });
  world.client.connect();
  assertEquals(world.socket.url.searchParams.get("since"), "log1:7");
  world.welcome({ reset: false, messages: [message(8)] });
  assertEquals(world.eventsOf("reset"), []);
  assertEquals(world.eventsOf("messages").map((event) => seqs(event.messages)), [[8]]);
});

Deno.test("connect() twice opens one socket", () => {
  const world = new World();
  world.client.connect();
  world.client.connect();
  assertEquals(world.sockets.length, 1);
});

Deno.test("connect() throws for an address that is none, and nothing has begun", () => {
  const world = new World({ url: "no address" });
  assertThrows(() => world.client.connect(), TypeError);
  assertEquals(world.client.status, "closed");
});

Deno.test("A welcome that resets replaces what was read", () => {
  const world = new World({ since: { log: "old", seq: 900 } });
  world.welcome({ messages: [message(1), message(2)] });
  assertEquals(world.eventsOf("reset").map((event) => seqs(event.messages)), [[1, 2]]);
  world.reconnect();
  assertEquals(world.socket.url.searchParams.get("since"), "log1:2");
});

Deno.test("A welcome from another log resets, whatever it says", () => {
  const world = new World({ since: { log: "old", seq: 900 } });
  world.welcome({ reset: false, messages: [message(1)] });
  assertEquals(world.eventsOf("reset").map((event) => seqs(event.messages)), [[1]]);
});

Deno.test("A client resumes after the last message it has seen", () => {
  const world = new World();
  const socket = world.welcome({ messages: [message(3)] });
  socket.receive({ type: "messages", messages: [message(4), message(9)] });
  world.reconnect({ messages: [message(10)] });
  assertEquals(world.socket.url.searchParams.get("since"), "log1:9");
  assertEquals(world.eventsOf("messages").map((event) => seqs(event.messages)), [[4, 9], [10]]);
});

Deno.test("A message that comes twice is shown once", () => {
  const world = new World();
  const socket = world.welcome({ messages: [message(1), message(2)] });
  socket.receive({ type: "messages", messages: [message(2)] });
  socket.receive({ type: "messages", messages: [message(2), message(3)] });
  assertEquals(world.eventsOf("messages").map((event) => seqs(event.messages)), [[3]]);
});

Deno.test("However batches overlap, listeners see each message once and in order", () => {
  const batch = fc.tuple(fc.nat(40), fc.nat(10)).map(([from, length]) =>
    Array.from({ length }, (_, index) => message(from + index + 1))
  );
  fc.assert(fc.property(fc.array(batch), (batches) => {
    const world = new World();
    const socket = world.welcome();
    for (const messages of batches) socket.receive({ type: "messages", messages });
    const shown = world.eventsOf("messages").flatMap((event) => seqs(event.messages));
    assertEquals(shown, [...new Set(shown)].sort((a, b) => a - b));
  }));
});

Deno.test("A reader that fell behind is told how many messages it lost", () => {
  const world = new World();
  world.welcome().receive({ type: "messages", messages: [message(50)], skipped: 12 });
  assertEquals(world.eventsOf("messages").map((event) => event.skipped), [12]);
});

Deno.test("Frames that are unknown or broken are ignored", () => {
  const world = new World();
  const socket = world.welcome();
  const before = world.events.length;
  socket.receive({ type: "hologram", names: ["Ann"] });
  socket.receive({ type: "messages", messages: [{ ...message(1), time: "yesterday" }] });
  for (const data of ["", "{", "null", "[]", "7", new Uint8Array(3)]) socket.receiveText(data);
  assertEquals(world.events.length, before);
});

Deno.test("Silence is broken with a ping, and a ping with no answer ends the connection", () => {
  const world = new World();
  const socket = world.welcome();
  world.timer.advance(SILENCE_MS - 1);
  assertEquals(socket.sent, []);
  world.timer.advance(1);
  assertEquals(socket.sent, [{ type: "ping" }]);
  world.timer.advance(ANSWER_MS);
  assert(socket.closed);
  assertEquals(world.client.status, "waiting");
});

Deno.test("Anything that comes in answers a ping", () => {
  const world = new World();
  const socket = world.welcome();
  world.timer.advance(SILENCE_MS);
  socket.receive({ type: "pong" });
  world.timer.advance(ANSWER_MS);
  assert(!socket.closed);
  assertEquals(world.client.status, "connected");
});

Deno.test("A server that never says welcome is given up", () => {
  const world = new World();
  world.client.connect();
  world.timer.advance(WELCOME_MS);
  assert(world.socket.closed);
  assertEquals(world.client.status, "waiting");
});

Deno.test("What a socket says after it was given up is ignored", () => {
  const world = new World();
  const dead = world.welcome();
  world.timer.advance(SILENCE_MS + ANSWER_MS);
  world.client.wake();
  assertEquals(world.sockets.length, 2);
  dead.receive({ type: "messages", messages: [message(1)] });
  dead.end();
  assertEquals(world.eventsOf("messages"), []);
  assertEquals(world.client.status, "connecting");
});

Deno.test("Each failed attempt doubles the wait, a connection that lasts makes it short again", () => {
  const world = new World({ random: () => 0.5 });
  world.client.connect();
  const waits = [1006, 1006, 1006].map((code) => {
    world.socket.end(code);
    const [wait = NaN] = world.timer.pending;
    world.timer.advance(wait);
    return wait;
  });
  assertEquals(waits, [250, 500, 1000]);
  world.welcome();
  world.timer.advance(STABLE_MS);
  world.socket.end(1001);
  assertEquals(world.timer.pending, [250]);
});

Deno.test("A connection that is closed at once does not make the wait short again", () => {
  const world = new World({ random: () => 0.5 });
  const waits = [1013, 1011, 1001].map((code) => {
    world.welcome().end(code);
    const [wait = NaN] = world.timer.pending;
    world.timer.advance(wait);
    return wait;
  });
  assertEquals(waits, [250, 500, 1000]);
});

Deno.test("After flooding a client stays away for at least 15 s", () => {
  const world = new World({ random: () => 0 });
  world.welcome().end(1008);
  assertEquals(world.timer.pending, [15_000]);
});

Deno.test("Every wait is within its ceiling, and the ceiling within half a minute", () => {
  const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(fc.property(unit, fc.integer({ min: 0, max: 2000 }), (random, attempts) => {
    const backoff = new Backoff(() => random);
    for (let attempt = 0; attempt < attempts; attempt++) backoff.next();
    const wait = backoff.next();
    const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** attempts);
    assert(wait >= 0 && wait <= ceiling, `${wait} is not within ${ceiling}`);
    const long = backoff.long();
    assert(long >= LONGEST_DELAY_MS / 2 && long <= LONGEST_DELAY_MS, `${long} is not long`);
    backoff.reset();
    assertLessOrEqual(backoff.next(), FIRST_DELAY_MS);
  }));
});

Deno.test("wake() connects at once instead of waiting", () => {
  const world = new World();
  world.welcome().end();
  world.client.wake();
  assertEquals(world.sockets.length, 2);
  assertEquals(world.client.status, "connecting");
});

Deno.test("wake() makes a connection prove itself, and replaces one that only looks open", () => {
  const world = new World();
  const socket = world.welcome();
  world.client.wake();
  assertEquals(socket.sent, [{ type: "ping" }]);
  world.timer.advance(WAKE_ANSWER_MS);
  assert(socket.closed);
  assertEquals(world.client.status, "waiting");
});

Deno.test("close() ends everything and leaves no timer", () => {
  const world = new World();
  const socket = world.join();
  socket.receive({ type: "typing", names: ["Bob"] });
  world.client.typing();
  world.client.close();
  assert(socket.closed);
  assertEquals(world.timer.pending, []);
  socket.end(1000);
  assertEquals(world.client.status, "closed");
  world.client.connect();
  assertEquals(world.sockets.length, 2);
});

Deno.test("Who is here follows from the welcome and what changes", () => {
  const world = new World();
  const socket = world.welcome({ online: ["Ann", "Bob"] });
  socket.receive({ type: "presence", joined: ["Cy", "Bob"], left: ["Ann", "Eve"], online: 2 });
  assertEquals(world.client.online, ["Bob", "Cy"]);
  assertEquals(world.eventsOf("online").at(-1), {
    type: "online",
    names: ["Bob", "Cy"],
    joined: ["Cy"],
    left: ["Ann"],
  });
});

Deno.test("After a break only those are news who were not here before it", () => {
  const world = new World();
  world.welcome({ online: ["Ann", "Bob", "Cy"] });
  const socket = world.reconnect({ online: ["Ann"] });
  socket.receive({ type: "presence", joined: ["Bob", "Di"], left: [], online: 3 });
  assertEquals(world.client.online, ["Ann", "Bob", "Di"]);
  assertEquals(world.eventsOf("online").at(-1)?.joined, ["Di"]);
  // Half a minute on, coming is coming.
  for (const _ of [1, 2]) {
    world.timer.advance(RETURN_MS / 2);
    socket.receive({ type: "pong" });
  }
  socket.receive({ type: "presence", joined: ["Cy"], left: ["Bob"], online: 3 });
  assertEquals(world.eventsOf("online").at(-1)?.joined, ["Cy"]);
  assertEquals(world.eventsOf("online").at(-1)?.left, ["Bob"]);
});

Deno.test("Somebody who writes is shown until they send it, leave, or fall silent", () => {
  const world = new World();
  const socket = world.welcome({ online: ["Bob", "Cy", "Di"] });
  const shown = () => world.eventsOf("typing").at(-1)?.names;
  socket.receive({ type: "typing", names: ["Bob", "Cy"] });
  world.timer.advance(TYPING_EXPIRES_MS - 1);
  socket.receive({ type: "typing", names: ["Cy", "Di"] });
  world.timer.advance(1);
  assertEquals(shown(), ["Cy", "Di"]);
  socket.receive({ type: "messages", messages: [message(1, { name: "Cy" })] });
  assertEquals(shown(), ["Di"]);
  socket.receive({ type: "presence", joined: [], left: ["Di"], online: 2 });
  assertEquals(shown(), []);
});

Deno.test("A listener that was taken out hears nothing more", () => {
  const world = new World();
  let heard = 0;
  const stop = world.client.listen(() => heard++);
  world.client.connect();
  stop();
  world.socket.receive({ type: "welcome" });
  world.welcome();
  assertEquals(heard, 1);
});

Deno.test("An error that is about nothing in particular is told", () => {
  const world = new World();
  world.join().receive({ type: "error", code: "code_of_2031", message: "Cannot do it" });
  const [event] = world.eventsOf("error");
  assertEquals(event?.error.code, "internal");
  assertEquals(event?.error.message, "Cannot do it");
});
