// What a Prometheus server reads: every promised name, in the format it parses, with labels that no
// user can choose.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { VERSION } from "../src/config.ts";
import { ERROR_CODES } from "../src/errors.ts";
import { Metrics } from "../src/metrics.ts";
import { parseMetrics, readMetrics } from "./helpers/metrics_page.ts";
import { rawRequest } from "./helpers/raw_connection.ts";
import { ServerProcess } from "./helpers/server_process.ts";
import { JsonClient, TextClient } from "./helpers/ws_client.ts";

/** Every metric that is promised, with its type. */
const PROMISED = {
  chat_connections_total: "counter",
  chat_messages_total: "counter",
  chat_active_connections: "gauge",
  chat_deliveries_total: "counter",
  chat_frames_sent_total: "counter",
  chat_skipped_messages_total: "counter",
  chat_refused_total: "counter",
  chat_store_commits_total: "counter",
  chat_store_errors_total: "counter",
  chat_log_dropped_total: "counter",
  chat_store_commit_seconds: "histogram",
  chat_delivery_seconds: "histogram",
  chat_http_requests_total: "counter",
  chat_cut_connections_total: "counter",
  chat_online_names: "gauge",
  process_resident_memory_bytes: "gauge",
  process_start_time_seconds: "gauge",
  chat_build_info: "gauge",
};

// https://prometheus.io/docs/instrumenting/exposition_formats/, as far as it is used here.
const LABEL = '[a-z_]+="(?:[^"\\\\\\n]|\\\\[\\\\"n])*"';
const SAMPLE = new RegExp(`^([a-z_]+)(?:\\{${LABEL}(?:,${LABEL})*\\})? (?:[\\d.e+-]+|\\+Inf|NaN)$`);

const TOTALS = { sockets: 3, names: 2, residentBytes: 1000 };

Deno.test("Metrics.scrape() has every promised metric with its type and a help text", async () => {
  const metrics = new Metrics();
  metrics.readFrom(TOTALS);
  const { body } = await metrics.scrape();
  const types = Array.from(body.matchAll(/^# TYPE (\w+) (\w+)$/gm), ([, ...type]) => type);
  const helped = Array.from(body.matchAll(/^# HELP (\w+) \S.*$/gm), ([, name]) => name);
  for (const promised of Object.entries(PROMISED)) {
    assert(types.some((type) => type.join() === promised.join()), promised.join());
    assert(helped.includes(promised[0]), promised[0]);
  }
});

Deno.test("Metrics.scrape() says that it is the text format", async () => {
  assertMatch((await new Metrics().scrape()).type, /^text\/plain; version=0\.0\.4; charset=utf-8$/);
});

Deno.test("Metrics.scrape() has every code of refusal from the start, so that none is missed", async () => {
  const samples = parseMetrics((await new Metrics().scrape()).body);
  for (const code of ERROR_CODES) {
    assertEquals(samples.get(`chat_refused_total{code="${code}"}`), 0);
  }
});

Deno.test("Metrics.scrape() reads what is not counted at the moment of the scrape", async () => {
  const metrics = new Metrics();
  let active = 3;
  metrics.readFrom({
    ...TOTALS,
    get sockets() {
      return active;
    },
  });
  const read = async () => parseMetrics((await metrics.scrape()).body);
  assertEquals((await read()).get("chat_active_connections"), 3);
  active = 4;
  const samples = await read();
  assertEquals(samples.get("chat_active_connections"), 4);
  assertEquals(samples.get("chat_online_names"), 2);
  assertEquals(samples.get("process_resident_memory_bytes"), 1000);
  assertEquals(samples.get(`chat_build_info{version="${VERSION}"}`), 1);
});

Deno.test("Metrics of two servers know nothing of each other", async () => {
  const [one, other] = [new Metrics(), new Metrics()];
  one.messages.inc(5);
  const samples = parseMetrics((await other.scrape()).body);
  assertEquals(samples.get("chat_messages_total"), 0);
});

Deno.test("GET /metrics parses line by line, and has every promised name", async () => {
  await using server = await ServerProcess.start();
  await using client = await JsonClient.open(server.url);
  await client.join("Ann");
  await client.say("hello");
  const text = await (await fetch(`${server.url}/metrics`)).text();
  assert(text.endsWith("\n"));
  const names = new Set<string>();
  for (const line of text.trimEnd().split("\n")) {
    if (line === "" || line.startsWith("# ")) continue;
    assertMatch(line, SAMPLE);
    names.add((SAMPLE.exec(line)?.[1] ?? "").replace(/_(bucket|sum|count)$/, ""));
  }
  for (const name of Object.keys(PROMISED)) assert(names.has(name), name);
});

Deno.test("GET /metrics counts what was done, and nothing else", async () => {
  await using server = await ServerProcess.start();
  const before = await readMetrics(server.url);
  await using ann = await JsonClient.open(server.url);
  await using bob = await TextClient.open(server.url, { name: "Bob" });
  await ann.join("Ann");
  await ann.say("one");
  await ann.say("two");
  await bob.line("Ann: two");
  const after = await readMetrics(server.url);
  const grown = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
  assertEquals(grown("chat_connections_total"), 2);
  assertEquals(grown("chat_messages_total"), 2);
  assertEquals(grown("chat_deliveries_total"), 4);
  assertEquals(grown("chat_store_commits_total"), 2);
  assertEquals(grown("chat_store_commit_seconds_count"), 2);
  assertEquals(grown("chat_delivery_seconds_count"), 2);
  assertEquals(after.get("chat_active_connections"), 2);
  assertEquals(after.get("chat_online_names"), 2);
  assertEquals(grown("chat_store_errors_total") + grown("chat_skipped_messages_total"), 0);
});

Deno.test("GET /metrics has no label that a user chose, whatever users do", async () => {
  await using server = await ServerProcess.start();
  const mark = "mallory";
  for (const path of [`/${mark}`, `/ws/${mark}`, `/?${mark}`, `/%22%7D ${mark}`, `//${mark}`]) {
    await (await fetch(`${server.url}${path}`)).body?.cancel();
  }
  await rawRequest(server.port, { method: "MALLORY", path: "/" });
  await rawRequest(server.port, { path: "/", headers: { host: `${mark}.com` } });
  await using json = await JsonClient.open(server.url);
  await json.join(mark);
  await json.say(mark, mark);
  json.send({ type: mark });
  await using text = await TextClient.open(server.url, { name: `${mark}-2` });
  assertEquals(text.name, `${mark}-2`);
  await json.sync();

  const samples = await readMetrics(server.url);
  const labels = Array.from(samples.keys(), (name) => [...name.matchAll(/(\w+)="([^"]*)"/g)])
    .flat();
  const values = Map.groupBy(labels, ([, label = ""]) => label);
  const chosen = (label: string) => new Set(values.get(label)?.map(([, , value]) => value));
  assertEquals([...values.keys()].sort(), ["code", "le", "reason", "route", "status", "version"]);
  assertEquals(chosen("code"), new Set(ERROR_CODES));
  assertEquals(chosen("route"), new Set(["/", "/ws", "other"]));
  assert(chosen("status").isSubsetOf(new Set(["101", "200", "404", "405", "421"])));
  assert(!Array.from(samples.keys()).join().toLowerCase().includes(mark));
});
