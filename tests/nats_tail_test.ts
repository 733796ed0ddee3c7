// One reading of a log, of which NATS brings what a test says.

import { assertEquals, assertRejects } from "@std/assert";
import type { ConsumerMessages, JsMsg } from "../src/nats/library.ts";
import { type ReadableLog, Tail } from "../src/nats/tail.ts";

/** A reader of NATS as far as a tail looks at it. */
class FakeLog {
  readonly #ended = Promise.withResolvers<Error | undefined>();
  readonly #news = Promise.withResolvers<string>();
  #take: (message: JsMsg) => void = () => {};
  isStopped = false;
  pending = 0;

  /** The log as a tail wants it. */
  get log(): ReadableLog {
    return {
      // deno-lint-ignore no-explicit-any -- a consumer has much more than is used
      consumer: () => Promise.resolve(this.#consumer() as any),
      toEntry: ({ seq }) => ({ seq, message: undefined }),
    };
  }

  bring(seq: number, pending = 0): void {
    this.#take({ seq, info: { pending } } as JsMsg);
  }

  tell(type: string): void {
    this.#news.resolve(type);
  }

  end(error?: Error): void {
    this.#news.resolve("end");
    this.#ended.resolve(error);
  }

  #consumer() {
    return {
      info: () => Promise.resolve({ num_pending: this.pending }),
      consume: ({ callback }: { callback: (message: JsMsg) => void }) => {
        this.#take = callback;
        return Promise.resolve(this.#messages());
      },
      delete: () => Promise.resolve(true),
    };
  }

  #messages(): Partial<ConsumerMessages> {
    const news = this.#news.promise;
    return {
      closed: () => this.#ended.promise,
      stop: () => void (this.isStopped = true),
      status: async function* () {
        const type = await news;
        // deno-lint-ignore no-explicit-any -- a test may tell anything
        if (type !== "end") yield { type } as any;
      } as ConsumerMessages["status"],
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
