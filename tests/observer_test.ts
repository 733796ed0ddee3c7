// Each fact once: in the log with its name and fields, in the metrics with its number.

import { assertEquals } from "@std/assert";
import { Connection } from "../src/connection.ts";
import { ChatError, type ErrorCode } from "../src/errors.ts";
import type { Observer } from "../src/observer.ts";
import { jsonDialect } from "../src/protocol.ts";
import { FakePeer } from "./helpers/fake_peer.ts";
import { changes, type LoggedEvent, ObserverWorld } from "./helpers/observer_world.ts";
import { stored } from "./helpers/stored_messages.ts";

/** What is told, the event that comes of it, and how the metrics change. */
interface Fact {
  readonly name: string;
  readonly tell: (observer: Observer) => void;
  readonly event?: LoggedEvent;
  readonly counts?: Record<string, number>;
}

const error = new TypeError("mistake");
error.stack = "TypeError: mistake\n    at somewhere";
const FAULT = { error, stack: error.stack };

const FACTS: Fact[] = [
  {
    name: "started() says where the server answers and what it found",
    tell: (to) => to.started({ url: "http://a:1", version: "1.0", data: "data", messages: 3 }),
    event: info("started", { url: "http://a:1", version: "1.0", data: "data", messages: 3 }),
  },
  {
    name: "stopping() says why",
    tell: (to) => to.stopping("SIGTERM"),
    event: info("stopping", { reason: "SIGTERM" }),
  },
  { name: "stopped() is the last word", tell: (to) => to.stopped(), event: info("stopped", {}) },
  {
    name: "connected() counts a connection",
    tell: (to) => to.connected("json", "127.0.0.1"),
    event: info("connected", { dialect: "json", address: "127.0.0.1" }),
    counts: { chat_connections_total: 1 },
  },
  {
    name: "disconnected() says how and after how long",
    tell: (to) =>
      to.disconnected({ dialect: "text", address: "::1", code: 1006, seconds: 1.26, error: "e" }),
    event: info("disconnected", {
      dialect: "text",
      address: "::1",
      code: 1006,
      seconds: 1.3,
      error: "e",
    }),
  },
  {
    name: "joined() says who",
    tell: (to) => to.joined("Ann"),
    event: info("joined", { name: "Ann" }),
  },
  { name: "left() says who", tell: (to) => to.left("Ann"), event: info("left", { name: "Ann" }) },
  {
    name: "refused() says the code and where, and not what was refused",
    tell: (to) => to.refused(new ChatError("name_taken", 'Cannot use "Ann"'), "websocket"),
    event: info("refused", { code: "name_taken", where: "websocket" }),
    counts: { 'chat_refused_total{code="name_taken"}': 1 },
  },
  {
    name: "answered() is for those who debug",
    tell: (to) => to.answered({ method: "GET", route: "/", status: 200, seconds: 0.0123456789 }),
    event: {
      level: "debug",
      message: "http request",
      fields: { method: "GET", route: "/", status: 200, seconds: 0.012346 },
    },
    counts: { 'chat_http_requests_total{route="/",status="200"}': 1 },
  },
  {
    name: "flushed() counts what was handed to sockets",
    tell: (to) => to.flushed(30, 10),
    counts: { chat_deliveries_total: 30, chat_frames_sent_total: 10 },
  },
  {
    name: "skipped() says who lost how many messages",
    tell: (to) => to.skipped(connection("Ann"), 7),
    event: warn("slow reader", { name: "Ann", skipped: 7 }),
    counts: { chat_skipped_messages_total: 7 },
  },
  {
    name: "skipped() of a reader without a name",
    tell: (to) => to.skipped(connection(), 7),
    event: warn("slow reader", { skipped: 7 }),
    counts: { chat_skipped_messages_total: 7 },
  },
  {
    name: "stuck() says how much waited for whom",
    tell: (to) => to.stuck(connection("Ann", 1_000_000)),
    event: warn("slow reader", { name: "Ann", waiting: 1_000_000, closed: true }),
  },
  {
    name: "sendFailed() is a fault of ours",
    tell: (to) => to.sendFailed(connection("Ann"), error),
    event: fault("send"),
    counts: { chat_faults_total: 1 },
  },
  {
    name: "deliveryFailed() is a fault of ours",
    tell: (to) => to.deliveryFailed(error),
    event: fault("deliver"),
    counts: { chat_faults_total: 1 },
  },
  {
    name: "fault() says where, what and the stack",
    tell: (to) => to.fault(error, "http"),
    event: fault("http"),
    counts: { chat_faults_total: 1 },
  },
  {
    name: "fault() of something that is no error",
    tell: (to) => to.fault("why", "event"),
    event: { level: "error", message: "fault", fields: { where: "event", error: "why" } },
    counts: { chat_faults_total: 1 },
  },
  {
    name: "committed() counts a write and its time, and says nothing",
    tell: (to) => to.committed(5, 0.003),
    counts: {
      chat_store_commits_total: 1,
      chat_store_commit_seconds_count: 1,
      chat_store_commit_seconds_sum: 0.003,
    },
  },
  {
    name: "commitFailed() says the first failure",
    tell: (to) => to.commitFailed(error, true),
    event: { level: "error", message: "store failed", fields: { error } },
    counts: { chat_store_errors_total: 1 },
  },
  {
    name: "commitFailed() only counts those that follow, on a disk that may be full",
    tell: (to) => to.commitFailed(error, false),
    counts: { chat_store_errors_total: 1 },
  },
  {
    name: "commitRecovered() says that it is over",
    tell: (to) => to.commitRecovered(),
    event: info("store recovered", {}),
  },
  {
    name: "repaired() says where the damaged file is and what was kept",
    tell: (to) => to.repaired({ copiedTo: "messages.json.corrupt-x", kept: 3 }),
    event: warn("file repaired", { copiedTo: "messages.json.corrupt-x", kept: 3 }),
  },
];

