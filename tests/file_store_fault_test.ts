// One fault at every file call there is, for N = 1, 2, 3 … until a run has none: what was acknowledged or
// shown is there afterwards, and the file is whole all the time.

import { assert, assertEquals, assertGreater, assertMatch, assertRejects } from "@std/assert";
import { DataDirectory } from "../src/data_directory.ts";
import { ChatError, StartError } from "../src/errors.ts";
import type { FileStore } from "../src/file_store.ts";
import type { Draft, StoredMessage } from "../src/message.ts";
import { decodeFile, encodeFile } from "../src/messages_file.ts";
import { draft, drafts, idsOf } from "./helpers/drafts.ts";
import { FailingFiles, FILE_FAULTS } from "./helpers/failing_files.ts";
import { FilePlace } from "./helpers/file_place.ts";
import { session } from "./helpers/store_place.ts";
import { storedRange } from "./helpers/stored_messages.ts";

const WHOLE = encodeFile({ log: "log", messages: storedRange(1, 3) });
const DAMAGED = WHOLE.slice(0, -60);

/** Which calls fail: only the N-th, or all from there on, as if the process had died. */
const EXTENTS = {
  once: (number: number, n: number) => number === n,
  "from then on": (number: number, n: number) => number >= n,
};

for (const [fault, makeError] of Object.entries(FILE_FAULTS)) {
  for (const [extent, fails] of Object.entries(EXTENTS)) {
    Deno.test(`FileStore loses nothing to ${fault} at any file call, ${extent}`, async () => {
      await forEachCall(WHOLE, async (place, n) => {
        place.files.before = ({ number }) => {
          assertWhole(place);
          if (fails(number, n)) throw makeError();
        };
        const said = await openAndTalk(place, { recovers: extent === "once" });
        place.files.before = () => {};
        assertWhole(place);
        await assertKept(place, said);
      });
    });

    Deno.test(`FileStore.open() mends a file in spite of ${fault}, ${extent}`, async () => {
      await forEachCall(DAMAGED, async (place, n) => {
        place.files.before = ({ number }) => {
          if (fails(number, n)) throw makeError();
        };
        await (await openUnlessRefused(place))?.close();
        place.files.before = () => {};
        assert(holdsDamaged(place), "the damaged file is gone");
        await session(place, ({ recent }) => assertEquals(idsOf(recent), ["id-1", "id-2"]));
        assert(holdsDamaged(place), "the damaged file is gone");
      });
    });
  }
}

Deno.test("FileStore writes the whole file when the system takes a byte at a time", async () => {
  await using place = await FilePlace.make({ file: WHOLE });
  place.files.maxWriteBytes = 1;
  await session(place, (store) => store.append(draft("a")));

  assertGreater(place.files.count("write"), 100);
  assertEquals(await place.survivors(), ["id-1", "id-2", "id-3", "a"]);
});

Deno.test("DataDirectory.open() holds nothing when it fails", async () => {
  await using place = await FilePlace.make();
  const path = place.scratch.in("data");
  for (let n = 1;; n++) {
    const files = new FailingFiles();
    files.before = ({ number }) => {
      if (number === n) throw FILE_FAULTS.EIO();
    };
    const opening = DataDirectory.open(path, files);
    if (await opening.then((directory) => directory.close(), () => "refused") === undefined) break;
    await assertRejects(() => opening, StartError, "Input/output error");
    // Would be refused if the lock were still held; the sanitizer finds what else is.
    (await DataDirectory.open(path)).close();
  }
});

/** Runs `test` with N = 1, 2, 3 … until a run has made fewer than N file calls. */
async function forEachCall(
  file: string,
  test: (place: FilePlace, n: number) => Promise<void>,
): Promise<void> {
  for (let n = 1;; n++) {
    await using place = await FilePlace.make({ file });
    // What a run that was cut short left behind is one more thing to deal with.
    await Deno.writeTextFile(`${place.file}.tmp`, "{");
    const { files } = place;
    await test(place, n);
    const faulty = files.calls.length;
    if (faulty < n) return assertGreater(n, 10);
  }
}

interface Said {
  readonly acknowledged: readonly string[];
  readonly shown: readonly string[];
}

async function openAndTalk(place: FilePlace, options: { recovers: boolean }): Promise<Said> {
  const store = await openUnlessRefused(place);
  if (store === undefined) return { acknowledged: [], shown: [] };
  const shown: StoredMessage[] = [];
  store.tail((batch) => shown.push(...batch));
  const acknowledged: string[] = [];
  const refused: Draft[] = [];
  for (const round of ["a", "b", "c"]) {
    await Promise.all(
      drafts(3, round).map(async (each) => {
        const isStored = await appendUnlessRefused(store, each);
        if (isStored) acknowledged.push(each.id);
        else refused.push(each);
      }),
    );
  }
  if (options.recovers) {
    for (const each of refused) {
      assertEquals((await store.append(each)).isNew, true);
      acknowledged.push(each.id);
    }
    assertEquals(store.trouble, undefined);
  }
  await store.close();
  assertEquals(new Set(idsOf(shown)), new Set(acknowledged));
  assertEquals(shown.length, acknowledged.length);
  return { acknowledged, shown: idsOf(shown) };
}

async function openUnlessRefused(place: FilePlace): Promise<FileStore | undefined> {
  try {
    return await place.open();
  } catch (error) {
    assert(error instanceof StartError, `not a line for the one who starts it: ${error}`);
    assertMatch(error.message, /^Cannot [^\n]+: [^\n]+$/);
    assertEquals(error.exitStatus, 1);
    return undefined;
  }
}

async function appendUnlessRefused(store: FileStore, said: Draft): Promise<boolean> {
  try {
    await store.append(said);
    return true;
  } catch (error) {
    assert(error instanceof ChatError && error.code === "not_saved", `${error}`);
    return false;
  }
}

/** Everything is there in the order in which it was shown; only what was refused may be there too. */
async function assertKept(place: FilePlace, { acknowledged, shown }: Said): Promise<void> {
  await session(place, ({ recent, log }) => {
    assertEquals(log, "log");
    const ids = idsOf(recent);
    assertEquals(ids.slice(0, 3), ["id-1", "id-2", "id-3"]);
    const isRefused = (id: string) => !acknowledged.includes(id);
    assertEquals(ids.slice(3).filter((id) => !isRefused(id)), shown);
  });
  assertEquals(place.events.repairs, []);
  assertEquals(place.names, ["messages.json"]);
}

function assertWhole(place: FilePlace): void {
  const text = Deno.readTextFileSync(place.file);
  assert(decodeFile(text, place.history) !== undefined, `no whole file: ${text}`);
}

function holdsDamaged(place: FilePlace): boolean {
  return place.names.filter((name) => !name.endsWith(".tmp")).some((name) =>
    Deno.readTextFileSync(place.scratch.in(`data/${name}`)) === DAMAGED
  );
}
