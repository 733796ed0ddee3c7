// The store on NATS beyond what every store promises: several nodes, a NATS that dies, hangs or forgets,
// and others who write in the stream.

import { assert, assertEquals, assertLess, assertNotEquals, assertRejects } from "@std/assert";
import { StartError } from "../src/errors.ts";
import { WINDOW_MESSAGES } from "../src/limits.ts";
import type { StoredMessage } from "../src/message.ts";
import { KEPT_MESSAGES, STREAM, SUBJECT } from "../src/nats/log_stream.ts";
import { SAVE_DEADLINE_MS } from "../src/nats/nats_store.ts";
import { MAX_WAITING } from "../src/store.ts";
import { draft, drafts, idsOf } from "./helpers/drafts.ts";
import { Inbox } from "./helpers/inbox.ts";
import { connect, managerOf, NatsNode, NatsPlace } from "./helpers/nats_place.ts";
import { NatsServer, natsTest } from "./helpers/nats_server.ts";
import { assertNotSaved, assertRising } from "./helpers/store_place.ts";
import { until } from "./helpers/until.ts";
import { storeContract } from "./store_contract.ts";

// Every story starts a NATS server, and ends it again and again.
storeContract("NatsStore", () => NatsPlace.make(), {
  register: natsTest,
  stories: 8,
});

/** Opens a node of `place` and what its tail brings. */
async function open(place: NatsPlace) {
  const node = await place.open();
  const shown = new Inbox<StoredMessage>();
  const restarts = new Inbox<readonly StoredMessage[]>();
  node.tail((batch) => batch.forEach((each) => shown.push(each)), (past) => restarts.push(past));
  return { node, shown, restarts };
}

/** Waits until `inbox` has the message of that id. */
function seen(inbox: Inbox<StoredMessage>, id: string): Promise<StoredMessage> {
  return inbox.seen((message) => message.id === id, id);
}

function jsonOf(messages: readonly StoredMessage[]): string[] {
  return messages.map(({ json }) => json);
}

natsTest("Two nodes show the same messages in the same order and the same bytes", async () => {
  await using place = await NatsPlace.make();
  const [a, b] = [await open(place), await open(place)];
  assertEquals(a.node.log, b.node.log);
  await Promise.all([
    ...drafts(200, "a").map((each) => a.node.append(each)),
    ...drafts(200, "b").map((each) => b.node.append(each)),
  ]);
  await Promise.all([seen(a.shown, "b-200"), seen(b.shown, "a-200")]);
  assertEquals(jsonOf(a.shown.all), jsonOf(b.shown.all));
  assertRising(a.shown.all);
  assertEquals(a.shown.all.length, 400);
  for (const prefix of ["a", "b"]) {
    const own = idsOf(a.shown.all).filter((id) => id.startsWith(prefix));
    assertEquals(own, idsOf(drafts(200, prefix)));
  }
});

natsTest("Nodes that make the log in the same moment have the same one", async () => {
  await using place = await NatsPlace.make();
  const nodes = await Promise.all(Array.from({ length: 8 }, () => place.open()));
  assertEquals(new Set(nodes.map(({ log }) => log)).size, 1);
});

natsTest("An id that is sent to two nodes at once is stored once, and both say so", async () => {
  await using place = await NatsPlace.make();
  const [a, b] = [await open(place), await open(place)];
  const all = drafts(50);
  const appended = await Promise.all(all.map(async (each) => {
    const twin = { ...each, text: "the same id" };
    return await Promise.all([a.node.append(each), b.node.append(twin)]);
  }));
  for (const [one, other] of appended) {
    assertEquals(one.message.json, other.message.json);
    assertEquals([one.isNew, other.isNew].filter((isNew) => isNew).length, 1);
  }
  assertEquals(a.shown.all.length, 50);
  assertEquals((await place.survivors()).length, 50);
});

natsTest("A burst reaches every node without a gap, also one that starts after it", async () => {
  await using place = await NatsPlace.make();
  const [a, b] = [await open(place), await open(place)];
  const all = drafts(3000);
  await Promise.all(all.map((each) => a.node.append(each)));
  await seen(b.shown, "m-3000");
  assertEquals(idsOf(b.shown.all), idsOf(all));
  // And one that starts now has all that a reader who comes from another one may have missed.
  await using late = await place.open();
  assertEquals(idsOf(late.recent), idsOf(all));
});

natsTest(
  "An id from before all that a node knows is answered with what the stream holds",
  async () => {
    await using place = await NatsPlace.make();
    const { node } = await open(place);
    const first = await node.append(draft("first"));
    await Promise.all(drafts(WINDOW_MESSAGES).map((each) => node.append(each)));
    const { node: late, shown } = await open(place);
    assertEquals(idsOf(late.recent), idsOf(drafts(WINDOW_MESSAGES)));
    const again = await late.append(draft("first", { text: "something else" }));
    assertEquals([again.message.json, again.isNew], [first.message.json, false]);
    assertEquals(shown.all, []);
  },
);

