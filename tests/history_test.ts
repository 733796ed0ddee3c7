import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { History } from "../src/history.ts";
import type { StoredMessage } from "../src/message.ts";
import { seqs, stored, storedRange } from "./helpers/stored_messages.ts";

function historyOf(capacity: number, messages: readonly StoredMessage[]): History {
  const history = new History(capacity);
  for (const message of messages) history.push(message);
  return history;
}

Deno.test("History is empty before the first message", () => {
  const history = new History(3);
  assertEquals([history.start, history.end, history.lastSeq], [0, 0, 0]);
  assertEquals(history.slice(0), []);
  assertEquals(history.last(10), []);
  assertEquals(history.fitting(0, 1000), []);
});

Deno.test("History.push() forgets the oldest message when the ring is full", () => {
  const history = historyOf(3, storedRange(1, 5));
  assertEquals([history.start, history.end], [2, 5]);
  assertEquals(seqs(history.slice(0)), [3, 4, 5]);
});

Deno.test("History.push() refuses a seq that does not rise, and changes nothing", () => {
  const history = historyOf(3, [stored(4), stored(9)]);
  for (const seq of [9, 8, 4, 0]) assertThrows(() => history.push(stored(seq)), RangeError);
  assertEquals(seqs(history.slice(0)), [4, 9]);
});

Deno.test("History.at() refuses a position that is forgotten, yet to come or between two", () => {
  const history = historyOf(3, storedRange(1, 5));
  assertEquals(history.at(2).seq, 3);
  assertEquals(history.at(4).seq, 5);
  for (const position of [-1, 0, 1, 5, 2.5, NaN]) {
    assertThrows(() => history.at(position), RangeError);
  }
});

Deno.test("History.since() resumes an empty log from its beginning only", () => {
  assertEquals(new History(3).since(0), 0);
  assertEquals(new History(3).since(1), undefined);
});

Deno.test("History.since() resumes in a gap and after the newest message", () => {
  const history = historyOf(5, [stored(10), stored(20), stored(30)]);
  assertEquals([10, 15, 19, 20, 30].map((seq) => history.since(seq)), [1, 1, 1, 2, 3]);
});

Deno.test("History.since() cannot say what came before its window or beyond its head", () => {
  const loaded = historyOf(5, [stored(10), stored(20)]);
  assertEquals([8, 9, 21].map((seq) => loaded.since(seq)), [undefined, 0, undefined]);
  const wrapped = historyOf(2, [stored(10), stored(20), stored(30)]);
  assertEquals([9, 10, 31].map((seq) => wrapped.since(seq)), [undefined, 1, undefined]);
});

Deno.test("History.seqBefore() knows the message that was forgotten last", () => {
  const history = historyOf(2, [stored(10), stored(20), stored(35)]);
  assertEquals(history.seqBefore(history.start), 10);
  assertEquals(history.seqBefore(history.start + 1), 20);
  assertEquals(history.seqBefore(history.end), 35);
});

Deno.test("History.fitting() stops before the message that would be too much", () => {
  const messages = storedRange(1, 4);
  const history = historyOf(9, messages);
  const ofTwo = (messages[0]?.bytes ?? 0) + (messages[1]?.bytes ?? 0);
  assertEquals(seqs(history.fitting(0, ofTwo)), [1, 2]);
  assertEquals(seqs(history.fitting(0, ofTwo - 1)), [1]);
  assertEquals(seqs(history.fitting(1, Infinity)), [2, 3, 4]);
});

Deno.test("History.fitting() returns one message however long, so that a reader gets on", () => {
  const history = historyOf(9, [stored(1, { text: "x".repeat(2000) }), stored(2)]);
  assertEquals(seqs(history.fitting(0, 100)), [1]);
});

Deno.test("History refuses a capacity that is no whole number from one up", () => {
  for (const capacity of [0, -1, 1.5, NaN, Infinity]) {
    assertThrows(() => new History(capacity), RangeError);
  }
});

// The model is every message ever said, in an array; its index is the position.
class Model {
  readonly all: StoredMessage[] = [];
  readonly capacity: number;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get start(): number {
    return Math.max(0, this.all.length - this.capacity);
  }

  get held(): StoredMessage[] {
    return this.all.slice(this.start);
  }

  between(from: number, to: number): StoredMessage[] {
    return this.all.filter((_, position) =>
      position >= this.start && position >= from && position < to
    );
  }

  fitting(from: number, maxBytes: number): StoredMessage[] {
    const rest = this.between(from, Infinity);
    let count = rest.length;
    const bytes = () => rest.slice(0, count).reduce((sum, message) => sum + message.bytes, 0);
    while (count > 1 && bytes() > maxBytes) count--;
    return rest.slice(0, count);
  }

  /** Where a reader goes on that has `seq`; `undefined` when something after it may be unknown. */
  since(seq: number): number | undefined {
    const first = this.all[0];
    const before = this.all[this.start - 1]?.seq ?? (first === undefined ? 0 : first.seq - 1);
    if (seq < before || seq > (this.all.at(-1)?.seq ?? 0)) return undefined;
    return this.start + this.held.filter((message) => message.seq <= seq).length;
  }
}

const gaps = fc.array(
  fc.record({ gap: fc.integer({ min: 1, max: 4 }), length: fc.nat({ max: 200 }) }),
  { maxLength: 30, size: "max" },
);

Deno.test("History agrees with an array of everything said, after each message of any log", () => {
  fc.assert(fc.property(
    fc.integer({ min: 1, max: 12 }),
    gaps,
    fc.integer({ min: -3, max: 40 }),
    fc.integer({ min: -3, max: 40 }),
    fc.nat({ max: 1500 }),
    (capacity, said, from, to, maxBytes) => {
      const history = new History(capacity);
      const model = new Model(capacity);
      let seq = 0;
      for (const { gap, length } of said) {
        seq += gap;
        const message = stored(seq, { text: "x".repeat(length) });
        history.push(message);
        model.all.push(message);
        const { all, start, held } = model;
        assertEquals([history.start, history.end, history.lastSeq], [start, all.length, seq]);
        assertEquals(held.map((_, i) => history.at(start + i)), held);
        assertEquals(history.slice(from, to), model.between(from, to));
        assertEquals(history.last(from), from <= 0 ? [] : held.slice(-from));
        assertEquals(history.fitting(from, maxBytes), model.fitting(from, maxBytes));
        for (let at = 0; at <= seq + 2; at++) assertEquals(history.since(at), model.since(at));
      }
    },
  ));
});

Deno.test("History.since() and slice() lose and repeat nothing, wherever a reader stopped", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 12 }), gaps, fc.nat(), (capacity, said, stop) => {
    const history = new History(capacity);
    const all: number[] = [];
    for (const { gap } of said) {
      all.push((all.at(-1) ?? 0) + gap);
      history.push(stored(all.at(-1) ?? 0));
    }
    const had = all.slice(0, stop % (all.length + 1));
    const from = history.since(had.at(-1) ?? 0);
    if (from === undefined) return;
    assertEquals([...had, ...seqs(history.slice(from))], all);
  }));
});
