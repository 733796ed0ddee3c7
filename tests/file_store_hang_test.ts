// A disk that neither takes a write nor refuses it. Nobody waits for ever, and what is refused meanwhile
// is neither shown nor lost to a retry, whatever the late write does in the end.

import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { ChatError } from "../src/errors.ts";
import { SAVE_DEADLINE_MS } from "../src/file_store.ts";
import type { Appended, MessageStore } from "../src/store.ts";
import { draft, idsOf } from "./helpers/drafts.ts";
import { FILE_FAULTS } from "./helpers/failing_files.ts";
import { FilePlace } from "./helpers/file_place.ts";
import { hold } from "./helpers/held_call.ts";
import { assertNotSaved, session } from "./helpers/store_place.ts";

/** Calls that a write makes, each of which can hang. */
const CALLS = ["open", "write", "sync", "rename"];

/** Appends a draft to a disk that hangs in `call` until its sender is refused. */
async function refuseOne(place: FilePlace, store: MessageStore, call: string) {
  const held = hold(place, call);
  const appended = store.append(draft("late"));
  await held.reached;
  place.clock.advance(SAVE_DEADLINE_MS);
  await assertNotSaved(appended);
  return held;
}

/** Appends as soon as the late write has ended, and with it the refusing. */
async function appendAgain(store: MessageStore, id: string): Promise<Appended> {
  for (let tries = 0; tries < 5000; tries++) {
    const appended = await store.append(draft(id)).catch((error) => error);
    if (!(appended instanceof ChatError)) return appended;
    // A turn of the event loop, in which the disk can answer.
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  throw new Error("The store refuses for ever");
}

/** What became of an append, as soon as that is known without waiting for anything. */
async function stateOf(appended: Promise<Appended>): Promise<string> {
  const settled = appended.then(() => "stored", () => "refused");
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  return await Promise.race([settled, Promise.resolve("waiting")]);
}

for (const call of CALLS) {
  Deno.test(`FileStore shows nothing that it refused while the disk hung in ${call}, and stores a retry once`, async () => {
    await using place = await FilePlace.make();
    await session(place, async (store, shown) => {
      await store.append(draft("early"));
      const held = await refuseOne(place, store, call);
      // Still hanging: a retry is refused, too.
      await assertNotSaved(store.append(draft("late")));
      held.release();
      await appendAgain(store, "after");
      assertEquals(idsOf(shown), ["early", "after"]);
      assertEquals(await place.survivors(), ["early", "after"]);

      const retry = await store.append(draft("late"));
      assertEquals([retry.isNew, retry.message.seq], [true, 3]);
      assertEquals(idsOf(shown), ["early", "after", "late"]);
      assertEquals(await place.survivors(), ["early", "after", "late"]);
    });
  });
}

Deno.test("FileStore refuses who waits for the disk after ten seconds, and not before", async () => {
  await using place = await FilePlace.make();
  await session(place, async (store) => {
    const held = hold(place, "sync");
    const inWrite = store.append(draft("in-write"));
    await held.reached;
    place.clock.advance(SAVE_DEADLINE_MS - 1);
    const behind = store.append(draft("behind"));
    const twin = store.append(draft("in-write"));
    const all = [inWrite, behind, twin];
    assertEquals(await Promise.all(all.map(stateOf)), ["waiting", "waiting", "waiting"]);
    place.clock.advance(1);
    assertEquals(await Promise.all(all.map(stateOf)), ["refused", "refused", "refused"]);
    assertEquals(await stateOf(store.append(draft("too-late"))), "refused");
    held.release();
  });
});

Deno.test("FileStore counts what a draft waited for the write before, and gives its own a second at least", async () => {
  await using place = await FilePlace.make();
  await session(place, async (store) => {
    const first = hold(place, "sync");
    const inWrite = store.append(draft("in-write"));
    await first.reached;
    place.clock.advance(1);
    const behind = store.append(draft("behind"));
    place.clock.advance(SAVE_DEADLINE_MS - 2);
    const second = hold(place, "open");
    first.release();
    await inWrite;
    await second.reached;
    place.clock.advance(999);
    assertEquals(await stateOf(behind), "waiting");
    place.clock.advance(1);
    assertEquals(await stateOf(behind), "refused");
    second.release();
  });
});

Deno.test("FileStore refuses nobody because the process stood still", async () => {
  await using place = await FilePlace.make();
  await session(place, async (store) => {
    const first = hold(place, "sync");
    const inWrite = store.append(draft("in-write"));
    await first.reached;
    const behind = store.append(draft("behind"));
    // When it goes on, timers that have long been due come before what the disk has long done.
    place.clock.stall(10 * SAVE_DEADLINE_MS);
    const second = hold(place, "open");
    first.release();
    await inWrite;
    await second.reached;
    place.clock.advance(1);
    assertEquals(await stateOf(behind), "waiting");
    second.release();
    await behind;
    assertEquals(place.events.failures, []);
  });
});

Deno.test("FileStore.trouble says that the disk does not answer, until it does", async () => {
  await using place = await FilePlace.make();
  await session(place, async (store) => {
    const held = await refuseOne(place, store, "sync");
    const says = "Cannot save the message: the disk does not answer; try again";
    assertEquals(store.trouble?.message, says);
    await assertRejects(() => store.append(draft("next")), ChatError, says);
    held.release();
    await appendAgain(store, "after");
    assertStrictEquals(store.trouble, undefined);
    assertEquals(place.events.failures.map(({ first }) => first), [true]);
    assertEquals(place.events.recoveries, 1);
  });
});

Deno.test("FileStore knows what it stored before, also while the disk hangs", async () => {
  await using place = await FilePlace.make();
  await session(place, async (store) => {
    const { message } = await store.append(draft("early"));
    const held = await refuseOne(place, store, "sync");
    assertEquals(await store.append(draft("early")), { message, isNew: false });
    held.release();
  });
});

Deno.test("FileStore recovers by itself: it writes what is true once more when the disk answers", async () => {
  await using place = await FilePlace.make();
  const store = await place.open();
  await store.append(draft("early"));
  const late = await refuseOne(place, store, "sync");
  // The next write is held where the late one has ended, and has not been overwritten.
  const next = hold(place, "open");
  late.release();
  await next.reached;
  assertEquals(await place.survivors(), ["early", "late"]);
  assert(store.trouble !== undefined);
  next.release();
  await store.close();

  assertStrictEquals(store.trouble, undefined);
  assertEquals(await place.survivors(), ["early"]);
  assertEquals(place.events.commits, [1, 0]);
});

Deno.test("FileStore never writes while another write has not ended", async () => {
  await using place = await FilePlace.make();
  await session(place, async (store) => {
    const held = await refuseOne(place, store, "sync");
    const calls = place.files.calls.length;
    for (const id of ["a", "b", "c"]) await assertNotSaved(store.append(draft(id)));
    place.clock.advance(10 * SAVE_DEADLINE_MS);
    assertEquals(place.files.calls.length, calls);
    held.release();
  });
});

Deno.test("FileStore tries again with the next draft when a write hung and then failed", async () => {
  await using place = await FilePlace.make();
  await session(place, async (store, shown) => {
    const held = await refuseOne(place, store, "sync");
    held.release(FILE_FAULTS.EIO());
    await appendAgain(store, "late");
    assertEquals(idsOf(shown), ["late"]);
    // One failure, not one for being late and one for failing.
    assertEquals(place.events.failures.length, 1);
    assertEquals(place.events.recoveries, 1);
  });
});

Deno.test("FileStore knows the id of a late write when the process died before the next one", async () => {
  await using place = await FilePlace.make();
  const store = await place.open();
  const late = await refuseOne(place, store, "sync");
  const next = hold(place, "open");
  late.release();
  await next.reached;
  const left = await Deno.readTextFile(place.file);
  next.release();
  await store.close();

  await using after = await FilePlace.make({ file: left });
  await session(after, async (store, shown) => {
    const { isNew, message } = await store.append(draft("late"));
    assertEquals([isNew, message.seq], [false, 1]);
    assertEquals(shown, []);
  });
});
