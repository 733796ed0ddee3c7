// The simplest thing that could be a store, to compare the others with: a list of ids without doubles.

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { StoredMessage } from "../../src/message.ts";
import { draft, idsOf } from "./drafts.ts";
import { assertRising, type Place } from "./store_place.ts";

/** What can be done to a store from outside; `say` is a burst of drafts by their ids. */
export type Step = { say: string[] } | "break" | "mend" | "reopen";

/** Any step. */
export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ say: fc.array(fc.constantFrom(..."abcdefgh")) }) },
  fc.constantFrom("break", "mend", "reopen"),
);

/** Does `steps` to the store of `place` and to the list; fails where the two differ. */
export async function follow(place: Place, steps: readonly Step[]): Promise<void> {
  const model: string[] = [];
  let isBroken = false;
  let store = await place.open();
  let shown: StoredMessage[] = [];
  for (const each of [...steps, "mend", "reopen"] as const) {
    if (each === "reopen") {
      await store.close();
      store = await place.open();
      assertEquals(idsOf(store.recent), model);
      store.tail((batch) => shown.push(...batch));
      shown = [...store.recent];
    } else if (each === "break" || each === "mend") {
      isBroken = each === "break";
      await (isBroken ? place.breakDown() : place.mend());
    } else {
      const isStored = (id: string) => !isBroken || model.includes(id);
      const expected = each.say.map(isStored);
      const outcomes = await Promise.allSettled(each.say.map((id) => store.append(draft(id))));
      assertEquals(outcomes.map(({ status }) => status === "fulfilled"), expected);
      if (!isBroken) model.push(...new Set(each.say.filter((id) => !model.includes(id))));
    }
  }
  assertEquals(idsOf(shown), model);
  assertRising(shown);
  await store.close();
}
