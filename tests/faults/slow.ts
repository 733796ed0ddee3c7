// Clients that take their time: to send a request, to read, or to answer at all.

import { assertEquals, assertGreater, assertLess } from "@std/assert";
import { CERTIFICATE, PRIVATE_KEY } from "../helpers/certificate.ts";
import { HostileSocket } from "../helpers/hostile_socket.ts";
import { readMetrics } from "../helpers/metrics_page.ts";
import { Prober } from "../helpers/prober.ts";
import { descriptors, processorWaitMs, procMissing } from "../helpers/process_facts.ts";
import { CONSOLE, Program } from "../helpers/program.ts";
import { LONG_TEXT, MORE_THAN_PIPES_HOLD, sayMany } from "../helpers/say_many.ts";
import { ServerProcess } from "../helpers/server_process.ts";
import { Timers } from "../helpers/timers.ts";
import { until } from "../helpers/until.ts";
import { JsonClient } from "../helpers/ws_client.ts";
import type { Fault, Outcome, Scale } from "./fault.ts";
import { assertFast } from "./scene.ts";

/** How long somebody new may wait for a page and a socket. */
const MAX_ENTRY_MS = 1_000;

/**
 * The longest deadline of the shield for a request, 15 s, which begins with the first byte after the 413 for
 * such a body: that comes after 5 s. And a little.
 */
const REAPED_WITHIN_MS = 25_000;

/** The longest that the shield waits for a reader, with what the buffers hide of it. */
const UNREAD_WITHIN_MS = 45_000;

/** Faults of slow clients. */
export const SLOW_FAULTS: readonly Fault[] = [
  {
    number: 12,
    title: "a reader that stands still holds up nobody, and goes on without a gap",
    run: stoppedReader,
  },
  {
    number: 13,
    title: "a reader that never reads and answers no Close is gone for good, with --shield",
    isLong: true,
    missing: procMissing,
    run: neverReads,
  },
  {
    number: 19,
    title: "slow requests keep nobody out and are ended, with --shield",
    missing: procMissing,
    run: shieldedRequests,
  },
  {
    number: 19,
    title: "slow requests keep nobody out",
    isLong: true,
    missing: procMissing,
    run: slowRequests,
  },
];

async function stoppedReader(scale: Scale): Promise<Outcome> {
  await using server = await ServerProcess.start({ args: ["--rate=0", "--history=1"] });
  await using ann = await JsonClient.open(server.url);
  await ann.join("Ann");
  await ann.say("the first one");
  // The terminal client: a real program on the library that everybody uses.
  await using reader = await Program.start(CONSOLE, [
    "Reader",
    server.url,
    "--follow",
    "--since=0",
  ]);
  await reader.out.next((line) => line.includes("the first one"));
  reader.kill("SIGSTOP");
  const startedAt = performance.now();
  await sayMany(ann, LONG_TEXT, MORE_THAN_PIPES_HOLD);
  const ms = performance.now() - startedAt;
  if (scale === "long") {
    const isOut = () =>
      server.logs.some(({ message, closed }) => message === "slow reader" && closed);
    await until("it is closed", isOut, UNREAD_WITHIN_MS);
  }
  reader.kill("SIGCONT");
  await ann.say("the last one");
  await reader.out.next((line) => line.includes("the last one"));
  const messages = reader.out.all.filter((line) => line.includes("Ann"));
  assertEquals(messages.length, MORE_THAN_PIPES_HOLD + 2);
  return {
    rounds: 1,
    checked: `${MORE_THAN_PIPES_HOLD} texts of 8 KB in ${ms.toFixed(0)} ms meanwhile, no gap` +
      (scale === "long" ? ", after its socket had been ended" : ""),
  };
}

async function neverReads(): Promise<Outcome> {
  const args = ["--rate=0", "--history=1", "--shield"];
  await using server = await ServerProcess.start({ args, mayFail: true });
  await using ann = await JsonClient.open(server.url);
  await ann.join("Ann");
  await using prober = await Prober.start(server);
  // Those who ask for the metrics have a connection, too.
  await readMetrics(server.url);
  const base = descriptors(server.pid);
  using deaf = await HostileSocket.open(server.port);
  await until(
    "it is there",
    async () => (await readMetrics(server.url)).get("chat_active_connections") === 2,
  );
  await sayMany(ann, LONG_TEXT, MORE_THAN_PIPES_HOLD);
  const ms = await until(
    "it is gone",
    async () => (await readMetrics(server.url)).get("chat_active_connections") === 1,
    UNREAD_WITHIN_MS,
  );
  await until("its descriptors are free", () => descriptors(server.pid) <= base);
  await ann.sync();
  deaf.close();
  return {
    rounds: 1,
    checked: `socket, name and descriptors free after ${(ms / 1000).toFixed(0)} s, ${
      assertFast(prober)
    }`,
  };
}

