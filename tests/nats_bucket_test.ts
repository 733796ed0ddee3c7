// The bucket of names, on a NATS that does what a test says.

import { assertEquals, assertRejects } from "@std/assert";
import type { ClusterConnection } from "../src/nats/connection.ts";
import { NatsBucket } from "../src/nats/nats_bucket.ts";
import { FakeClock } from "./helpers/fake_clock.ts";
import { FakeConsumer } from "./helpers/fake_consumer.ts";
import { Inbox } from "./helpers/inbox.ts";

/** What a test says of its NATS. */
interface Place {
  /** Each reading of the bucket in turn. */
  readonly readings?: readonly FakeConsumer[];
  /** Takes the bucket, as the client of NATS does: looks whether it is there, and then adds it. */
  readonly create?: () => Promise<void>;
}

/** A connection that is up. */
function connectionOf({ readings = [], create = async () => {} }: Place): ClusterConnection {
  const left = readings.values();
  const client = { consumers: { get: () => Promise.resolve(left.next().value?.consumer) } };
  const manager = {
    jetstream: () => client,
    streams: { info: () => Promise.resolve({ config: {} }) },
  };
  class Kvm {
    create = create;
  }
  const jetstream = {
    jetstreamManager: () => Promise.resolve(manager),
    DeliverPolicy: {},
    StorageType: {},
  };
  const library = { jetstream, kv: { Kvm } };
  return { isUp: true, watch: () => () => {}, library } as unknown as ClusterConnection;
}

/** A bucket, and what it tells. */
async function open(place: Place) {
  const clock = new FakeClock();
  const told = new Inbox<string>();
  const bucket = await NatsBucket.open({
    connection: connectionOf(place),
    replicas: 1,
    clock,
    events: { namesUnreadable: () => told.push("unreadable"), bucketDiffers: () => {} },
  });
  const follow = () =>
    bucket.follow({ loaded: () => told.push("loaded"), written: () => {}, deleted: () => {} });
  return { clock, told, follow, [Symbol.dispose]: () => bucket.close() };
}

Deno.test("A bucket that NATS has gone silent about is read anew, and the old reading stopped", async () => {
  const readings = [new FakeConsumer(), new FakeConsumer()];
  using bucket = await open({ readings });
  await bucket.follow();
  readings[0]?.tell("heartbeats_missed");
  await new Promise((resolve) => setTimeout(resolve, 0));
  bucket.clock.advance(500);
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(bucket.told.all, ["loaded", "loaded"]);
  assertEquals(readings.map(({ isStopped }) => isStopped), [true, false]);
});

Deno.test("Two nodes that find no bucket at the same moment both have one", async () => {
  let isMade = false;
  const create = async () => {
    if (isMade) return;
    // Where the other one looks.
    await Promise.resolve();
    if (isMade) throw new Error("subjects overlap with an existing stream");
    isMade = true;
  };
  using a = await open({ readings: [new FakeConsumer()], create });
  using b = await open({ readings: [new FakeConsumer()], create });
  await Promise.all([a.follow(), b.follow()]);
  assertEquals([a.told.all, b.told.all], [["loaded"], ["loaded"]]);
});

Deno.test("A bucket that cannot be made says why", async () => {
  const create = () => Promise.reject(new Error("insufficient storage resources"));
  using bucket = await open({ create });
  await assertRejects(bucket.follow, Error, "insufficient storage");
  assertEquals(bucket.told.all, []);
});