natsTest(
  "An id of something else, or of what is gone, is answered as well as anybody can",
  async () => {
    await using place = await NatsPlace.make();
    const { node, shown } = await open(place);
    await using outside = await connect(place.server.url);
    const js = outside.library.jetstream.jetstream(outside.nats);
    // Stored under the id of one message, and saying it is another.
    await js.publish(SUBJECT, JSON.stringify(draft("other")), { msgID: "a" });
    await seen(shown, "other");
    await assertNotSaved(node.append(draft("a")));
    // Stored and gone: it was said, and that is what its sender wants to know.
    const { message } = await node.append(draft("b"));
    const manager = await js.jetstreamManager();
    await manager.streams.purge(STREAM);
    await using late = await place.open();
    const again = await late.append(draft("b"));
    assertEquals([again.message.seq, again.message.text, again.isNew], [
      message.seq,
      "text of b",
      false,
    ]);
    assertEquals(idsOf(shown.all), ["other", "b"]);
  },
);

natsTest(
  "kill -9 of NATS under load: what was acknowledged is there, and all nodes go on",
  async () => {
    await using place = await NatsPlace.make();
    const nodes = [await open(place), await open(place)];
    const acknowledged: string[] = [];
    let isOver = false;
    const talk = async ({ node }: typeof nodes[0], prefix: string) => {
      for (let n = 0; !isOver; n++) {
        const id = `${prefix}-${n}`;
        try {
          await node.append(draft(id));
          acknowledged.push(id);
        } catch (error) {
          assertEquals((error as { code?: string }).code, "not_saved");
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      }
    };
    const talking = nodes.flatMap((each, i) =>
      ["x", "y", "z"].map((way) => talk(each, `${way}${i}`))
    );
    const progress = async (more: number) => {
      const wanted = acknowledged.length + more;
      await until(
        () => `${wanted} are acknowledged: ${acknowledged.length}`,
        () => acknowledged.length >= wanted,
      );
    };
    try {
      await progress(100);
      for (let round = 0; round < 2; round++) {
        await place.server.kill();
        for (const { node } of nodes) {
          await node.events.next((event) => event === "lost");
          // At once: what is left for later would be stored after it was refused.
          const askedAt = performance.now();
          await assertNotSaved(node.append(draft("refused-at-once")));
          assertLess(performance.now() - askedAt, 1_000);
        }
        const backAt = performance.now();
        await place.server.start();
        for (const { node } of nodes) await node.events.next((event) => event === "recovered");
        assertLess(performance.now() - backAt, 10_000);
        await progress(100);
      }
    } finally {
      isOver = true;
    }
    await Promise.all(talking);
    const [a, b] = nodes.map(({ shown }) => jsonOf(shown.all));
    assertEquals(a, b);
    const survivors = await place.survivors();
    for (const id of acknowledged) {
      assert(
        survivors.includes(id),
        `${id} was acknowledged and is gone`,
      );
    }
    assertEquals(new Set(survivors).size, survivors.length);
    assertEquals(idsOf(nodes[0]?.shown.all ?? []), survivors);
  },
);

natsTest(
  "A NATS that hangs is a refusal within five seconds, and nothing of it is stored twice",
  async () => {
    await using place = await NatsPlace.make();
    const { node, shown } = await open(place);
    await node.append(draft("before"));
    await place.server.pause();
    const hungAt = performance.now();
    await assertNotSaved(node.append(draft("a")));
    assertLess(performance.now() - hungAt, SAVE_DEADLINE_MS + 500);
    assertEquals(node.trouble?.code, "not_saved");
    await assertNotSaved(node.append(draft("b")));
    // Nothing is shown that NATS has not stored: it stands still, so it has stored nothing.
    assertEquals(idsOf(shown.all), ["before"]);
    place.server.resume();
    await node.events.next((event) => event === "recovered");
    // It was on its way when NATS fell asleep, and may have come.
    await node.append(draft("a"));
    await node.append(draft("b"));
    assertEquals(idsOf(shown.all), ["before", "a", "b"]);
    assertEquals(await place.survivors(), ["before", "a", "b"]);
  },
);

natsTest(
  "Drafts that wait for a NATS that hangs are bounded, and none of them is shown twice",
  async () => {
    await using place = await NatsPlace.make();
    const { node, shown } = await open(place);
    await place.server.pause();
    const waiting = drafts(MAX_WAITING).map((each) => node.append(each));
    const startedAt = performance.now();
    await assertNotSaved(node.append(draft("one-too-many")));
    assertLess(performance.now() - startedAt, 1_000);
    assertEquals(shown.all, []);
    place.server.resume();
    await Promise.all(waiting);
    assertEquals((await node.append(draft("one-too-many"))).isNew, true);
    assertEquals(shown.all.length, MAX_WAITING + 1);
  },
);

natsTest(
  "A stream that is removed while nodes run is made anew, and they all begin with it",
  async () => {
    await using place = await NatsPlace.make();
    const nodes = [await open(place), await open(place)];
    const [a, b] = [nodes[0]?.node, nodes[1]?.node];
    assert(a !== undefined && b !== undefined);
    const { log } = a;
    await a.append(draft("gone"));
    await using outside = await connect(place.server.url);
    const manager = await managerOf(outside);
    await manager.streams.delete(STREAM);
    for (const { restarts } of nodes) assertEquals(await restarts.next(), []);
    assertNotEquals(a.log, log);
    assertEquals(a.log, b.log);
    // Its id is free in the new log.
    assertEquals((await a.append(draft("gone"))).isNew, true);
    assertEquals((await b.append(draft("new"))).message.seq, 2);
  },
);

natsTest(
  "A NATS that has lost everything is another log for the nodes that come back",
  async () => {
    await using place = await NatsPlace.make();
    const { node, restarts } = await open(place);
    const { log } = node;
    await node.append(draft("gone"));
    await place.server.wipe();
    assertEquals(await restarts.next(), []);
    assertNotEquals(node.log, log);
    assertEquals((await node.append(draft("new"))).message.seq, 1);
  },
);

natsTest(
  "security 40: what nobody could have said is in the stream, and nobody is shown it",
  async () => {
    await using place = await NatsPlace.make();
    const { node, shown } = await open(place);
    await using outside = await connect(place.server.url);
    const js = outside.library.jetstream.jetstream(outside.nats);
    const foreign = [
      "no JSON",
      "null",
      JSON.stringify({ id: "no-text", name: "Ann" }),
      JSON.stringify({ id: "no id", name: "Ann", text: "spaces in the id" }),
      JSON.stringify(draft("long", { text: "a".repeat(2001) })),
      JSON.stringify(draft("control", { text: "\u001b[2J" })),
      JSON.stringify(draft("hidden", { name: "Ann\u202e" })),
      JSON.stringify(draft("raw", { name: " Ann " })),
      JSON.stringify(draft("server", { name: "Parley" })),
      new Uint8Array([0x7b, 0xff, 0xfe]),
    ];
    for (const payload of foreign) await js.publish(SUBJECT, payload);
    // Twice in the stream, because whoever wrote it did not tell NATS its id.
    await js.publish(SUBJECT, JSON.stringify(draft("twice")));
    await js.publish(SUBJECT, JSON.stringify(draft("twice", { text: "again" })));
    const { message } = await node.append(draft("good"));
    assertEquals(message.seq, foreign.length + 3);
    assertEquals(idsOf(shown.all), ["twice", "good"]);
    const ignored = node.events.all.filter((event) => event.startsWith("ignored"));
    assertEquals(ignored, [...foreign.keys(), foreign.length + 1].map((i) => `ignored ${i + 1}`));
    await using late = await place.open();
    assertEquals(jsonOf(late.recent), jsonOf(shown.all));
  },
);

natsTest("A stream with other limits is used as it is, and each of them is told", async () => {
  await using place = await NatsPlace.make();
  await using outside = await connect(place.server.url);
  const manager = await managerOf(outside);
  await manager.streams.add({
    name: STREAM,
    subjects: [SUBJECT],
    max_msgs_per_subject: 7,
    duplicate_window: 120_000_000_000,
  });
  const { node } = await open(place);
  assertEquals(node.events.all.slice(0, 2), [
    "connected",
    `differs: subjects is ["parley.log.main"], not ["parley.log.>"]; ` +
    `max_msgs_per_subject is 7, not ${KEPT_MESSAGES}`,
  ]);
  await node.append(draft("a"));
});

natsTest("A NATS that cannot hold the log is one line that says why", async () => {
  await using server = await NatsServer.start();
  await using outside = await connect(server.url);
  const manager = await managerOf(outside);
  await manager.streams.add({ name: STREAM, subjects: ["elsewhere"] });
  const error = await assertRejects(() => NatsNode.open(server.url), StartError);
  assertEquals(
    error.message,
    'Cannot use the log in NATS: the stream "PARLEY" does not take "parley.log.main"; see docs/cluster.md',
  );
  await manager.streams.delete(STREAM);
  const replicas = await assertRejects(
    () => NatsNode.open(server.url, { replicas: 3 }),
    StartError,
  );
  assertEquals(
    replicas.message,
    "Cannot use the log in NATS: replicas > 1 not supported in non-clustered mode; see docs/cluster.md",
  );
});

natsTest("A NATS without JetStream is one line that says what to do", async () => {
  await using server = await NatsServer.start({ hasJetStream: false });
  const error = await assertRejects(() => NatsNode.open(server.url), StartError);
  assertEquals(
    error.message,
    `Cannot use NATS at ${new URL(server.url).host}: it has no JetStream for this server ` +
      "(jetstream is not enabled); start it with --jetstream",
  );
});
