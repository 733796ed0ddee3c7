// A damaged file at the start: what it was stays beside the new one, what is whole lives on, and readers
// start afresh.

import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { StartError } from "../src/errors.ts";
import { encodeFile } from "../src/messages_file.ts";
import { draft, idsOf } from "./helpers/drafts.ts";
import { FilePlace } from "./helpers/file_place.ts";
import { session } from "./helpers/store_place.ts";
import { stored, storedRange } from "./helpers/stored_messages.ts";

const WHOLE = encodeFile({ log: "old-log", messages: storedRange(1, 3) });
const COPY = "messages.json.corrupt-2026-11-21T22-48-56-000Z";
const isWindows = Deno.build.os === "windows";

/** Bytes at the start, and the ids of the messages that live on. */
const DAMAGED: Record<string, [bytes: Uint8Array, ids: string[]]> = {
  "empty": [utf8(""), []],
  "cut short": [utf8(WHOLE.slice(0, -70)), ["id-1", "id-2"]],
  "cut within a character": [
    utf8(encodeFile({ log: "log", messages: [stored(1), stored(2, { text: "🐟" })] }))
      .subarray(0, -38),
    ["id-1"],
  ],
  "full of NUL bytes": [new Uint8Array(4096), []],
  "with a byte order mark": [utf8(`\u{feff}${WHOLE}`), ["id-1", "id-2", "id-3"]],
  "in UTF-16": [new Uint8Array(Uint16Array.from(WHOLE, (c) => c.charCodeAt(0)).buffer), []],
  "in no encoding at all": [new Uint8Array(1024).fill(0xff), []],
  "with bytes that are no UTF-8 in one message": [
    utf8(WHOLE).map((byte, index) => index === WHOLE.indexOf("id-2") ? 0xff : byte),
    ["id-1", "id-3"],
  ],
  "that is null": [utf8("null"), []],
  "that is a list of a million numbers": [utf8(`[1${",1".repeat(1e6)}]`), []],
  "with deep nesting": [utf8("[".repeat(1e6)), []],
  "with a number twice": [
    utf8(encodeFile({ log: "log", messages: [stored(1), stored(1, { id: "other" })] })),
    ["id-1", "other"],
  ],
  "of another version": [
    utf8(WHOLE.replace('"version":1', '"version":2')),
    ["id-1", "id-2", "id-3"],
  ],
};

for (const [what, [bytes, ids]] of Object.entries(DAMAGED)) {
  Deno.test(`FileStore.open() mends a file ${what}`, async () => {
    await using place = await FilePlace.make({ file: bytes });
    const log = await session(place, async (store) => {
      assertEquals(idsOf(store.recent), ids);
      assertNotEquals(store.log, "old-log");
      assertEquals(store.trouble, undefined);
      await store.append(draft("after"));
      return store.log;
    });

    assertEquals(place.events.repairs, [{ copiedTo: COPY, kept: ids.length }]);
    assertEquals(place.names, ["messages.json", COPY]);
    assertEquals(await Deno.readFile(place.scratch.in(`data/${COPY}`)), bytes);
    await session(place, (store) => {
      assertEquals(idsOf(store.recent), [...ids, "after"]);
      assertEquals(store.log, log);
    });
    assertEquals(place.events.repairs.length, 1);
  });
}

Deno.test("FileStore.open() saves the mended file at once, before anybody speaks", async () => {
  await using place = await FilePlace.make({ file: WHOLE.slice(0, -1) + "x" });
  const log = await session(place, (store) => store.log);
  assertEquals(await place.survivors(), ["id-1", "id-2", "id-3"]);
  await session(place, (store) => assertEquals(store.log, log));
});

Deno.test("FileStore.open() keeps every damaged file, not only the last", async () => {
  await using place = await FilePlace.make({ file: "first" });
  await session(place, () => {});
  await Deno.writeTextFile(place.file, "second");
  place.clock.advance(1);
  await session(place, () => {});

  const texts = place.names.filter((name) => name.includes("corrupt"))
    .map((name) => Deno.readTextFileSync(place.scratch.in(`data/${name}`)));
  assertEquals(texts, ["first", "second"]);
});

Deno.test({
  name: "FileStore.open() keeps what it mends for its user alone",
  // Windows has no such modes.
  ignore: isWindows,
  async fn() {
    await using place = await FilePlace.make({ file: "damaged" });
    await Deno.chmod(place.file, 0o666);
    await session(place, () => {});
    for (const name of place.names) {
      const { mode } = await Deno.stat(place.scratch.in(`data/${name}`));
      assertEquals((mode ?? 0) & 0o777, 0o600, name);
    }
  },
});

Deno.test("FileStore.open() starts with no log at all when there is no file", async () => {
  await using place = await FilePlace.make();
  await session(place, ({ recent, log }) => {
    assertEquals(recent, []);
    assert(log.startsWith("log-1-"));
  });
  assertEquals(place.events.repairs, []);
});

Deno.test("FileStore.open() removes what a write that was cut short left behind", async () => {
  await using place = await FilePlace.make({ file: WHOLE });
  await Deno.writeTextFile(`${place.file}.tmp`, WHOLE.replace("text 1", "never saved"));
  await session(place, ({ recent }) => assertEquals(recent, storedRange(1, 3)));
  assertEquals(place.names, ["messages.json"]);
});

Deno.test("FileStore.open() says in one line that there is no room to mend the file", async () => {
  await using place = await FilePlace.make({ file: "damaged" });
  await place.breakDown();
  const error = await assertRejects(() => place.open(), StartError);
  assertEquals(
    error.message,
    'Cannot mend the damaged "messages.json": the disk refused the new file; make room and start again',
  );
  assertEquals(await Deno.readTextFile(place.file), "damaged");
});

Deno.test("FileStore.open() leaves nothing beside a file that it could not mend", async () => {
  await using place = await FilePlace.make({ file: "damaged" });
  await place.breakDown();
  for (let attempt = 0; attempt < 3; attempt++) {
    await assertRejects(() => place.open(), StartError);
    place.clock.advance(1000);
  }
  // Whoever starts it again and again on a full disk would fill it for good.
  assertEquals(place.names, ["messages.json"]);
});

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
