// What the metrics say against what the clients of a real server counted themselves.

import { assertEquals, assertGreater, assertLessOrEqual } from "@std/assert";
import { readMetrics, untilMetrics } from "./helpers/metrics_page.ts";
import { rawRequest } from "./helpers/raw_connection.ts";
import { ServerProcess } from "./helpers/server_process.ts";
import { JsonClient, TextClient } from "./helpers/ws_client.ts";

const SENDERS = 3;
const MESSAGES_EACH = 200;

/** Frames with something new in them: one that repeats a message to its sender delivers nothing. */
function countDeliveringFrames(client: JsonClient): number {
  let lastSeq = 0;
  let count = 0;
  for (const frame of client.inbox.all) {
    const newest = frame.type === "messages" ? frame.messages.at(-1)?.seq ?? 0 : 0;
    if (newest <= lastSeq) continue;
    lastSeq = newest;
    count++;
  }
  return count;
}

Deno.test("the metrics equal what the clients counted", async () => {
  await using server = await ServerProcess.start({ args: ["--rate=0"] });
  await using stack = new AsyncDisposableStack();
  const senders = await Promise.all(
    Array.from({ length: SENDERS }, async () => stack.use(await JsonClient.open(server.url))),
  );
  const text = stack.use(await TextClient.open(server.url, { name: "Lines" }));
  await using passing = await JsonClient.open(server.url);
  await passing.close();

  let refused = 0;
  await Promise.all(senders.map(async (sender, i) => {
    await sender.join(`Sender ${i}`);
    for (let n = 0; n < MESSAGES_EACH; n++) {
      sender.send({ type: "send", id: `${i}-${n}`, text: `${n}` });
      if (n % 50 === 0) {
        sender.send({ type: "send", id: `bad-${i}-${n}`, text: " " });
        refused++;
      }
      // Stored already, or about to be: not a message more.
      if (n % 20 === 0) sender.send({ type: "send", id: `${i}-${n}`, text: "again" });
    }
    await sender.sync();
  }));
  const posted = await rawRequest(server.port, {
    method: "POST",
    path: "/messages",
    headers: { "content-type": "application/json" },
    body: '{"name":"Last","text":"the end","id":"last"}',
  });
  assertEquals(posted.status, 201);
  const total = SENDERS * MESSAGES_EACH + 1;
  await Promise.all(senders.map((sender) => sender.shown("last")));
  await text.line("Last: the end");
  await Promise.all(senders.map((sender) => sender.sync()));

  const metrics = await untilMetrics(
    server.url,
    (each) => each.get("chat_active_connections") === SENDERS + 1,
  );
  const read = (name: string) => metrics.get(name);
  assertEquals(read("chat_connections_total"), SENDERS + 2);
  assertEquals(read("chat_online_names"), SENDERS + 1);
  assertEquals(read("chat_messages_total"), total);
  assertEquals(read("chat_deliveries_total"), total * (SENDERS + 1));
  assertEquals(read("chat_skipped_messages_total"), 0);
  assertEquals(read('chat_refused_total{code="text_invalid"}'), refused);
  assertEquals(read("chat_delivery_seconds_count"), total);
  assertEquals(read("chat_store_errors_total"), 0);
  assertEquals(read("chat_faults_total"), 0);
  const commits = read("chat_store_commits_total") ?? NaN;
  assertEquals(read("chat_store_commit_seconds_count"), commits);
  assertLessOrEqual(commits, total);

  // A line is a frame of its own.
  const lines = text.inbox.all.filter((line) => /^(Sender \d|Last): /.test(line)).length;
  const frames = senders.map(countDeliveringFrames).reduce((sum, count) => sum + count);
  assertEquals(lines, total);
  assertEquals(read("chat_frames_sent_total"), lines + frames);

  assertEquals(read('chat_http_requests_total{route="/ws",status="101"}'), SENDERS + 2);
  assertEquals(read('chat_http_requests_total{route="/messages",status="201"}'), 1);
  assertGreater(read("process_resident_memory_bytes"), 10_000_000);
  const age = Date.now() / 1000 - (read("process_start_time_seconds") ?? 0);
  assertLessOrEqual(Math.abs(age), 60);
});

Deno.test("security 33, 34: no label of the metrics holds what a stranger chose", async () => {
  await using server = await ServerProcess.start();
  for (const path of ["/secret-path", "/?q=secret", "/style.css?secret"]) {
    await rawRequest(server.port, { path });
  }
  await rawRequest(server.port, { method: "SECRET", path: "/" });
  await using ann = await JsonClient.open(server.url);
  await ann.join("secret");
  const text = await (await fetch(`${server.url}/metrics`)).text();
  assertEquals(/secret/i.test(text), false);
  const metrics = await readMetrics(server.url);
  assertEquals(metrics.get('chat_http_requests_total{route="other",status="404"}'), 1);
  assertEquals(metrics.get('chat_http_requests_total{route="/",status="405"}'), 1);
});

Deno.test("the log tells who came and went, but neither a text nor a key", async () => {
  await using server = await ServerProcess.start({ args: ["--log-level=debug"] });
  const ann = await JsonClient.open(server.url);
  const key = await ann.join("Ann");
  await ann.say("a secret text");
  await ann.close();
  await server.logged("joined", ({ name }) => name === "Ann");
  await server.logged("disconnected", ({ code }) => code === 1000);
  await server.stop();
  const log = JSON.stringify(server.logs);
  assertEquals([log.includes("secret text"), log.includes(key)], [false, false]);
});
