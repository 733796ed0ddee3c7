import { assertEquals, assertGreater, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import type { StoredMessage } from "../src/message.ts";
import { chromeOf } from "../src/page_chrome.ts";
import { PageParts } from "../src/page_parts.ts";
import { renderRows } from "../src/page_rows.ts";
import type { Preferences } from "../src/preferences.ts";
import { storedRange } from "./helpers/stored_messages.ts";

Deno.test("The rows that are kept are the rows of the messages asked for, whichever came before", () => {
  const log: readonly StoredMessage[] = storedRange(1, 8);
  const windows = fc.array(fc.tuple(fc.nat(8), fc.nat(8)), { minLength: 1, maxLength: 6 });
  fc.assert(fc.property(windows, (windows) => {
    const parts = new PageParts();
    for (const [from, to] of windows) {
      const messages = log.slice(from, to);
      assertEquals(parts.rows(messages), renderRows(messages));
    }
  }));
});

Deno.test("Rows are made once for the same messages, and anew when there is another one", () => {
  const parts = new PageParts();
  let made = 0;
  const [one, two] = storedRange(1, 2).map((message) => ({
    ...message,
    get text() {
      made++;
      return "a text";
    },
  })) as [StoredMessage, StoredMessage];
  parts.rows([one]);
  const once = made;
  assertGreater(once, 0);
  parts.rows([one]);
  assertEquals(made, once);
  parts.rows([one, two]);
  assertGreater(made, once);
});

Deno.test("What the page says besides the messages is made once for each look", () => {
  const parts = new PageParts();
  const looks: Preferences[] = [
    { language: "en", theme: undefined },
    { language: "en", theme: "dark" },
    { language: "ru", theme: undefined },
  ];
  const first = looks.map((look) => parts.chrome(look));
  assertEquals(first, looks.map(chromeOf));
  looks.forEach((look, n) => assertStrictEquals(parts.chrome({ ...look }), first[n]));
});
