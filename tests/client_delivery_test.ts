import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { CONFIRM_MS } from "../src/client/delivery.ts";
import { MAX_UNSENT, OUTBOX_KEY } from "../src/client/outbox.ts";
import { memoryStorage } from "../src/client/platform.ts";
import { TYPING_INTERVAL_MS } from "../src/client/typing_signal.ts";
import { ChatError } from "../src/errors.ts";
import { type FakeSocket, message, World } from "./client_fakes.ts";

function stored(seq: number, id: string): Record<string, unknown> {
  return { type: "messages", messages: [message(seq, { id, name: "Ann" })] };
}

function sentIds(socket: FakeSocket): string[] {
  return socket.sentOf("send").map(({ id }) => id);
}

Deno.test("send() resolves with the stored message, by its id", async () => {
  const world = new World();
  const socket = world.join();
  const sending = world.client.send("hello  \r\n");
  assertEquals(socket.sentOf("send"), [{ type: "send", id: "id-1", text: "hello" }]);
  socket.receive({ type: "messages", messages: [message(1), message(2, { id: "id-1" })] });
  assertEquals((await sending).seq, 2);
  assertEquals(world.client.unsent, []);
});

Deno.test("The next message leaves when the one before it is stored", async () => {
  const world = new World();
  const socket = world.join();
  const sending = ["a", "b", "c"].map((text) => world.client.send(text));
  assertEquals(sentIds(socket), ["id-1"]);
  socket.receive(stored(1, "id-1"));
  assertEquals(sentIds(socket), ["id-1", "id-2"]);
  socket.receive(stored(2, "id-2"));
  socket.receive(stored(3, "id-3"));
  assertEquals((await Promise.all(sending)).map(({ seq }) => seq), [1, 2, 3]);
});

Deno.test("What is said before there is a name waits for it", () => {
  const world = new World();
  world.client.send("early");
  const socket = world.welcome();
  assertEquals(sentIds(socket), []);
  world.client.join("Ann");
  assertEquals(sentIds(socket), []);
  socket.receive({ type: "joined", name: "Ann", key: "k".repeat(22) });
  assertEquals(sentIds(socket), ["id-1"]);
});

Deno.test("After a reconnect what is unconfirmed goes again, once, after joining", async () => {
  const world = new World();
  world.join();
  const sending = world.client.send("hello");
  const socket = world.reconnect();
  assertEquals(sentIds(socket), []);
  socket.receive({ type: "joined", name: "Ann", key: "k".repeat(22) });
  assertEquals(sentIds(socket), ["id-1"]);
  world.timer.advance(1_000);
  assertEquals(sentIds(socket), ["id-1"]);
  socket.receive(stored(5, "id-1"));
  assertEquals((await sending).seq, 5);
});

Deno.test("What the welcome brings back is not sent again", async () => {
  const world = new World();
  world.join();
  const sending = world.client.send("hello");
  const socket = world.reconnect({ messages: [message(4, { id: "id-1" })] });
  socket.receive({ type: "joined", name: "Ann", key: "k".repeat(22) });
  assertEquals(sentIds(socket), []);
  assertEquals((await sending).seq, 4);
});

Deno.test("An old message that answers a repeated send resolves it and is not shown", async () => {
  const world = new World();
  const socket = world.join();
  socket.receive({ type: "messages", messages: [message(8)] });
  const sending = world.client.send("hello", "known");
  socket.receive(stored(3, "known"));
  assertEquals((await sending).seq, 3);
  assertEquals(world.eventsOf("messages").flatMap((event) => event.messages.length), [1]);
});

Deno.test("send() with an id that waits already sends it once and tells both", async () => {
  const world = new World();
  const socket = world.join();
  const both = [world.client.send("hello", "same"), world.client.send("hello", "same")];
  socket.receive(stored(1, "same"));
  assertEquals((await Promise.all(both)).map(({ seq }) => seq), [1, 1]);
  assertEquals(sentIds(socket), ["same"]);
});

Deno.test("A message over the rate goes again after the time the server said, in order", () => {
  const world = new World({ random: () => 0 });
  const socket = world.join();
  world.client.send("a");
  world.client.send("b");
  const error = { type: "error", code: "rate_limited", message: "Too fast", id: "id-1" };
  socket.receive({ ...error, retryAfter: 2 });
  assertEquals(world.eventsOf("delayed").map(({ id, error }) => [id, error.code]), [
    ["id-1", "rate_limited"],
  ]);
  world.timer.advance(1_999);
  assertEquals(sentIds(socket), ["id-1"]);
  world.timer.advance(1);
  assertEquals(sentIds(socket), ["id-1", "id-1"]);
});

Deno.test("A message that cannot be saved goes again, ever later", () => {
  const world = new World({ random: () => 0.5 });
  const socket = world.join();
  world.client.send("a");
  const waits = [1, 2, 3].map(() => {
    socket.receive({ type: "error", code: "not_saved", message: "Disk full", id: "id-1" });
    const [wait = NaN] = world.timer.pending;
    world.timer.advance(wait);
    return wait;
  });
  assertEquals(waits, [250, 500, 1000]);
  assertEquals(sentIds(socket), ["id-1", "id-1", "id-1", "id-1"]);
});

Deno.test("A message that is refused fails, and the next one goes", async () => {
  const world = new World();
  const socket = world.join();
  const bad = world.client.send("a");
  world.client.send("b");
  socket.receive({ type: "error", code: "text_invalid", message: "Cannot send", id: "id-1" });
  const error = await assertRejects(() => bad, ChatError, "Cannot send");
  assertEquals(error.code, "text_invalid");
  assertEquals(sentIds(socket), ["id-1", "id-2"]);
});

