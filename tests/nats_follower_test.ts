// A place in a real log, and a connection that comes and goes as a test says.

import { assertEquals, assertNotEquals } from "@std/assert";
import { systemClock } from "../src/clock.ts";
import type { ClusterConnection } from "../src/nats/connection.ts";
import { type FollowerListener, type FollowerOptions, LogFollower } from "../src/nats/follower.ts";
import { type Entry, type LogState, LogStream, STREAM } from "../src/nats/log_stream.ts";
import { draft } from "./helpers/drafts.ts";
import { FakeConsumer } from "./helpers/fake_consumer.ts";
import { Inbox } from "./helpers/inbox.ts";
import { connect, managerOf, NatsEvents } from "./helpers/nats_place.ts";
import { NatsServer, natsTest } from "./helpers/nats_server.ts";

/** What a follower reports: `now a b` for a beginning, `then c` for what follows. */
class Reports extends Inbox<string> implements FollowerListener {
  restarted(entries: readonly Entry[]): void {
    this.push(`now ${idsOf(entries)}`);
  }
  entries(entries: readonly Entry[]): void {
    this.push(`then ${idsOf(entries)}`);
  }
  following(isFollowing: boolean): void {
    this.push(isFollowing ? "following" : "not following");
  }
  failed(): void {
    this.push("failed");
  }
}

function idsOf(entries: readonly Entry[]): string {
  return entries.map(({ message }) => message?.id).join(" ");
}

/** The connection of a follower: up or not, as {@linkcode set} says. */
class Switch implements Pick<ClusterConnection, "isUp" | "watch"> {
  isUp = true;
  #watcher: (isUp: boolean) => void = () => {};

  watch(watcher: (isUp: boolean) => void): () => void {
    this.#watcher = watcher;
    return () => {};
  }

  set(isUp: boolean): void {
    this.isUp = isUp;
    this.#watcher(isUp);
  }
}

/** A server, a log in it with one message, and a follower that has read it. */
class World implements AsyncDisposable {
  readonly server: NatsServer;
  readonly connection: ClusterConnection;
  readonly stream: LogStream;
  readonly reports = new Reports();
  readonly link = new Switch();
  follower!: LogFollower;
  /** How often from now on the stream seems to end before it does. */
  timesBehind = 0;
  /** What the clock is ahead of the real one. */
  aheadMs = 0;

  private constructor(server: NatsServer, connection: ClusterConnection, stream: LogStream) {
    this.server = server;
    this.connection = connection;
    this.stream = stream;
  }

  static async make(): Promise<World> {
    const server = await NatsServer.start();
    const connection = await connect(server.url);
    const stream = await LogStream.open({ connection, replicas: 1, events: new NatsEvents() });
    const world = new World(server, connection, stream);
    await stream.make();
    await world.say("a");
    world.follower = await LogFollower.open({
      connection: world.link,
      stream: {
        state: () => world.#state(),
        make: () => stream.make(),
        consumer: (fromSeq) => stream.consumer(fromSeq),
        toEntry: (message) => stream.toEntry(message),
      },
      clock: { after: systemClock.after, now: () => systemClock.now() + world.aheadMs },
      listener: world.reports,
    });
    const { reports } = world;
    assertEquals([await reports.next(), await reports.next()], ["now a", "following"]);
    return world;
  }

  async say(...ids: string[]): Promise<void> {
    for (const id of ids) await this.stream.publish(draft(id), 1_000);
  }

  async #state(): Promise<LogState | undefined> {
    const state = await this.stream.state();
    if (state === undefined || this.timesBehind === 0) return state;
    this.timesBehind--;
    return { ...state, lastSeq: 0 };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.follower.close();
    await this.connection.close();
    await this.server[Symbol.asyncDispose]();
  }
}

natsTest("A follower that was away goes on where it was", async () => {
  await using world = await World.make();
  world.link.set(false);
  await world.say("b", "c");
  world.link.set(true);
  await world.say("d");
  await world.reports.seen((report) => /^then (.* )?d$/.test(report));
  const rest = world.reports.all.slice(2);
  assertEquals(rest.filter((report) => report.startsWith("now")), []);
  assertEquals(
    rest.filter((report) => report.startsWith("then")).join(" ").replaceAll("then ", ""),
    "b c d",
  );
});

