import { assertEquals } from "@std/assert";
import { clockOf, dayOf, Times, untilMidnight } from "../src/browser/times.ts";
import { wordsOf } from "../src/words/languages.ts";

const now = new Date(2026, 10, 22, 15, 30);

Deno.test("14: days are called today, yesterday, by their names, and with a year when not of this one", () => {
  const times = new Times(wordsOf("en"), ["en-GB"]);
  const names = ["2026-11-22", "2026-11-21", "2026-11-20", "2025-12-31"];
  // Whether there is a comma is a matter of the version of ICU.
  assertEquals(names.map((day) => times.nameDay(day, now).replace(",", "")), [
    "Today",
    "Yesterday",
    "Friday 20 November",
    "Wednesday 31 December 2025",
  ]);
  assertEquals(
    new Times(wordsOf("ru"), []).nameDay("2026-11-20", now).replace(",", ""),
    "пятница 20 ноября",
  );
});

Deno.test("14: yesterday is yesterday on the first of a month, too", () => {
  const times = new Times(wordsOf("en"), []);
  assertEquals(times.nameDay("2026-02-28", new Date(2026, 2, 1, 0, 30)), "Yesterday");
});

Deno.test("Times takes a browser's word for its language, unless it is no language", () => {
  for (const tags of [["en-US@posix"], ["xx", "en_US"], [""], []]) {
    assertEquals(new Times(wordsOf("en"), tags).nameDay("2026-11-22", now), "Today");
  }
});

Deno.test("dayOf() is the local day, untilMidnight() the time to the next", () => {
  assertEquals(dayOf(new Date(2026, 0, 5, 0, 0)), "2026-01-05");
  assertEquals(dayOf(new Date(2026, 0, 5, 23, 59, 59)), "2026-01-05");
  assertEquals(untilMidnight(new Date(2026, 0, 5, 23, 59, 59)), 1000);
});

Deno.test("clockOf() is the local time of day, alike in every language", () => {
  assertEquals(clockOf(new Date(2026, 0, 5, 9, 5)), "09:05");
  assertEquals(clockOf(new Date(2026, 0, 5, 22, 48)), "22:48");
});

Deno.test("12: the time of day is as the reader's country has it", () => {
  const time = new Date(2026, 0, 5, 9, 5).toISOString();
  assertEquals(new Times(wordsOf("en"), ["en-GB"]).clock(time), "09:05");
  assertEquals(new Times(wordsOf("en"), ["en-US"]).clock(time).replace(/\s/u, " "), "9:05 AM");
  assertEquals(new Times(wordsOf("ru"), []).clock(time), "09:05");
});
