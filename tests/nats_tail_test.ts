// One reading of a log, of which NATS brings what a test says.

import { assertEquals, assertRejects } from "@std/assert";
import { type ReadableLog, Tail } from "../src/nats/tail.ts";
import { FakeConsumer } from "./helpers/fake_consumer.ts";

/** A log with one reader. */
class FakeLog extends FakeConsumer {
  /** The log as a tail wants it. */
  get log(): ReadableLog {
    return {
      consumer: () => Promise.resolve(this.consumer),
      toEntry: ({ seq }) => ({ seq, message: undefined }),
    };
  }
}

/** Lets everything run that waits for nothing from outside. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

Deno.test("A tail is open when it has what was there before it", async () => {
  const fake = new FakeLog();
  fake.pending = 2;
  const opening = Tail.open(fake.log, 1);
  await settle();
  fake.bring(1, 1);
  fake.bring(2, 0);
  const tail = await opening;
  assertEquals(tail.take().map(({ seq }) => seq), [1, 2]);
  fake.end();
});

Deno.test("A tail delivers at once what comes at once, from the moment it is followed", async () => {
  const fake = new FakeLog();
  const tail = await Tail.open(fake.log, 1);
  const batches: number[][] = [];
  fake.bring(1);
  tail.follow((entries) => batches.push(entries.map(({ seq }) => seq)));
  fake.bring(2);
  await settle();
  fake.bring(3);
  await settle();
  tail.stop();
  fake.bring(4);
  await settle();
  assertEquals([batches, fake.isStopped], [[[1, 2], [3]], true]);
  fake.end();
});

Deno.test("A tail has ended when NATS sends no more heartbeats", async () => {
  const fake = new FakeLog();
  const tail = await Tail.open(fake.log, 1);
  fake.tell("heartbeats_missed");
  assertEquals(String(await tail.ended), "Error: NATS has gone silent");
});

Deno.test("A tail that ends before it is open is an error", async () => {
  const fake = new FakeLog();
  fake.pending = 1;
  const opening = Tail.open(fake.log, 1);
  await settle();
  fake.end(new Error("stream not found"));
  await assertRejects(() => opening, Error, "stream not found");
});

Deno.test("A tail that NATS is silent for before it is open is an error, and is stopped", async () => {
  const fake = new FakeLog();
  fake.pending = 1;
  const opening = Tail.open(fake.log, 1);
  await settle();
  fake.tell("heartbeats_missed");
  await assertRejects(() => opening, Error, "NATS has gone silent");
  assertEquals(fake.isStopped, true);
});
