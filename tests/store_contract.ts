// What every store of messages must keep: the promises of `MessageStore`, as tests that run on any of
// them. They ask for nothing that only one kind can do: numbers may have gaps, batches any size.

import {
  assert,
  assertEquals,
  assertGreater,
  assertNotEquals,
  assertStrictEquals,
} from "@std/assert";
import fc from "fast-check";
import { isMessageId, type StoredMessage, toStored } from "../src/message.ts";
import { draft, drafts, idsOf } from "./helpers/drafts.ts";
import { anyStep, follow } from "./helpers/store_model.ts";
import {
  assertNotSaved,
  assertRising,
  type OpenPlace,
  type Place,
  session,
} from "./helpers/store_place.ts";

/** How to test. */
export interface ContractOptions {
  /** Registers the test of one promise. @default {Deno.test} */
  readonly register?: (name: string, fn: () => Promise<void>) => void;
  /** How many random stories are tried. @default 20 */
  readonly stories?: number;
}

/** Registers the contract for the stores of `openPlace`. */
export function storeContract(
  name: string,
  openPlace: OpenPlace,
  { register = Deno.test, stories = 20 }: ContractOptions = {},
): void {
  function test(
    promise: string,
    run: (place: Place) => Promise<void>,
    { history = 100 } = {},
  ): void {
    register(`${name} ${promise}`, async () => {
      await using place = await openPlace({ history });
      await run(place);
    });
  }

  test("is empty, well and has an id of its own at first", async (place) => {
    await using other = await openPlace({ history: 100 });
    const log = await session(place, (store) => {
      assertEquals(store.recent, []);
      assertStrictEquals(store.trouble, undefined);
      assert(isMessageId(store.log), store.log);
      return store.log;
    });
    await session(other, (store) => assertNotEquals(store.log, log));
  });

  test("keeps what was said as it was said, also after reopening", async (place) => {
    const said = [
      draft("plain"),
      draft("__proto__", { name: "__proto__", text: "constructor" }),
      draft("constructor", { name: "Zoë 👍🏽", text: '"\\ \n\t{"seq":1}' }),
      draft("A-Z_9", { text: "\u2028\u2029\u{feff}</script>\u{10ffff}" }),
      draft("x".repeat(64), { text: "🐟".repeat(2000) }),
    ];
    const stored = await session(place, async (store) => {
      const messages: StoredMessage[] = [];
      for (const each of said) {
        const { message, isNew } = await store.append(each);
        assert(isNew);
        assertEquals(message.json, toStored(message).json);
        assertEquals(message.bytes, new TextEncoder().encode(message.json).length);
        assertEquals(new Date(message.time).toISOString(), message.time);
        messages.push(message);
      }
      return messages;
    });
    assertEquals(stored.map(({ id, name, text }) => ({ id, name, text })), said);
    await session(place, ({ recent }) => {
      assertEquals(recent.map(({ json }) => json), stored.map(({ json }) => json));
    });
  });

  test("stores drafts in the order in which they were appended", async (place) => {
    const all = drafts(200);
    const shown = await session(place, async (store, shown) => {
      const appended = await Promise.all(all.map((each) => store.append(each)));
      assertEquals(idsOf(appended.map(({ message }) => message)), idsOf(all));
      assertRising(appended.map(({ message }) => message));
      return shown;
    });
    assertEquals(idsOf(shown), idsOf(all));
    assertRising(shown);
    await session(place, ({ recent }) => assertEquals(idsOf(recent), idsOf(all)));
  }, { history: 200 });

  test("goes on where it was after reopening: same log, rising numbers", async (place) => {
    const first = await session(place, async (store) => {
      const { message } = await store.append(draft("a"));
      return { log: store.log, seq: message.seq };
    });
    await session(place, async (store) => {
      assertEquals(store.log, first.log);
      assertGreater((await store.append(draft("b"))).message.seq, first.seq);
    });
  });

  test("shows a message once, and before its append resolves", async (place) => {
    await session(place, async (store, shown) => {
      await Promise.all(
        drafts(50).map(async (each) => {
          await store.append(each);
          assertEquals(idsOf(shown).filter((id) => id === each.id), [each.id]);
        }),
      );
    });
  });

  test("shows only what would survive the end of the process", async (place) => {
    const store = await place.open();
    const checks: Promise<void>[] = [];
    store.tail((batch) => {
      checks.push(
        place.survivors().then((survivors) => {
          for (const { id } of batch) assert(survivors.includes(id), `${id} was shown unsaved`);
        }),
      );
    });
    for (let round = 0; round < 10; round++) {
      await Promise.all(drafts(5, `round-${round}`).map((each) => store.append(each)));
    }
    await store.close();
    await Promise.all(checks);
    assertGreater(checks.length, 0);
  });

  test("answers a repeated id with what was stored first, and shows it once", async (place) => {
    await session(place, async (store, shown) => {
      const { message } = await store.append(draft("a"));
      const again = await store.append(draft("a", { name: "Bob", text: "something else" }));
      assertEquals(again, { message, isNew: false });
      assertEquals(idsOf(shown), ["a"]);
    });
  });

  test("stores an id once however many say it at the same time", async (place) => {
    await session(place, async (store, shown) => {
      const all = ["a", "b", "c"].flatMap((id) => new Array<string>(20).fill(id));
      const appended = await Promise.all(all.map((id) => store.append(draft(id))));
      assertEquals(idsOf(appended.map(({ message }) => message)), all);
      assertEquals(appended.filter(({ isNew }) => isNew).length, 3);
      assertEquals(new Set(appended.map(({ message }) => message.seq)).size, 3);
      assertEquals(idsOf(shown), ["a", "b", "c"]);
    });
  });

  test("knows the ids it holds after reopening", async (place) => {
    const { message } = await session(place, (store) => store.append(draft("a")));
    await session(place, async (store, shown) => {
      const again = await store.append(draft("a", { text: "something else" }));
      assertEquals([again.message.json, again.isNew], [message.json, false]);
      assertEquals(shown, []);
    });
  });

  test("holds the newest messages that its history has room for", async (place) => {
    await session(place, async (store) => {
      for (const each of drafts(3)) await store.append(each);
    });
    await session(place, async (store) => {
      assertEquals(idsOf(store.recent), ["m-1", "m-2", "m-3"]);
      await Promise.all(drafts(9, "n").map((each) => store.append(each)));
    });
    await session(place, ({ recent }) => {
      assertEquals(idsOf(recent.slice(-5)), ["n-5", "n-6", "n-7", "n-8", "n-9"]);
      assertRising(recent);
    });
  }, { history: 5 });

  test("refuses with not_saved what it cannot save, and takes it when it can again", async (place) => {
    await session(place, async (store, shown) => {
      await store.append(draft("before"));
      await place.breakDown();
      for (let attempt = 0; attempt < 2; attempt++) {
        await assertNotSaved(store.append(draft("a")));
        assertEquals(store.trouble?.code, "not_saved");
      }
      await place.mend();
      assertEquals(await place.survivors(), ["before"]);
      const { message, isNew } = await store.append(draft("a"));
      assertEquals([message.id, isNew], ["a", true]);
      assertStrictEquals(store.trouble, undefined);
      assertEquals(idsOf(shown), ["before", "a"]);
      assertRising(shown);
    });
    await session(place, ({ recent }) => assertEquals(idsOf(recent), ["before", "a"]));
  });

  test("refuses everybody who says the same while it cannot be saved", async (place) => {
    await session(place, async (store, shown) => {
      await place.breakDown();
      const attempts = new Array(5).fill("a").map((id) => store.append(draft(id)));
      await Promise.all(attempts.map(assertNotSaved));
      await place.mend();
      assertEquals(shown, []);
    });
    await session(place, ({ recent }) => assertEquals(recent, []));
  });

  test("stores and shows what came before it was closed", async (place) => {
    const all = drafts(20);
    const store = await place.open();
    const shown: StoredMessage[] = [];
    store.tail((batch) => shown.push(...batch));
    const appended = Promise.all(all.map((each) => store.append(each)));
    await store.close();
    assertEquals(idsOf(shown), idsOf(all));
    assertEquals((await appended).every(({ isNew }) => isNew), true);
    await session(place, ({ recent }) => assertEquals(idsOf(recent), idsOf(all)));
  });

  test("refuses what comes after it was closed", async (place) => {
    const store = await place.open();
    const closed = store.close();
    await assertNotSaved(store.append(draft("while closing")));
    await closed;
    await assertNotSaved(store.append(draft("closed")));
    await session(place, ({ recent }) => assertEquals(recent, []));
  });

  test("is one log whatever happens, in whatever order", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { maxLength: 12 }), async (steps) => {
        await using place = await openPlace({ history: 100 });
        await follow(place, steps);
      }),
      { numRuns: stories },
    );
  });
}
