// Readers that do not read: they cost no memory without end, hold nobody up, and learn what they missed.

import { assertEquals, assertGreater, assertLess } from "@std/assert";
import { readMetrics, untilMetrics } from "./helpers/metrics_page.ts";
import { OPCODE, RawWebSocket } from "./helpers/raw_ws.ts";
import { LONG_TEXT, MORE_THAN_PIPES_HOLD, sayMany } from "./helpers/say_many.ts";
import { ServerProcess } from "./helpers/server_process.ts";
import { JsonClient } from "./helpers/ws_client.ts";

const JSON_DIALECT = { headers: { "sec-websocket-protocol": "parley.v1" } };

/** More than the server keeps for readers that are behind. */
const MORE_THAN_THE_WINDOW = 4_200;

Deno.test("a reader that falls out of the window is told how many messages it missed", async () => {
  await using server = await ServerProcess.start({ args: ["--rate=0", "--history=1"] });
  using slow = await RawWebSocket.open(server.port, JSON_DIALECT);
  await using ann = await JsonClient.open(server.url);
  await ann.join("Ann");
  await sayMany(ann, LONG_TEXT, MORE_THAN_PIPES_HOLD);
  await sayMany(ann, "short", MORE_THAN_THE_WINDOW);
  const total = MORE_THAN_PIPES_HOLD + MORE_THAN_THE_WINDOW;

  const seqs: number[] = [];
  let skipped = 0;
  while (seqs.at(-1) !== total) {
    const { opcode, payload } = await slow.read();
    if (opcode !== OPCODE.text) continue;
    const frame = JSON.parse(new TextDecoder().decode(payload));
    if (frame.type !== "messages") continue;
    const missed = frame.skipped ?? 0;
    // What is said to be missed is what is missed.
    assertEquals(frame.messages[0].seq, (seqs.at(-1) ?? 0) + missed + 1);
    for (const { seq } of frame.messages) seqs.push(seq);
    skipped += missed;
  }

  assertGreater(skipped, 0);
  assertEquals(seqs.length + skipped, total);
  assertEquals(ann.messages.length, total);
  const metrics = await readMetrics(server.url);
  assertEquals(metrics.get("chat_skipped_messages_total"), skipped);
  assertEquals((await server.logged("slow reader")).skipped, skipped);
});

Deno.test("security 30: a client that asks and asks and never reads is cut off", async () => {
  await using server = await ServerProcess.start({ args: ["--rate=0", "--history=1"] });
  using greedy = await RawWebSocket.open(server.port, JSON_DIALECT);
  await using ann = await JsonClient.open(server.url);
  await greedy.sendAll(['{"type":"join","name":"Greedy"}']);
  await ann.next("presence");
  await greedy.sendAll([JSON.stringify({ type: "send", id: "m1", text: LONG_TEXT })]);
  await ann.shown("m1");

  // Each repetition is answered with the whole message.
  await greedy.sendAll(
    new Array(MORE_THAN_PIPES_HOLD).fill('{"type":"send","id":"m1","text":"x"}'),
  );
  const { name, closed, waiting } = await server.logged("slow reader");

  assertEquals([name, closed], ["Greedy", true]);
  // Of the 20 MB it asked for, some may wait.
  assertLess(Number(waiting), 5 * 1024 * 1024);
  await ann.sync();
  // When it reads after all, it is told why.
  assertEquals((await greedy.readClose()).code, 1013);
  greedy.connection.close();
  await untilMetrics(server.url, (metrics) => metrics.get("chat_active_connections") === 1);
});
