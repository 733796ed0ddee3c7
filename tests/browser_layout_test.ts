import { assertEquals } from "@std/assert";
import { layOut, type LayoutOptions } from "../src/browser/layout.ts";
import type { Entry } from "../src/browser/timeline.ts";

function said(seq: number, time: string, name = "Ann"): Entry {
  return { kind: "message", id: `id${seq}`, name, text: "x", seq, time: `2026-11-${time}:00.000Z` };
}

/** The rows in short: a day, "new", a message, "+" before one that follows. */
function rows(entries: readonly Entry[], options: Partial<LayoutOptions> = {}): string[] {
  return layOut(entries, {
    seqBefore: undefined,
    newFrom: undefined,
    now: "2026-11-22T10:00:00.000Z",
    dayOf: (time) => time.slice(8, 10),
    ...options,
  }).map((slot) => {
    if (slot.kind !== "entry") return slot.kind === "day" ? `day ${slot.day}` : "new";
    const { entry, follows } = slot;
    const name = entry.kind === "message" ? entry.id.slice(2) : entry.kind;
    return `${follows ? "+" : ""}${name}`;
  });
}

const people: Entry = { kind: "presence", joined: new Set(["Bob"]), left: new Set() };

Deno.test("13: a group is of one author and at most five minutes from its first message", () => {
  const entries = [
    said(1, "21T10:00"),
    said(2, "21T10:04"),
    said(3, "21T10:05"),
    said(4, "21T10:06"),
    said(5, "21T10:06", "Bob"),
    said(6, "21T10:06"),
  ];
  assertEquals(rows(entries), ["day 21", "1", "+2", "+3", "4", "5", "6"]);
});

Deno.test("13: a group ends with its day, at the line New, and where people came or went", () => {
  assertEquals(rows([said(1, "21T23:59"), said(2, "22T00:00")]), ["day 21", "1", "day 22", "2"]);
  assertEquals(
    rows([said(1, "21T10:00"), said(2, "21T10:00"), said(3, "21T10:00")], { newFrom: 2 }),
    ["day 21", "1", "new", "2", "+3"],
  );
  assertEquals(rows([said(1, "21T10:00"), people, said(2, "21T10:00")]), [
    "day 21",
    "1",
    "presence",
    "2",
  ]);
});

Deno.test("14: each day is named above its first message, also when the clock went back", () => {
  assertEquals(rows([said(1, "21T10:00"), said(2, "20T10:00"), said(3, "21T10:00")]), [
    "day 21",
    "1",
    "day 20",
    "2",
    "day 21",
    "3",
  ]);
});

Deno.test("5: the line New stands above the first new message, and only where that is shown", () => {
  const entries = [said(4, "21T10:00"), said(7, "21T10:00")];
  assertEquals(rows(entries, { newFrom: 5 }), ["day 21", "4", "new", "7"]);
  assertEquals(rows(entries, { newFrom: 8 }), ["day 21", "4", "+7"]);
  assertEquals(rows(entries, { newFrom: 2, seqBefore: 3 }), ["day 21", "4", "+7"]);
  assertEquals(rows(entries, { newFrom: 2, seqBefore: 1 }), ["day 21", "new", "4", "+7"]);
});

Deno.test("A message on its way follows in the group, and has no day before it has a time", () => {
  const unsent: Entry = { kind: "message", id: "idx", name: "Ann", text: "x" };
  assertEquals(rows([said(1, "22T09:58"), unsent]), ["day 22", "1", "+x"]);
  assertEquals(rows([unsent]), ["x"]);
});
