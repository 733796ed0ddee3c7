// Death at any moment. What anybody was shown or told is stored has to be there afterwards: a store
// that answers before the disk does passes every other test.

import { assert, assertEquals, assertGreaterOrEqual } from "@std/assert";
import type { Message } from "../src/message.ts";
import { Ended } from "./helpers/inbox.ts";
import { ServerProcess } from "./helpers/server_process.ts";
import { JsonClient } from "./helpers/ws_client.ts";

const ROUNDS = 25;
const WRITERS = 4;
const HISTORY = 1000;

/** How many messages each writer has under way. */
const UNDER_WAY = 8;

/** Longest life of a server, from when everyone is connected. */
const MAX_LIFE_MS = 250;

const SEED = Number(Deno.env.get("SEED") ?? crypto.getRandomValues(new Uint32Array(1))[0]);

/** Mulberry32: numbers from 0 to 1 that a seed decides. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6D2B79F5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** All that anybody was ever shown or told is stored. */
class Ledger {
  readonly #bySeq = new Map<number, Message>();
  readonly #byId = new Map<string, Message>();

  get size(): number {
    return this.#bySeq.size;
  }

  /** Notes one, and holds that nobody was ever told otherwise. */
  note(message: Message): void {
    assertEquals(this.#bySeq.get(message.seq) ?? message, message);
    assertEquals(this.#byId.get(message.id) ?? message, message);
    this.#bySeq.set(message.seq, message);
    this.#byId.set(message.id, message);
  }

  /** Holds that a file found after a death has all of it, as far as its history reaches. */
  check(text: string): void {
    const { version, messages }: { version: number; messages: Message[] } = JSON.parse(text);
    assertEquals(version, 1);
    assert(messages.length <= HISTORY);
    const seqs = messages.map(({ seq }) => seq);
    assert(seqs.every((seq, i) => i === 0 || seq > (seqs[i - 1] ?? 0)), "seq rises");
    assertEquals(new Set(messages.map(({ id }) => id)).size, messages.length, "no id twice");
    const lastSeq = seqs.at(-1) ?? 0;
    const inFile = new Map(messages.map((message) => [message.seq, message]));
    for (const [seq, message] of this.#bySeq) {
      assert(seq <= lastSeq, `message ${seq} was shown, and the file ends at ${lastSeq}`);
      if (seq > lastSeq - HISTORY) assertEquals(inFile.get(seq), message);
    }
  }
}

/** Says things without end by socket, and again what a death left open; ends with the server. */
class Writer {
  readonly #name: string;
  readonly #ledger: Ledger;
  readonly #open = new Set<string>();
  #client: JsonClient | undefined;
  #key: string | undefined;

  constructor(name: string, ledger: Ledger) {
    this.#name = name;
    this.#ledger = ledger;
  }

  async connect(url: string): Promise<void> {
    this.#client = await JsonClient.open(url);
    this.#key = await this.#client.join(this.#name, this.#key);
    this.#take(this.#client.welcome.messages);
    for (const id of this.#open) this.#send(id);
  }

  async write(): Promise<void> {
    for (;;) {
      while (this.#open.size < UNDER_WAY) {
        const id = crypto.randomUUID();
        this.#open.add(id);
        this.#send(id);
      }
      await this.#hear();
    }
  }

  /** Waits until everything it said is stored. */
  async settle(): Promise<void> {
    while (this.#open.size > 0) await this.#hear();
    await this.#client?.close();
  }

  async #hear(): Promise<void> {
    assert(this.#client !== undefined);
    this.#take((await this.#client.next("messages")).messages);
  }

  #take(messages: readonly Message[]): void {
    for (const message of messages) {
      this.#ledger.note(message);
      this.#open.delete(message.id);
    }
  }

  #send(id: string): void {
    this.#client?.send({ type: "send", id, text: `${id} of ${this.#name}` });
  }
}

/** The same by HTTP, one at a time; what was not answered is sent again to the next server. */
class Poster {
  readonly #ledger: Ledger;
  #id = crypto.randomUUID();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  async post(url: string): Promise<void> {
    for (;;) {
      const response = await fetch(`${url}/messages`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ name: "Poster", text: "by HTTP", id: this.#id }),
      });
      const message = await response.json();
      assert(response.ok, `${response.status} ${message.code}`);
      this.#ledger.note(message);
      this.#id = crypto.randomUUID();
    }
  }
}

/** Follows, and holds that it misses nothing and sees nothing twice over all servers. */
class Reader {
  readonly #ledger: Ledger;
  #client: JsonClient | undefined;
  #lastSeq = 0;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  async connect(url: string): Promise<void> {
    const log = this.#client?.welcome.log;
    // Not the client's own place: a server that died at once has shown this one nothing.
    const since = log === undefined ? undefined : `${log}:${this.#lastSeq}`;
    this.#client = await JsonClient.open(url, since === undefined ? {} : { since });
    assertEquals(this.#client.welcome.log, log ?? this.#client.welcome.log);
    assertEquals(this.#client.welcome.reset, since === undefined);
    this.#take(this.#client.welcome.messages);
  }

  async read(): Promise<void> {
    for (;;) this.#take((await this.#client?.next("messages"))?.messages ?? []);
  }

  async close(): Promise<void> {
    await this.#client?.close();
  }

  #take(messages: readonly Message[]): void {
    for (const message of messages) {
      this.#ledger.note(message);
      assertEquals(message.seq, this.#lastSeq + 1);
      this.#lastSeq = message.seq;
    }
  }
}

/** Lets `work` end by the death of the server, and by nothing else. */
async function untilDeath(work: Promise<never | void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    // A request that the death cut off is a TypeError; everything else is a finding.
    if (!(error instanceof Ended) && !(error instanceof TypeError)) throw error;
  }
}

Deno.test(`nothing that was shown is lost by kill -9 at any moment (SEED=${SEED})`, async () => {
  const random = createRandom(SEED);
  await using server = await ServerProcess.start({ args: ["--rate=0", `--history=${HISTORY}`] });
  const ledger = new Ledger();
  const writers = Array.from({ length: WRITERS }, (_, i) => new Writer(`Writer ${i}`, ledger));
  const poster = new Poster(ledger);
  const reader = new Reader(ledger);

  for (let round = 0; round < ROUNDS; round++) {
    await Promise.all([reader, ...writers].map((each) => each.connect(server.url)));
    const timer = setTimeout(() => server.kill("SIGKILL"), random() * MAX_LIFE_MS);
    const work = [...writers.map((each) => each.write()), reader.read(), poster.post(server.url)];
    await Promise.all(work.map(untilDeath)).finally(() => clearTimeout(timer));
    await server.ended;
    ledger.check(await Deno.readTextFile(server.inData("messages.json")));
    await server.restart();
  }

  await Promise.all(writers.map((each) => each.connect(server.url)));
  await Promise.all(writers.map((each) => each.settle()));
  await reader.close();
  await server.stop();
  ledger.check(await Deno.readTextFile(server.inData("messages.json")));
  assertGreaterOrEqual(ledger.size, ROUNDS * WRITERS);
});