for (const { name, tell, event, counts = {} } of FACTS) {
  Deno.test(`Observer.${name}`, async () => {
    const world = new ObserverWorld();
    const before = await world.samples();
    tell(world.observer);
    assertEquals(world.events, event === undefined ? [] : [event]);
    assertEquals(changes(before, await world.samples()), counts);
  });
}

Deno.test("Observer.delivered() counts messages and the time since each was received", async () => {
  const world = new ObserverWorld();
  const before = await world.samples();
  world.clock.advance(500);
  const { receivedAt: _, ...fromElsewhere } = stored(3);
  world.observer.delivered([
    { ...stored(1), receivedAt: 100 },
    { ...stored(2), receivedAt: 400 },
    fromElsewhere,
  ]);
  assertEquals(world.events, []);
  assertEquals(changes(before, await world.samples()), {
    chat_messages_total: 3,
    chat_delivery_seconds_count: 2,
    chat_delivery_seconds_sum: 0.5,
  });
});

Deno.test("Observer.refused() hides a mistake of ours from nobody but the client", async () => {
  const world = new ObserverWorld();
  const before = await world.samples();
  world.observer.refused(new ChatError("internal", "…", { cause: error }), "http");
  assertEquals(world.events, [fault("http"), info("refused", { code: "internal", where: "http" })]);
  assertEquals(changes(before, await world.samples()), {
    'chat_refused_total{code="internal"}': 1,
    chat_faults_total: 1,
  });
});

Deno.test("Observer.refused() counts every refusal and logs a bounded number of them", async () => {
  const world = new ObserverWorld();
  const refuse = (times: number, code: ErrorCode = "origin") => {
    for (let i = 0; i < times; i++) world.observer.refused(new ChatError(code, "…"), "http");
    return world.events.splice(0).length;
  };
  assertEquals(refuse(1000), 50);
  world.clock.advance(1000);
  assertEquals(refuse(1000, "host"), 5);
  world.clock.advance(60_000);
  assertEquals(refuse(1000), 50);
  const samples = await world.samples();
  assertEquals(samples.get('chat_refused_total{code="origin"}'), 2000);
  assertEquals(samples.get('chat_refused_total{code="host"}'), 1000);
});

Deno.test("Observer.stats() sums up what happened since the last time", () => {
  const world = new ObserverWorld();
  const { observer } = world;
  const totals = { sockets: 3, names: 2, residentBytes: 1000 };
  observer.delivered([stored(1), stored(2)]);
  observer.flushed(20, 10);
  observer.skipped(connection(), 4);
  observer.refused(new ChatError("origin", "…"), "http");
  for (let i = 100; i >= 1; i--) observer.committed(1, i / 1000);
  world.events.length = 0;
  observer.stats(totals);
  const counts = { messages: 2, deliveries: 20, skipped: 4, refused: 1 };
  assertEquals(world.events.splice(0), [
    info("stats", { ...totals, ...counts, commitP50: 0.05, commitP99: 0.099 }),
  ]);
  observer.stats(totals);
  const none = { messages: 0, deliveries: 0, skipped: 0, refused: 0, commitP50: 0, commitP99: 0 };
  assertEquals(world.events, [info("stats", { ...totals, ...none })]);
});

function info(message: string, fields: LoggedEvent["fields"]): LoggedEvent {
  return { level: "info", message, fields };
}

function warn(message: string, fields: LoggedEvent["fields"]): LoggedEvent {
  return { level: "warn", message, fields };
}

function fault(where: string): LoggedEvent {
  return { level: "error", message: "fault", fields: { where, ...FAULT } };
}

function connection(name?: string, waiting = 0): Connection {
  const peer = new FakePeer();
  peer.bufferedAmount = waiting;
  const made = new Connection({ peer, dialect: jsonDialect, cursor: 0 });
  made.name = name;
  return made;
}
