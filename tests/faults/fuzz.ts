// Throws at a server whatever fast-check makes up, for as long as it is told, and holds that nobody else
// notices: `deno run --allow-all tests/faults/fuzz.ts SECONDS [SEED]`. Every round has a seed of its own,
// which stands in what it prints when something is wrong.

import { assert, assertEquals, assertLess } from "@std/assert";
import fc from "fast-check";
import { normalizeName, normalizeText } from "../../src/message.ts";
import { decodeFile, salvage } from "../../src/messages_file.ts";
import { SUBPROTOCOL } from "../../src/subprotocol.ts";
import * as any from "../helpers/any_hostile.ts";
import { readMetrics, untilMetrics } from "../helpers/metrics_page.ts";
import { RawWebSocket } from "../helpers/raw_ws.ts";
import { ServerProcess } from "../helpers/server_process.ts";
import { JsonClient } from "../helpers/ws_client.ts";
import { type Fault, SEED } from "./fault.ts";
import { poke, Witness } from "./witness.ts";

/** What was thrown in one round, of each kind. */
const BATCH = 40;

/** Rounds in which the server fills what it keeps: the window of messages, names, buckets. */
const WARM_UP = 100;

/** Bytes by which it may grow after them. */
const MAX_GROWTH = 64 * 1024 * 1024;

/** What was done. */
export interface FuzzReport {
  readonly seed: number;
  readonly rounds: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly statuses: Readonly<Record<string, number>>;
  readonly growthMiB: number;
}

/** The fuzz as one of the faults; its quick share is in `fuzz_test.ts`. */
export const FUZZ_FAULTS: readonly Fault[] = [{
  number: 37,
  title: "whatever is made up and sent, in every way in, nobody else notices",
  async run(scale) {
    const { rounds, growthMiB } = await fuzz({ seconds: scale === "quick" ? 5 : 600, seed: SEED });
    return { rounds, checked: `I2–I5, +${growthMiB} MB, no fault counted, seed ${SEED}` };
  },
}];

/** How to go on. */
export interface FuzzOptions {
  readonly seconds: number;
  readonly seed: number;
  /** Told now and then how it goes. */
  readonly progress?: (line: string) => void;
}

/** Goes on for a time; throws what does not hold. */
export async function fuzz({ seconds, seed, progress }: FuzzOptions): Promise<FuzzReport> {
  await using fuzzer = await Fuzzer.start(seed);
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    await fuzzer.round();
    if (fuzzer.rounds % 50 === 0) progress?.(await fuzzer.describe());
  }
  return await fuzzer.finish();
}

class Fuzzer implements AsyncDisposable {
  readonly #seed: number;
  readonly #open: ServerProcess;
  readonly #locked: ServerProcess;
  readonly #witness: Witness;
  readonly #file: string;
  readonly #counts: Record<string, number> = {};
  readonly #statuses: Record<string, number> = {};
  rounds = 0;
  #baseRss = 0;

  private constructor(
    parts: { seed: number; open: ServerProcess; locked: ServerProcess; witness: Witness },
  ) {
    this.#seed = parts.seed;
    this.#open = parts.open;
    this.#locked = parts.locked;
    this.#witness = parts.witness;
    const message = (seq: number) =>
      `{"seq":${seq},"id":"i${seq}","name":"Ann","text":"t","time":"2026-11-21T22:48:56.799Z"}`;
    const messages = Array.from({ length: 5 }, (_, index) => message(index + 1)).join(",\n");
    this.#file = `{"version":1,"log":"abc","messages":[\n${messages}\n]}\n`;
  }

  static async start(seed: number): Promise<Fuzzer> {
    const args = ["--rate=0", "--max-per-address=0"];
    const open = await ServerProcess.start({ args });
    const locked = await ServerProcess.start({
      args: [...args, "--password-file=password"],
      files: { password: "correct horse battery staple" },
    });
    return new Fuzzer({ seed, open, locked, witness: await Witness.open(open.url) });
  }

  /** Everything once; everybody else is still well. */
  async round(): Promise<void> {
    const seed = this.#seed + this.rounds++;
    try {
      await Promise.all([
        this.#jsonFrames(seed),
        this.#textFrames(seed),
        this.#rawFrames(seed),
        this.#posts(seed),
        this.#requests(seed),
      ]);
      this.#files(seed);
      await this.#witness.hears(`round ${this.rounds}`);
      for (const { url } of [this.#open, this.#locked]) {
        const health = await fetch(`${url}/healthz`);
        assertEquals([health.status, await health.text()], [200, "ok\n"]);
      }
    } catch (cause) {
      throw new Error(`Round ${this.rounds}, seed ${seed}`, { cause });
    }
    if (this.rounds === WARM_UP) this.#baseRss = await this.#rss();
  }

  async describe(): Promise<string> {
    return `${this.rounds} rounds, ${Math.round(await this.#rss() / 1024 / 1024)} MiB`;
  }

  #sample<T>(kind: string, arbitrary: fc.Arbitrary<T>, seed: number): T[] {
    this.#counts[kind] = (this.#counts[kind] ?? 0) + BATCH;
    return fc.sample(arbitrary, { seed, numRuns: BATCH });
  }

