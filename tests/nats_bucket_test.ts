// The bucket of names, on a NATS that does what a test says.

import { assertEquals } from "@std/assert";
import type { ClusterConnection } from "../src/nats/connection.ts";
import { NatsBucket } from "../src/nats/nats_bucket.ts";
import { FakeClock } from "./helpers/fake_clock.ts";
import { FakeConsumer } from "./helpers/fake_consumer.ts";
import { Inbox } from "./helpers/inbox.ts";

/** A connection that is up, to a NATS where each reading in turn is one of `readings`. */
function connectionOf(readings: readonly FakeConsumer[]): ClusterConnection {
  const left = readings.values();
  const client = { consumers: { get: () => Promise.resolve(left.next().value?.consumer) } };
  const manager = {
    jetstream: () => client,
    streams: { info: () => Promise.resolve({ config: {} }) },
  };
  class Kvm {
    create(): Promise<void> {
      return Promise.resolve();
    }
  }
  const jetstream = {
    jetstreamManager: () => Promise.resolve(manager),
    DeliverPolicy: {},
    StorageType: {},
  };
  const library = { jetstream, kv: { Kvm } };
  return { isUp: true, watch: () => () => {}, library } as unknown as ClusterConnection;
}

Deno.test("A bucket that NATS has gone silent about is read anew, and the old reading stopped", async () => {
  const readings = [new FakeConsumer(), new FakeConsumer()];
  const clock = new FakeClock();
  const told = new Inbox<string>();
  const bucket = await NatsBucket.open({
    connection: connectionOf(readings),
    replicas: 1,
    clock,
    events: { namesUnreadable: () => told.push("unreadable"), bucketDiffers: () => {} },
  });
  await bucket.follow({
    loaded: () => told.push("loaded"),
    written: () => {},
    deleted: () => {},
  });
  readings[0]?.tell("heartbeats_missed");
  await new Promise((resolve) => setTimeout(resolve, 0));
  clock.advance(500);
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(told.all, ["loaded", "loaded"]);
  assertEquals(readings.map(({ isStopped }) => isStopped), [true, false]);
  bucket.close();
});
