import { assert, assertEquals, assertRejects } from "@std/assert";
import { IDENTITY_KEY } from "../src/client/identity.ts";
import { memoryStorage } from "../src/client/platform.ts";
import { ChatError } from "../src/errors.ts";
import { World } from "./client_fakes.ts";

const KEY = "k".repeat(22);
const TAKEN = {
  type: "error",
  code: "name_taken",
  message: 'Cannot use this name; "Ann-2" is free',
};

Deno.test("join() resolves with the name as the server writes it", async () => {
  const world = new World();
  const joining = world.client.join(" Ann ");
  const socket = world.welcome();
  assertEquals(socket.sent, [{ type: "join", name: " Ann " }]);
  socket.receive({ type: "joined", name: "Ann", key: KEY });
  assertEquals(await joining, "Ann");
  assertEquals(world.client.name, "Ann");
});

Deno.test("join() waits for a connection through failed attempts", async () => {
  const world = new World();
  world.client.connect();
  const joining = world.client.join("Ann");
  world.socket.end();
  world.timer.advance(500);
  world.welcome().receive({ type: "joined", name: "Ann", key: KEY });
  assertEquals(await joining, "Ann");
});

Deno.test("After a reconnect the name is asked for with its key", () => {
  const world = new World();
  world.join("Ann");
  const socket = world.reconnect();
  assertEquals(socket.sent, [{ type: "join", name: "Ann", key: KEY }]);
});

Deno.test("The name and its key are kept for the next run", () => {
  const storage = memoryStorage();
  new World({ identityStorage: storage }).join("Ann");
  const next = new World({ identityStorage: storage });
  assertEquals(next.client.name, "Ann");
  assertEquals(next.welcome().sent, [{ type: "join", name: "Ann", key: KEY }]);
});

Deno.test("A key that another window got meanwhile is used", () => {
  const storage = memoryStorage();
  const world = new World({ identityStorage: storage });
  const socket = world.welcome();
  new World({ identityStorage: storage }).join("Ann");
  world.client.join("Ann");
  assertEquals(socket.sent, [{ type: "join", name: "Ann", key: KEY }]);
});

Deno.test("An identity that somebody has edited counts as none", () => {
  for (const value of ["", "{", "7", '{"name":7}']) {
    const storage = memoryStorage();
    storage.setItem(IDENTITY_KEY, value);
    assertEquals(new World({ identityStorage: storage }).client.name, undefined);
  }
});

Deno.test("A taken name rejects with the server's words, and another can be asked for", async () => {
  const world = new World();
  const socket = world.welcome();
  const taken = world.client.join("Ann");
  socket.receive(TAKEN);
  const error = await assertRejects(() => taken, ChatError, '"Ann-2" is free');
  assertEquals(error.code, "name_taken");
  assertEquals(world.eventsOf("refused"), []);
  const joining = world.client.join("Ann-2");
  socket.receive({ type: "joined", name: "Ann-2", key: KEY });
  assertEquals(await joining, "Ann-2");
});

Deno.test("The name from last time, when it is taken, is told and forgotten; its key is not", () => {
  const storage = memoryStorage();
  const world = new World({ identityStorage: storage });
  world.join("Ann");
  world.reconnect().receive(TAKEN);
  assertEquals(world.eventsOf("refused").map(({ name, error }) => [name, error.code]), [
    ["Ann", "name_taken"],
  ]);
  assertEquals(world.client.name, undefined);
  assertEquals(JSON.parse(storage.getItem(IDENTITY_KEY) ?? ""), { key: KEY });
});

Deno.test("A new name that is taken leaves the old one as it was", async () => {
  const world = new World();
  const socket = world.join("Ann");
  const renaming = world.client.join("Bob");
  socket.receive(TAKEN);
  await assertRejects(() => renaming, ChatError);
  assertEquals(world.client.name, "Ann");
  world.client.send("still Ann");
  assertEquals(socket.sentOf("send").length, 1);
});

Deno.test("A new name that is taken after a reconnect falls back to the old one", async () => {
  const world = new World();
  world.join("Ann");
  world.socket.end();
  const renaming = world.client.join("Bob");
  world.timer.advance(500);
  const socket = world.welcome();
  socket.receive(TAKEN);
  await assertRejects(() => renaming, ChatError);
  assertEquals(socket.sentOf("join").map(({ name }) => name), ["Bob", "Ann"]);
});

Deno.test("Asking for a second name gives the first one up, and each answer finds its question", async () => {
  const world = new World();
  const socket = world.welcome();
  const first = world.client.join("Ann");
  const second = world.client.join("Bob");
  await assertRejects(() => first, DOMException, "another name");
  socket.receive({ type: "joined", name: "Ann", key: KEY });
  socket.receive({ type: "joined", name: "Bob", key: KEY });
  assertEquals(await second, "Bob");
  assertEquals(socket.sentOf("join").map(({ name }) => name), ["Ann", "Bob"]);
});

Deno.test("A join over the rate is asked again after the time the server said", () => {
  const world = new World({ random: () => 0 });
  const socket = world.welcome();
  world.client.join("Ann");
  socket.receive({ type: "error", code: "rate_limited", message: "Too fast", retryAfter: 3 });
  world.timer.advance(2_999);
  assertEquals(socket.sentOf("join").length, 1);
  world.timer.advance(1);
  assertEquals(socket.sentOf("join").length, 2);
});

Deno.test("close() rejects a join that has no answer", async () => {
  const world = new World();
  const joining = world.client.join("Ann");
  world.client.close();
  const error = await assertRejects(() => joining, DOMException);
  assert(error.name === "AbortError");
});
