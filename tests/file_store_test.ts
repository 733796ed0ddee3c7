// The file store beyond what every store promises: what is in the file, how often it is written, what
// is said about trouble. Faults have a file of their own, damaged files too.

import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { ChatError, StartError } from "../src/errors.ts";
import { MAX_FILE_BYTES } from "../src/file_store.ts";
import { WINDOW_MESSAGES } from "../src/limits.ts";
import { MAX_WAITING } from "../src/store.ts";
import { draft, drafts, idsOf } from "./helpers/drafts.ts";
import { FilePlace } from "./helpers/file_place.ts";
import { hold } from "./helpers/held_call.ts";
import { assertNotSaved, session } from "./helpers/store_place.ts";
import { storeContract } from "./store_contract.ts";

const isWindows = Deno.build.os === "windows";

storeContract("FileStore", (options) => FilePlace.make(options));

Deno.test("FileStore writes a file that a person can read, one message a line", async () => {
  await using place = await FilePlace.make();
  const log = await session(place, async (store) => {
    await store.append(draft("a", { text: "hello" }));
    await store.append(draft("b", { name: "Zoë", text: 'line\n"two"' }));
    return store.log;
  });

  const time = "2026-11-21T22:48:56.000Z";
  assertEquals(
    await Deno.readTextFile(place.file),
    `{"version":1,"log":"${log}","messages":[\n` +
      `{"seq":1,"id":"a","name":"Ann","text":"hello","time":"${time}"},\n` +
      `{"seq":2,"id":"b","name":"Zoë","text":"line\\n\\"two\\"","time":"${time}"}\n]}\n`,
  );
});

Deno.test("FileStore.open() writes nothing, so that looking changes nothing", async () => {
  await using place = await FilePlace.make();
  await session(place, () => {});

  assertEquals(place.names, []);
});

Deno.test("FileStore syncs the new file before it takes the name, and the name afterwards", async () => {
  await using place = await FilePlace.make();
  await session(place, async (store) => {
    const before = place.files.calls.length;
    await store.append(draft("a"));
    const calls = place.files.calls.slice(before).map(({ name, path }) => [
      name,
      path.slice(place.scratch.path.length),
    ]);
    assertEquals(calls, [
      ["open", "/data/messages.json.tmp"],
      ["write", "/data/messages.json.tmp"],
      ["sync", "/data/messages.json.tmp"],
      ["rename", "/data/messages.json"],
      ...isWindows ? [] : [["sync", "/data"]],
    ]);
  });
});

Deno.test("FileStore puts what arrives during a write into one next write", async () => {
  await using place = await FilePlace.make({ history: 1000 });
  await session(place, async (store, shown) => {
    const held = hold(place, "rename");
    const first = store.append(draft("first"));
    await held.reached;
    const others = drafts(500).map((each) => store.append(each));
    assertEquals(idsOf(shown), []);
    held.release();
    await Promise.all([first, ...others]);

    assertEquals(place.events.commits, [1, 500]);
    assertEquals(place.files.count("rename"), 2);
    assertEquals(idsOf(shown), ["first", ...idsOf(drafts(500))]);
  });
});

Deno.test("FileStore puts what is appended in one turn into one write", async () => {
  await using place = await FilePlace.make();
  await session(place, (store) => Promise.all(drafts(50).map((each) => store.append(each))));

  assertEquals(place.events.commits, [50]);
});

Deno.test("FileStore shows one batch for one write", async () => {
  await using place = await FilePlace.make();
  const store = await place.open();
  const batches: string[][] = [];
  store.tail((batch) => batches.push(idsOf(batch)));
  await Promise.all(drafts(3).map((each) => store.append(each)));
  await store.append(draft("last"));
  await store.close();

  assertEquals(batches, [["m-1", "m-2", "m-3"], ["last"]]);
});

Deno.test("FileStore keeps the newest messages of one write that is larger than the history", async () => {
  await using place = await FilePlace.make({ history: 3 });
  await session(place, async (store, shown) => {
    await Promise.all(drafts(10).map((each) => store.append(each)));
    assertEquals(shown.length, 10);
  });

  assertEquals(await place.survivors(), ["m-8", "m-9", "m-10"]);
});

