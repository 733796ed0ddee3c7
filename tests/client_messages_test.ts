import { assertEquals, assertRejects } from "@std/assert";
import { MAX_QUEUED, type MessageLoopOptions, messagesOf } from "../src/client/messages.ts";
import { message, World } from "./client_fakes.ts";

/** Loops over the messages of `world` until `count` came, and says each as `log:seq`. */
async function take(messages: ReturnType<typeof messagesOf>, count: number): Promise<string[]> {
  const taken: string[] = [];
  while (taken.length < count) {
    const { value, done } = await messages.next();
    if (done || value === undefined) break;
    taken.push(`${value.since.log}:${value.seq}`);
  }
  return taken;
}

function start(
  options: MessageLoopOptions = {},
  world = new World(),
): { world: World; messages: ReturnType<typeof messagesOf> } {
  return { world, messages: messagesOf(world.client, options) };
}

Deno.test("messagesOf() begins with what comes after the first welcome", async () => {
  const { world, messages } = start();
  const socket = world.welcome({ messages: [message(1), message(2)] });
  socket.receive({ type: "messages", messages: [message(3), message(4)] });
  const { value } = await messages.next();
  assertEquals(value, { ...message(3), since: { log: "log1", seq: 3 } });
  assertEquals(await take(messages, 1), ["log1:4"]);
});

Deno.test("messagesOf() begins with the last messages when the past is asked for", async () => {
  const { world, messages } = start({ past: true });
  const socket = world.welcome({ messages: [message(1), message(2)] });
  socket.receive({ type: "messages", messages: [message(3)] });
  assertEquals(await take(messages, 3), ["log1:1", "log1:2", "log1:3"]);
});

Deno.test("messagesOf() begins after the client's since, whether the server can go on or not", async () => {
  const since = { log: "log1", seq: 7 };
  const resumed = start({}, new World({ since }));
  resumed.world.welcome({ reset: false, messages: [message(8)] });
  assertEquals(await take(resumed.messages, 1), ["log1:8"]);

  const reset = start({}, new World({ since }));
  reset.world.welcome({ log: "log2", reset: true, messages: [message(1), message(2)] });
  assertEquals(await take(reset.messages, 2), ["log2:1", "log2:2"]);
});

Deno.test("messagesOf() goes on over a reconnect, each message once", async () => {
  const { world, messages } = start();
  world.welcome({ messages: [message(1)] }).receive({ type: "messages", messages: [message(2)] });
  world.reconnect({ messages: [message(3)] });
  world.socket.receive({ type: "messages", messages: [message(3), message(4)] });
  assertEquals(await take(messages, 3), ["log1:2", "log1:3", "log1:4"]);
});

Deno.test("messagesOf() takes a later reset for what was said meanwhile", async () => {
  const { world, messages } = start();
  world.welcome({ messages: [message(1)] });
  world.reconnect({ log: "log2", reset: true, messages: [message(1), message(2)] });
  world.socket.receive({ type: "messages", messages: [message(3)] });
  assertEquals(await take(messages, 3), ["log2:1", "log2:2", "log2:3"]);
});

Deno.test("messagesOf() waits, and ends with the signal, after what has come by then", async () => {
  const stop = new AbortController();
  const { world, messages } = start({ signal: stop.signal });
  const waiting = messages.next();
  world.welcome().receive({ type: "messages", messages: [message(1), message(2)] });
  assertEquals((await waiting).value?.seq, 1);
  stop.abort();
  world.socket.receive({ type: "messages", messages: [message(3)] });
  assertEquals(await take(messages, 9), ["log1:2"]);
  assertEquals((await messages.next()).done, true);
});

Deno.test("messagesOf() ends a loop that waits when the signal comes", async () => {
  const stop = new AbortController();
  const { messages } = start({ signal: stop.signal });
  const waiting = messages.next();
  stop.abort();
  assertEquals(await waiting, { value: undefined, done: true });
});

Deno.test("messagesOf() with a signal that came before has nothing to say", async () => {
  const { world, messages } = start({ signal: AbortSignal.abort() });
  world.welcome().receive({ type: "messages", messages: [message(1)] });
  assertEquals((await messages.next()).done, true);
});

Deno.test("messagesOf() stops listening when the loop is left", async () => {
  let listeners = 0;
  const { client } = new World();
  const counted = {
    since: undefined,
    listen(listener: Parameters<typeof client.listen>[0]) {
      listeners++;
      const stop = client.listen(listener);
      return () => (listeners--, stop());
    },
  };
  const stop = new AbortController();
  const messages = messagesOf(counted, { signal: stop.signal });
  assertEquals(listeners, 1);
  stop.abort();
  for await (const _ of messages);
  assertEquals(listeners, 0);
});

Deno.test("messagesOf() gives a slow loop what could wait, and then says that it is behind", async () => {
  const { world, messages } = start();
  const socket = world.welcome();
  for (let seq = 1; seq <= MAX_QUEUED + 1; seq++) {
    socket.receive({ type: "messages", messages: [message(seq)] });
  }
  const taken = await take(messages, MAX_QUEUED);
  assertEquals([taken.length, taken.at(-1)], [MAX_QUEUED, `log1:${MAX_QUEUED}`]);
  await assertRejects(() => messages.next(), RangeError, "behind");
});