/** Something slow on a connection, for as long as there is one. */
type Slowness = (hostile: HostileSocket, timers: Timers) => Promise<void>;

const POST = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000000\r\n" +
  "Content-Type: application/x-www-form-urlencoded\r\n\r\n";

const SLOW: Readonly<Record<string, Slowness>> = {
  "silent connections": async () => {},
  "slow heads": (hostile, timers) => drip(hostile, timers, ["GET / HTTP/1.1\r\nX: ", "x", 5_000]),
  "slow bodies": (hostile, timers) => drip(hostile, timers, [POST, "x", 5_000]),
  "endless bodies": (hostile, timers) => drip(hostile, timers, [POST, "x".repeat(1000), 100]),
};

/** Writes `first`, and then `more` again and again. */
async function drip(
  hostile: HostileSocket,
  timers: Timers,
  [first, more, everyMs]: readonly [string, string, number],
): Promise<void> {
  if (!await hostile.write(first)) return;
  const again = () => timers.after(everyMs, async () => await hostile.write(more) && again());
  again();
}

async function slowRequests(scale: Scale): Promise<Outcome> {
  const each = scale === "quick" ? 50 : 500;
  const args = ["--rate=0", "--max-per-address=0"];
  await using plain = await ServerProcess.start({ args, mayFail: true });
  await using tls = await ServerProcess.start({
    args: [...args, "--tls-cert=cert.pem", "--tls-key=key.pem"],
    files: { "cert.pem": CERTIFICATE, "key.pem": PRIVATE_KEY },
    mayFail: true,
  });
  await using prober = await Prober.start(plain);
  using slow = new SlowCrowd();
  for (const slowness of Object.values(SLOW)) await slow.add(each, plain, slowness);
  // A hello that never comes.
  await slow.add(each, tls, SLOW["silent connections"]);
  const entry = await enter(plain);
  assertLess(entry, MAX_ENTRY_MS + prober.bareP99Ms);
  using client = Deno.createHttpClient({ caCerts: [CERTIFICATE] });
  const page = await fetch(`https://127.0.0.1:${tls.port}/`, { client });
  assertEquals(page.status, 200);
  await page.body?.cancel();
  assertGreater(descriptors(plain.pid), each);
  return { rounds: slow.size, checked: `${said(each, entry)}, ${assertFast(prober)}` };
}

async function shieldedRequests(scale: Scale): Promise<Outcome> {
  const each = scale === "quick" ? 50 : 500;
  const args = ["--rate=0", "--max-per-address=0", "--shield"];
  await using server = await ServerProcess.start({ args, mayFail: true });
  await using prober = await Prober.start(server);
  const base = descriptors(server.pid);
  const startedAt = performance.now();
  using slow = new SlowCrowd();
  for (const slowness of Object.values(SLOW)) await slow.add(each, server, slowness);
  const entry = await enter(server);
  assertLess(entry, MAX_ENTRY_MS + prober.bareP99Ms);
  await until("all are ended", () => slow.left === 0, REAPED_WITHIN_MS);
  const ms = performance.now() - startedAt;
  assertLess(ms, REAPED_WITHIN_MS);
  await until("the descriptors are free", () => descriptors(server.pid) <= base + 5);
  const checked = [said(each, entry), `all ended after ${(ms / 1000).toFixed(0)} s`];
  return { rounds: slow.size, checked: [...checked, assertFast(prober)].join(", ") };
}

function said(each: number, entryMs: number): string {
  return `${each} of each kind, a new one is in after ${entryMs.toFixed(0)} ms`;
}

/** Everybody who is slow. */
class SlowCrowd implements Disposable {
  size = 0;
  /** How many still have a connection. */
  left = 0;
  readonly #timers = new Timers();
  readonly #sockets = new DisposableStack();

  /** Adds `count` slow clients of `server`. */
  async add(count: number, server: ServerProcess, slowness: Slowness | undefined): Promise<void> {
    for (let n = 0; n < count; n++) {
      const socket = this.#sockets.use(await HostileSocket.connect(server.port));
      await slowness?.(socket, this.#timers);
      this.size++;
      this.left++;
      socket.readToEnd().then(() => this.left--);
    }
  }

  [Symbol.dispose](): void {
    this.#timers.clear();
    this.#sockets.dispose();
  }
}

/**
 * The milliseconds that somebody new needs for the page, a socket and a message, without those for which the
 * server's threads got no processor.
 */
async function enter({ url, pid }: ServerProcess): Promise<number> {
  const deniedBefore = processorWaitMs(pid);
  const startedAt = performance.now();
  const page = await fetch(url);
  await page.body?.cancel();
  await using client = await JsonClient.open(url);
  await client.join("Newcomer");
  await client.say("here I am");
  const ms = performance.now() - startedAt;
  // Two of the threads may have waited at the same time.
  return Math.max(0, ms - (processorWaitMs(pid) - deniedBefore));
}