Deno.test("FileStore keeps fewer, or more, when it is opened with another history", async () => {
  await using place = await FilePlace.make({ history: 5 });
  await session(place, (store) => Promise.all(drafts(5).map((each) => store.append(each))));
  place.history = 2;
  await session(place, async (store) => {
    assertEquals(idsOf(store.recent), ["m-4", "m-5"]);
    assertEquals((await store.append(draft("new"))).message.seq, 6);
  });
  assertEquals(await place.survivors(), ["m-5", "new"]);
  place.history = 4;
  await session(place, (store) => Promise.all(drafts(2, "n").map((each) => store.append(each))));

  assertEquals(await place.survivors(), ["m-5", "new", "n-1", "n-2"]);
  assertEquals(place.events.repairs, []);
});

Deno.test("FileStore knows ids as far back as its window, however small the history, not for ever", async () => {
  await using place = await FilePlace.make({ history: 1 });
  await session(place, async (store, shown) => {
    await store.append(draft("gone"));
    await Promise.all(drafts(WINDOW_MESSAGES - 1).map((each) => store.append(each)));
    assertEquals((await store.append(draft("gone"))).isNew, false);
    await Promise.all(drafts(WINDOW_MESSAGES, "n").map((each) => store.append(each)));
    await store.append(draft("one-more"));
    assertEquals((await store.append(draft("n-2"))).isNew, false);
    assertEquals((await store.append(draft("gone"))).isNew, true);
    assertEquals(shown.length, 2 * WINDOW_MESSAGES + 2);
  });
});

Deno.test("FileStore takes the time of a message and when it came from its clock", async () => {
  await using place = await FilePlace.make();
  await session(place, async (store) => {
    place.clock.advance(1500);
    const { message } = await store.append(draft("a"));
    assertEquals([message.time, message.receivedAt], ["2026-11-21T22:48:57.500Z", 1500]);
  });
});

Deno.test("FileStore.trouble lasts from a failed write to the next good one", async () => {
  await using place = await FilePlace.make();
  await session(place, async (store) => {
    assertEquals(store.trouble, undefined);
    await place.breakDown();
    await assertNotSaved(store.append(draft("a")));
    await assertNotSaved(store.append(draft("b")));
    assertEquals(store.trouble?.status, 503);
    await place.mend();
    assertEquals(store.trouble?.status, 503);
    await store.append(draft("a"));
    assertEquals(store.trouble, undefined);
    await store.append(draft("b"));
    await place.breakDown();
    await assertNotSaved(store.append(draft("c")));
  });

  assertEquals(place.events.failures.map(({ first }) => first), [true, false, true]);
  assertEquals(place.events.recoveries, 1);
});

Deno.test("FileStore says nothing of paths to the sender, and keeps the cause for the log", async () => {
  await using place = await FilePlace.make();
  await session(place, async (store) => {
    await place.breakDown();
    const error = await assertRejects(() => store.append(draft("a")), ChatError);
    assertEquals(
      error.message,
      "Cannot save the message: the disk refused it; it may be full or read-only; try again",
    );
    assertStrictEquals(error.cause, place.events.failures[0]?.error);
  });
});

Deno.test("FileStore lets a bounded number of drafts wait for a disk that hangs", async () => {
  await using place = await FilePlace.make();
  await session(place, async (store, shown) => {
    const held = hold(place, "sync");
    const written = store.append(draft("written"));
    await held.reached;
    const waiting = drafts(MAX_WAITING).map((each) => store.append(each));
    await assertNotSaved(store.append(draft("one-too-many")));
    const twin = store.append(draft("m-1"));
    held.release();
    await Promise.all([written, ...waiting]);
    assertEquals((await twin).isNew, false);
    assertEquals((await store.append(draft("one-too-many"))).isNew, true);
    assertEquals(shown.length, MAX_WAITING + 2);
  });
});

Deno.test("FileStore goes on when who reads its tail throws", async () => {
  await using place = await FilePlace.make();
  const store = await place.open();
  const mistake = new Error("mistake");
  store.tail(() => {
    throw mistake;
  });
  assertEquals((await store.append(draft("a"))).isNew, true);
  assertEquals((await store.append(draft("b"))).isNew, true);
  await store.close();

  assertEquals(place.events.deliveryFailures, [mistake, mistake]);
});

Deno.test("FileStore.open() refuses a file that is too large to be a conversation", async () => {
  await using place = await FilePlace.make({ file: "" });
  await Deno.truncate(place.file, MAX_FILE_BYTES + 1);
  await assertRejects(() => place.open(), StartError, `it is larger than ${MAX_FILE_BYTES} bytes`);
});

Deno.test("FileStore.close() lets the next one have the directory", async () => {
  await using place = await FilePlace.make();
  const store = await place.open();
  await assertRejects(() => place.open(), StartError, "another Parley is running on it");
  await store.close();
  await (await place.open()).close();
});