natsTest(
  "A follower that missed more than the log still has begins anew with what there is",
  async () => {
    await using world = await World.make();
    const { log } = world.follower;
    world.link.set(false);
    await world.say("b", "c", "d");
    await (await managerOf(world.connection)).streams.purge(STREAM, { seq: 4 });
    world.link.set(true);
    assertEquals(await world.reports.next((report) => report.startsWith("now")), "now d");
    assertEquals(world.follower.log, log);
  },
);

natsTest("A purge takes nothing from a follower that has read it", async () => {
  await using world = await World.make();
  await (await managerOf(world.connection)).streams.purge(STREAM);
  world.follower.doubt();
  await world.say("b");
  assertEquals(await world.reports.next((report) => report.startsWith("then")), "then b");
  assertEquals(world.reports.all.filter((report) => report.startsWith("now")), ["now a"]);
});

natsTest("A follower whose log was made anew while it was away has another log", async () => {
  await using world = await World.make();
  const { log } = world.follower;
  world.link.set(false);
  await (await managerOf(world.connection)).streams.delete(STREAM);
  await world.stream.make();
  await world.say("x", "y");
  world.link.set(true);
  assertEquals(await world.reports.next((report) => report.startsWith("now")), "now x y");
  assertNotEquals(world.follower.log, log);
});

natsTest("A follower whose reading NATS has removed opens another and misses nothing", async () => {
  await using world = await World.make();
  const manager = await managerOf(world.connection);
  for await (const { name } of manager.consumers.list(STREAM)) {
    await manager.consumers.delete(STREAM, name);
  }
  await world.say("b");
  assertEquals(await world.reports.next((report) => report.startsWith("then")), "then b");
  assertEquals(world.reports.all.filter((report) => report.startsWith("now")), ["now a"]);
});

natsTest("A stream that does not know its own end for a moment is waited for", async () => {
  await using world = await World.make();
  world.timesBehind = 1;
  world.follower.doubt();
  await world.say("b");
  assertEquals(await world.reports.next((report) => report.startsWith("then b")), "then b");
  assertEquals(world.reports.all.slice(2, 5), ["not following", "failed", "then b"]);
});

natsTest("A stream that stays shorter than what was read of it is another log", async () => {
  await using world = await World.make();
  world.timesBehind = 2;
  world.follower.doubt();
  await world.reports.next((report) => report === "failed");
  world.aheadMs = 10_000;
  assertEquals(await world.reports.next((report) => report.startsWith("now")), "now a");
});

/** A log with one message, each reading of which goes into `readings` and begins when it is `ready`. */
function fakeLog(readings: FakeConsumer[], ready = Promise.resolve()): FollowerOptions["stream"] {
  return {
    state: () => Promise.resolve({ log: "log", firstSeq: 1, lastSeq: 1 }),
    make: () => Promise.resolve(),
    async consumer() {
      const reading = new FakeConsumer();
      readings.push(reading);
      await ready;
      return reading.consumer;
    },
    toEntry: ({ seq }) => ({ seq, message: undefined }),
  };
}

/** Lets everything run that waits for nothing from outside. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

Deno.test("A connection that is lost and back while a follower opens is followed once", async () => {
  const [link, listener] = [new Switch(), new Reports()];
  const readings: FakeConsumer[] = [];
  const ready = Promise.withResolvers<void>();
  const stream = fakeLog(readings, ready.promise);
  const opening = LogFollower.open({ connection: link, stream, clock: systemClock, listener });
  await settle();
  link.set(false);
  link.set(true);
  await settle();
  ready.resolve();
  await using stack = new AsyncDisposableStack();
  const follower = stack.adopt(await opening, (follower) => follower.close());
  await settle();
  for (const reading of readings) reading.bring(2);
  await settle();
  assertEquals(listener.all, ["now ", "following", "then "]);
  assertEquals([readings.length, follower.lastSeq], [1, 2]);
});

Deno.test("A connection that is lost and back as a follower has opened is followed again", async () => {
  const [link, listener] = [new Switch(), new Reports()];
  const readings: FakeConsumer[] = [];
  const stream = fakeLog(readings);
  const { following } = Reports.prototype;
  listener.following = (isFollowing) => {
    following.call(listener, isFollowing);
    if (listener.all.length !== 2) return;
    link.set(false);
    link.set(true);
  };
  const options = { connection: link, stream, clock: systemClock, listener };
  await using stack = new AsyncDisposableStack();
  const follower = stack.adopt(await LogFollower.open(options), (follower) => follower.close());
  await settle();
  assertEquals(listener.all, ["now ", "following", "not following", "then ", "following"]);
  assertEquals([readings.length, follower.isFollowing], [2, true]);
});
