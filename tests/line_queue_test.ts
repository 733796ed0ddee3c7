// The way of a line to standard output: in order, in bounds, and never in anybody's way.

import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { LineQueue, MAX_WAITING_BYTES } from "../src/line_queue.ts";

/** An output that a test holds back, lets go, or breaks. */
class Output {
  /** What each call took. */
  readonly writes: string[] = [];
  calls = 0;
  maxWriteBytes = Infinity;
  failure: Error | undefined;
  dropped = 0;
  #gate: PromiseWithResolvers<void> | undefined;
  readonly queue = new LineQueue({
    write: (bytes) => this.#write(bytes),
    dropped: (lines) => this.dropped += lines,
  });

  /** From now on a write waits until `release`. */
  hold(): void {
    this.#gate = Promise.withResolvers();
  }

  release(): void {
    this.#gate?.resolve();
    this.#gate = undefined;
  }

  get text(): string {
    return this.writes.join("");
  }

  get lines(): string[] {
    return this.text.split("\n").slice(0, -1);
  }

  async #write(bytes: Uint8Array): Promise<number> {
    this.calls++;
    await this.#gate?.promise;
    if (this.failure !== undefined) throw this.failure;
    const taken = bytes.subarray(0, Math.min(bytes.length, this.maxWriteBytes));
    this.writes.push(new TextDecoder().decode(taken));
    return taken.length;
  }
}

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `line ${i}`);
}

Deno.test("LineQueue writes lines in order, however few bytes the output takes at once", async () => {
  const output = new Output();
  output.maxWriteBytes = 3;
  for (const line of numbered(100)) {
    output.queue.push(line);
    // Some while a write is under way, some not.
    if (line.endsWith("0")) await Promise.resolve();
  }
  await output.queue.flush();
  assertEquals(output.lines, numbered(100));
  assertEquals(output.dropped, 0);
});

Deno.test("LineQueue writes what is pushed in one turn in one call", async () => {
  const output = new Output();
  for (const line of numbered(100)) output.queue.push(line);
  await output.queue.flush();
  assertEquals([output.calls, output.lines.length], [1, 100]);
});

Deno.test("LineQueue writes much in several calls, and cuts no line in two", async () => {
  const output = new Output();
  const line = "x".repeat(999);
  for (let i = 0; i < 500; i++) output.queue.push(line);
  await output.queue.flush();
  assertGreater(output.writes.length, 5);
  for (const written of output.writes) assert(written.endsWith("\n"));
  assertEquals(output.text, `${line}\n`.repeat(500));
});

Deno.test("LineQueue holds a bounded number of bytes while the output is stuck, and counts the rest", async () => {
  const output = new Output();
  output.hold();
  const line = "x".repeat(1023);
  const fitting = MAX_WAITING_BYTES / 1024;
  for (let i = 0; i < fitting + 50; i++) output.queue.push(line);
  // What has been handed to the output is in memory as well.
  await Promise.resolve();
  for (let i = 0; i < 50; i++) output.queue.push(line);
  assertEquals(output.dropped, 100);
  assertLess(output.calls, 2);

  output.release();
  await output.queue.flush();
  assertEquals(output.lines.length, fitting);
  output.queue.push("room again");
  await output.queue.flush();
  assertEquals(output.lines.at(-1), "room again");
  assertEquals(output.dropped, 100);
});

Deno.test("LineQueue.flush() waits for what was pushed while it waits", async () => {
  const output = new Output();
  output.hold();
  output.queue.push("first");
  const flushed = output.queue.flush();
  await Promise.resolve();
  output.queue.push("second");
  output.release();
  await flushed;
  assertEquals(output.lines, ["first", "second"]);
});

Deno.test("LineQueue.flush() resolves at once when nothing waits", async () => {
  await new Output().queue.flush();
});

Deno.test("LineQueue goes quiet for good when nobody reads the output any more", async () => {
  const output = new Output();
  output.failure = new Deno.errors.BrokenPipe("Broken pipe (os error 32)");
  output.queue.push("lost");
  await output.queue.flush();
  output.failure = undefined;
  const { calls } = output;
  output.queue.push("not even tried");
  await output.queue.flush();
  assertEquals([output.calls, output.lines, output.dropped], [calls, [], 2]);
});

Deno.test("LineQueue goes on after a write that failed, and counts its lines", async () => {
  const output = new Output();
  output.failure = new Error("No space left on device (os error 28)");
  for (const line of numbered(3)) output.queue.push(line);
  await output.queue.flush();
  output.failure = undefined;
  output.queue.push("after");
  await output.queue.flush();
  assertEquals([output.lines, output.dropped], [["after"], 3]);
});
