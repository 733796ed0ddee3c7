// The pipe in a world where nothing happens by itself: what no real server does on demand.

import { assertEquals, assertRejects } from "@std/assert";
import { GIVE_UP_MS, type PipeOptions, runPipe } from "../src/console/pipe.ts";
import { ChatError } from "../src/errors.ts";
import type { Since } from "../src/protocol.ts";
import { message, World } from "./client_fakes.ts";

/** A run, and what came out of it. */
class PipeWorld extends World {
  readonly printed: string[] = [];
  readonly warnings: string[] = [];
  readonly places: number[] = [];
  readonly stop = new AbortController();
  readonly running: Promise<number>;

  constructor(input: readonly string[], options: Partial<PipeOptions> = {}) {
    super();
    this.running = runPipe({
      client: this.client,
      clock: this.timer,
      name: "ci",
      json: false,
      follow: false,
      input: linesThen(input, options.follow === true ? this.stop.signal : undefined),
      print: (line) => this.printed.push(line) > 0,
      warn: (line) => void this.warnings.push(line),
      remember: ({ seq }: Since) => Promise.resolve(void this.places.push(seq)),
      signal: this.stop.signal,
      ...options,
    });
    // It is looked at in the end; until then nobody handles it.
    this.running.catch((error) => error);
  }

  /** The server welcomes and accepts the name. */
  accept(): void {
    this.welcome();
    this.socket.receive({ type: "joined", name: "ci", key: "k".repeat(22) });
  }

  /** Waits until the message in flight has this text, and lets the server store it. */
  async store(text: string, seq: number): Promise<void> {
    const { id } = await this.inFlight(text);
    this.socket.receive({ type: "messages", messages: [message(seq, { id, name: "ci", text })] });
  }

  async inFlight(text: string): Promise<{ id: string }> {
    for (;;) {
      const last = this.socket.sentOf("send").at(-1);
      if (last?.text === text) return last;
      await settle();
    }
  }
}

async function* linesThen(lines: readonly string[], end?: AbortSignal): AsyncGenerator<string> {
  yield* lines;
  if (end !== undefined) await new Promise((resolve) => end.addEventListener("abort", resolve));
}

/** Lets everything run that waits for nothing but its turn. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

Deno.test("A run that has to send gives up when the server is out of reach for 30 s", async () => {
  const world = new PipeWorld(["deployed"]);
  world.timer.advance(GIVE_UP_MS - 1);
  assertEquals(world.client.status === "closed", false);
  world.timer.advance(1);
  const error = await assertRejects(() => world.running, ChatError);
  assertEquals(error.message, "Cannot send: the server cannot be reached");
  assertEquals(world.client.status, "closed");
  assertEquals(world.timer.pending, []);
});

Deno.test("The 30 s begin anew with every break", async () => {
  const world = new PipeWorld(["deployed"]);
  world.timer.advance(GIVE_UP_MS / 2);
  world.accept();
  await world.inFlight("deployed");
  world.socket.end();
  world.timer.advance(GIVE_UP_MS - 1);
  world.client.wake();
  world.accept();
  await world.store("deployed", 1);
  assertEquals(await world.running, 0);
  const warning = "No connection; trying again…";
  assertEquals(world.warnings, [warning, warning], "once for each break");
});

Deno.test("With --follow it waits for the server for ever, and says so once", async () => {
  const world = new PipeWorld([], { follow: true });
  world.timer.advance(100 * GIVE_UP_MS);
  assertEquals(world.warnings, ["No connection; trying again…"]);
  world.stop.abort();
  assertEquals(await world.running, 0);
});

Deno.test("The exit status is 1 when the signal comes before the message is stored", async () => {
  const world = new PipeWorld(["deployed"]);
  world.accept();
  await world.inFlight("deployed");
  world.stop.abort();
  assertEquals(await world.running, 1);
});

Deno.test("The exit status is 0 when the signal comes while the input is still open", async () => {
  const world = new PipeWorld(["deployed"], { follow: true });
  world.accept();
  await world.store("deployed", 1);
  await settle();
  world.stop.abort();
  assertEquals(await world.running, 0);
});

Deno.test("A line that was not taken is remembered to the end of a run that follows", async () => {
  const world = new PipeWorld(["deployed"], { follow: true });
  world.accept();
  const { id } = await world.inFlight("deployed");
  world.socket.receive({ type: "error", code: "text_invalid", message: "Cannot send that", id });
  await settle();
  world.stop.abort();
  assertEquals(await world.running, 1);
  assertEquals(world.warnings, ["Cannot send that"]);
});

Deno.test("One's own messages are not printed, also those of an earlier run", async () => {
  const world = new PipeWorld([], { follow: true });
  world.client.connect();
  // Another log than none: a reset is not printed, what follows is.
  world.welcome();
  world.socket.receive({
    type: "messages",
    messages: [message(1, { name: "ci" }), message(2), message(3, { name: "ci" })],
  });
  await settle();
  world.stop.abort();
  assertEquals(await world.running, 0);
  assertEquals([world.printed, world.places], [["Bob: text 2"], [1, 2, 3]]);
});

Deno.test("What nobody reads does not count as read, and ends the run", async () => {
  const world = new PipeWorld([], { follow: true, print: () => false });
  world.accept();
  world.socket.receive({ type: "messages", messages: [message(1), message(2)] });
  assertEquals(await world.running, 0);
  assertEquals(world.places, []);
});

Deno.test("Messages that were missed are counted on standard error", async () => {
  const world = new PipeWorld([], { follow: true });
  world.accept();
  world.socket.receive({ type: "messages", messages: [message(9)], skipped: 7 });
  await settle();
  world.stop.abort();
  await world.running;
  assertEquals([world.warnings, world.printed], [["7 messages were missed"], ["Bob: text 9"]]);
});

Deno.test("A cursor that cannot be written ends the run", async () => {
  const world = new PipeWorld([], {
    follow: true,
    remember: () => Promise.reject(new TypeError("disk full")),
  });
  world.accept();
  world.socket.receive({ type: "messages", messages: [message(1)] });
  await assertRejects(() => world.running, TypeError, "disk full");
  assertEquals(world.client.status, "closed");
});
