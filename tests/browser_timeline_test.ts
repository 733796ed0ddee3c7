import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Entry, MAX_ENTRIES, Timeline } from "../src/browser/timeline.ts";
import type { Message } from "../src/message.ts";

function message(seq: number, changes: Partial<Message> = {}): Message {
  const time = "2026-11-21T10:00:00.000Z";
  return { seq, id: `id${seq}`, name: "Ann", text: `text ${seq}`, time, ...changes };
}

/** What `entry` is, in short. */
function short(entry: Entry): string {
  if (entry.kind === "message") return entry.seq === undefined ? entry.id : String(entry.seq);
  return entry.kind === "gap" ? `gap ${entry.count}` : "people";
}

function all(timeline: Timeline): string[] {
  return timeline.slice(0, timeline.length).map(short);
}

Deno.test("Timeline.store() puts a message where its seq belongs, each id once", () => {
  const timeline = new Timeline();
  for (const seq of [1, 5, 3, 5, 2]) timeline.store(message(seq));
  assertEquals(all(timeline), ["1", "2", "3", "5"]);
});

Deno.test("Timeline.store() makes a message that was on its way the stored one, in its place", () => {
  const timeline = new Timeline();
  timeline.store(message(1));
  const draft = timeline.addUnsent({ id: "mine", name: "Ann", text: "hello" });
  timeline.addUnsent({ id: "next", name: "Ann", text: "again" });
  timeline.store(message(2));
  assertEquals(all(timeline), ["1", "2", "mine", "next"]);
  assert(timeline.store(message(3, { id: "mine" })) === draft);
  assertEquals(draft?.pending, undefined);
  assertEquals(all(timeline), ["1", "2", "3", "next"]);
});

Deno.test("Timeline.addUnsent() adds nothing for what is stored, and puts last what goes again", () => {
  const timeline = new Timeline();
  timeline.store(message(1));
  assertEquals(timeline.addUnsent({ id: "id1", name: "Ann", text: "x" }), undefined);
  for (const id of ["a", "b", "a"]) timeline.addUnsent({ id, name: "Ann", text: "x" });
  assertEquals(all(timeline), ["1", "b", "a"]);
});

Deno.test("Timeline.fill() puts what was missed into its gap, and keeps what is lost in words", () => {
  const timeline = new Timeline();
  timeline.store(message(1));
  timeline.addGap(10, 8);
  timeline.store(message(10));
  timeline.presence();
  const gap = timeline.slice(1, 2)[0];
  assert(gap?.kind === "gap");
  timeline.fill(gap, [message(7), message(8), message(9), message(10), message(11)]);
  assertEquals(all(timeline), ["1", "gap 5", "7", "8", "9", "10", "people"]);
  assertEquals(gap.state, "lost");
});

Deno.test("Timeline.fill() takes the gap away when nothing of it is lost", () => {
  const timeline = new Timeline();
  timeline.addGap(3, 2);
  timeline.store(message(3));
  const gap = timeline.slice(0, 1)[0];
  assert(gap?.kind === "gap");
  timeline.fill(gap, [message(1), message(2)]);
  assertEquals(all(timeline), ["1", "2", "3"]);
});

Deno.test("Timeline.presence() is one row until something is said", () => {
  const timeline = new Timeline();
  assert(timeline.presence() === timeline.presence());
  timeline.store(message(1));
  timeline.presence();
  assertEquals(all(timeline), ["people", "1", "people"]);
});

Deno.test("Timeline.clear() forgets all but what is on its way", () => {
  const timeline = new Timeline();
  timeline.store(message(1));
  timeline.addUnsent({ id: "mine", name: "Ann", text: "x" });
  timeline.clear();
  timeline.store(message(1));
  assertEquals(all(timeline), ["1", "mine"]);
});

Deno.test("Timeline.trim() forgets the oldest and says how many", () => {
  const timeline = new Timeline();
  for (let seq = 1; seq <= MAX_ENTRIES + 3; seq++) timeline.store(message(seq));
  assertEquals(timeline.trim(), 3);
  assertEquals(timeline.slice(0, 1).map(short), ["4"]);
  assertEquals(timeline.seqBefore(1), 4);
  assertEquals(timeline.seqBefore(0), undefined);
});

Deno.test("Timeline shows the same whatever comes first, the answer or the message, in any order", () => {
  const seqs = fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { minLength: 1 });
  fc.assert(fc.property(seqs, fc.array(fc.nat({ max: 29 })), (order, drafts) => {
    const timeline = new Timeline();
    for (const draft of drafts) {
      timeline.addUnsent({ id: `id${draft + 1}`, name: "Ann", text: "x" });
    }
    for (const seq of [...order, ...order]) timeline.store(message(seq));
    const stored = timeline.slice(0, order.length).map(short);
    assertEquals(stored, order.toSorted((a, b) => a - b).map(String));
    const waiting = new Set(drafts.map((draft) => draft + 1).filter((seq) => !order.includes(seq)));
    assertEquals(timeline.length, order.length + waiting.size);
  }));
});