Deno.test("A text that can never be taken is refused without being sent", async () => {
  const world = new World();
  const socket = world.join();
  await assertRejects(() => world.client.send(" \n"), ChatError, "empty");
  await assertRejects(() => world.client.send("x".repeat(2001)), ChatError, "2001");
  await assertRejects(() => world.client.send("x", "no good"), TypeError, "no good");
  assertEquals(sentIds(socket), []);
});

Deno.test("A message that made the server close with 1009 is not sent again", async () => {
  const world = new World();
  const socket = world.join();
  const sending = world.client.send("a");
  socket.end(1009);
  const error = await assertRejects(() => sending, ChatError);
  assertEquals(error.code, "too_large");
  assertEquals(world.client.unsent, []);
});

Deno.test("A message with no answer at all ends the connection and goes again", () => {
  const world = new World();
  const socket = world.join();
  world.client.send("a");
  for (let second = 0; second < CONFIRM_MS / 1_000; second++) {
    world.timer.advance(1_000);
    socket.receive({ type: "pong" });
  }
  assertEquals(world.client.status, "waiting");
  world.client.wake();
  world.welcome({ reset: false }).receive({ type: "joined", name: "Ann", key: "k".repeat(22) });
  assertEquals(sentIds(world.socket), ["id-1"]);
});

Deno.test("What waits is kept for the next run, and sent then", async () => {
  const storage = memoryStorage();
  const before = new World({ outboxStorage: storage });
  const lost = ["a", "b"].map((text) => before.client.send(text));
  before.client.close();
  for (const sending of lost) await assertRejects(() => sending, DOMException, "closed");

  const after = new World({ outboxStorage: storage, newId: () => "fresh" });
  assertEquals(after.client.unsent, [{ id: "id-1", text: "a" }, { id: "id-2", text: "b" }]);
  const sending = after.client.send("a", "id-1");
  const socket = after.join();
  socket.receive(stored(1, "id-1"));
  assertEquals((await sending).seq, 1);
  socket.receive(stored(2, "id-2"));
  assertEquals(storage.getItem(OUTBOX_KEY), null);
});

Deno.test("An outbox that somebody has edited counts as empty", () => {
  const edited = [
    "",
    "{",
    "null",
    '[{"id":1}]',
    '{"id":"a","text":"b"}',
    '[{"id":"?","text":"b"}]',
  ];
  for (const value of edited) {
    const storage = memoryStorage();
    storage.setItem(OUTBOX_KEY, value);
    assertEquals(new World({ outboxStorage: storage }).client.unsent, []);
  }
});

Deno.test("An outbox that is full says so and keeps what it has", async () => {
  const world = new World();
  for (let index = 0; index < MAX_UNSENT; index++) world.client.send(`text ${index}`);
  const error = await assertRejects(() => world.client.send("one more"), ChatError);
  assertEquals(error.code, "rate_limited");
  assertEquals(world.client.unsent.length, MAX_UNSENT);
});

Deno.test("Writing is told at most every 3 s, and only by a name", () => {
  const world = new World();
  const silent = world.welcome();
  world.client.typing();
  assertEquals(silent.sent, []);
  const socket = world.join();
  for (let key = 0; key < 10; key++) world.client.typing();
  assertEquals(socket.sentOf("typing").length, 1);
  world.timer.advance(TYPING_INTERVAL_MS);
  world.client.typing();
  assertEquals(socket.sentOf("typing").length, 2);
});

/** A server that stores each id once, and a line to it that breaks and stutters as `faults` say. */
function sendThrough(faults: readonly string[], texts: readonly string[]): readonly string[] {
  const world = new World({ random: () => 0 });
  const log: { id: string; text: string }[] = [];
  world.join();
  for (const text of texts) world.client.send(text);
  let handled = 0;
  for (const fault of [...faults, ...texts.map(() => "fine"), "fine"]) {
    const frame = world.socket.sentOf("send").at(handled);
    if (frame === undefined) break;
    handled++;
    const { id } = frame;
    if (fault === "rate_limited" || fault === "not_saved") {
      world.socket.receive({ type: "error", code: fault, message: "Later", id, retryAfter: 1 });
      world.timer.advance(1_000);
      continue;
    }
    if (fault !== "lost before" && log.every((entry) => entry.id !== id)) log.push(frame);
    const messages = log.map((entry, index) => message(index + 1, entry));
    if (fault === "fine") {
      world.socket.receive({ type: "messages", messages });
    } else {
      world.reconnect({ messages: fault === "lost after" ? messages : [] });
      world.socket.receive({ type: "joined", name: "Ann", key: "k".repeat(22) });
      handled = 0;
    }
  }
  return log.map(({ text }) => text);
}

Deno.test("Whatever goes wrong, everything said is stored once and in order", () => {
  const fault = fc.constantFrom(
    "fine",
    "rate_limited",
    "not_saved",
    "lost before",
    "lost after",
    "lost after, and the welcome is late",
  );
  const texts = ["a", "b", "c", "d"];
  fc.assert(fc.property(fc.array(fault, { maxLength: 12 }), (faults) => {
    assertEquals(sendThrough(faults, texts), texts);
  }));
});

Deno.test("discard() gives up on a message, and the next one leaves", async () => {
  const world = new World();
  const socket = world.join();
  const sending = world.client.send("no");
  const next = world.client.send("yes");
  const given = assertRejects(() => sending, DOMException, "discarded");
  assertEquals(world.client.discard("id-1"), true);
  await given;
  assertEquals(sentIds(socket), ["id-1", "id-2"]);
  socket.receive(stored(1, "id-2"));
  assertEquals((await next).id, "id-2");
  assertEquals(world.client.discard("id-2"), false);
});