  async #jsonFrames(seed: number): Promise<void> {
    const client = await JsonClient.open(this.#open.url);
    for (const text of this.#sample("JSON frames", any.anyFrameText, seed)) client.send(text);
    // Whatever came before, the socket is still there and answers in order.
    await client.sync();
    await client.close();
  }

  async #textFrames(seed: number): Promise<void> {
    const [name = "", history = "", ...lines] = this.#sample("text frames", any.anyString, seed);
    const query = new URLSearchParams({ name, history }).toString();
    const socket = new WebSocket(`${this.#open.url.replace("http", "ws")}/ws?${query}`);
    const greeted = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<void>();
    socket.onmessage = ({ data }) => {
      if (String(data).startsWith("You are ")) greeted.resolve();
    };
    socket.onclose = () => (greeted.reject(new Error("closed")), closed.resolve());
    await greeted.promise;
    for (const line of lines) socket.send(line);
    socket.close();
    await closed.promise;
  }

  async #rawFrames(seed: number): Promise<void> {
    const frames = this.#sample("raw frames", any.anyRawFrame, seed);
    for (let from = 0; from < frames.length; from += 5) {
      const headers = from % 2 === 0 ? { "sec-websocket-protocol": SUBPROTOCOL } : {};
      using socket = await RawWebSocket.open(this.#open.port, { headers });
      try {
        for (const frame of frames.slice(from, from + 5)) await socket.connection.write(frame);
      } catch (error) {
        // The server has hung up, as it should.
        assert(error instanceof Deno.errors.BrokenPipe || isReset(error), String(error));
      }
    }
  }

  async #posts(seed: number): Promise<void> {
    const send = async (path: string, type: string, body: string | Uint8Array<ArrayBuffer>) => {
      const headers = { "content-type": type };
      const { url } = path === "/login" ? this.#locked : this.#open;
      const answer = await fetch(url + path, { method: "POST", headers, body, redirect: "manual" });
      this.#look(`POST ${path}`, answer.status, await answer.text());
      assertEquals(path === "/login" && answer.status === 303, false, "it let somebody in");
    };
    for (const body of this.#sample("JSON bodies", any.anyPostText, seed)) {
      await send("/messages", "application/json", body.toWellFormed());
    }
    for (const { type, body } of this.#sample("form bodies", any.anyForm, seed)) {
      const sent = typeof body === "string" ? body.toWellFormed() : body;
      await send("/", type, sent);
      await send("/login", type, sent);
    }
  }

  async #requests(seed: number): Promise<void> {
    const requests = this.#sample("requests", any.anyRequest, seed);
    await Promise.all(requests.map(async (request, index) => {
      const { port } = index % 2 === 0 ? this.#open : this.#locked;
      const { status, text } = await poke(port, request);
      const path = request.split(" ")[1] ?? "";
      this.#look("request", status, text);
      const isOpen = /^\/(healthz|metrics|app\.js)/.test(path);
      // Deno itself answers 400, and some of the made-up hosts are refused first.
      if (port === this.#locked.port && status === 200) assert(isOpen, `let in: ${request}`);
      assertEquals(port === this.#locked.port && status === 101, false, `let in: ${request}`);
    }));
  }

  #files(seed: number): void {
    for (const text of this.#sample("files", any.anyDamage(this.#file), seed)) {
      const messages = decodeFile(text, 100)?.messages ?? salvage(text, 100);
      // What is kept is what a message can be, and can be read again.
      for (const { json } of messages) JSON.parse(json);
      assertEquals(new Set(messages.map(({ id }) => id)).size, messages.length);
    }
  }

  /** What no answer may be, whatever was asked. */
  #look(what: string, status: number, text: string): void {
    this.#statuses[status] = (this.#statuses[status] ?? 0) + 1;
    assert(status < 500 || status === 505, `${what} was answered ${status}: ${text}`);
    assertEquals(/\bat (async )?[\w.#<>]+ \(|file:\/\/|\.ts:\d/.test(text), false, text);
  }

  async #rss(): Promise<number> {
    const { url } = this.#open;
    return (await readMetrics(url)).get("process_resident_memory_bytes") ?? NaN;
  }

  async finish(): Promise<FuzzReport> {
    const growth = this.rounds > WARM_UP ? await this.#rss() - this.#baseRss : 0;
    assertLess(growth, MAX_GROWTH);
    this.#witness.close();
    for (const { url } of [this.#open, this.#locked]) {
      // Nothing that nobody caught, and nobody left behind.
      const page = await untilMetrics(url, (each) => each.get("chat_active_connections") === 0);
      assertEquals(page.get("chat_faults_total"), 0);
    }
    const { code } = await this.#open.stop();
    assertEquals(code, 0);
    const file = JSON.parse(await Deno.readTextFile(this.#open.inData("messages.json")));
    for (const { name, text } of file.messages) {
      assertEquals([normalizeName(name), normalizeText(text)], [name, text]);
    }
    return {
      seed: this.#seed,
      rounds: this.rounds,
      counts: this.#counts,
      statuses: this.#statuses,
      growthMiB: Math.round(growth / 1024 / 1024),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#witness.close();
    await this.#open[Symbol.asyncDispose]();
    await this.#locked[Symbol.asyncDispose]();
  }
}

function isReset(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.ConnectionAborted;
}

if (import.meta.main) {
  const [seconds = "600", seed = `${crypto.getRandomValues(new Uint32Array(1))[0]}`] = Deno.args;
  const say = (line: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
  say(`fuzz: ${seconds} s, seed ${seed}`);
  const report = await fuzz({ seconds: Number(seconds), seed: Number(seed), progress: say });
  say(Deno.inspect(report));
}
