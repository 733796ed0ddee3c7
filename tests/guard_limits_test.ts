import { assert, assertEquals, assertLessOrEqual, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ChatError, type ErrorCode } from "../src/errors.ts";
import { Admissions, assertNoWait, BucketTable, messageRate, TokenBucket } from "../src/guard.ts";

function refusalOf(action: () => unknown, code: ErrorCode): ChatError {
  const error = assertThrows(action, ChatError);
  assertEquals(error.code, code);
  return error;
}

/** How many tokens `bucket` gives at `now`, of `asked`. */
function given(bucket: TokenBucket, now: number, asked: number): number {
  return Array.from({ length: asked }, () => bucket.take(now)).filter((wait) => wait === 0).length;
}

Deno.test("TokenBucket gives its burst at once, then one for each part of a second", () => {
  const bucket = new TokenBucket({ perSecond: 5, burst: 20 }, 1000);
  const times = [1000, 1199, 1200, 1399, 1400, 2400];
  assertEquals(times.map((now) => given(bucket, now, 99)), [20, 0, 1, 0, 1, 5]);
});

Deno.test("TokenBucket never has more than its burst, however long nobody asked", () => {
  const bucket = new TokenBucket({ perSecond: 5, burst: 20 }, 0);
  assertEquals([0, 3_600_000].map((now) => given(bucket, now, 99)), [20, 20]);
});

Deno.test("TokenBucket tells the seconds until there is a token", () => {
  const bucket = new TokenBucket({ perSecond: 0.5, burst: 1 }, 0);
  assertEquals([0, 0, 500].map((now) => bucket.take(now)), [0, 2, 1.5]);
  assertEquals(bucket.take(2000), 0);
});

Deno.test("TokenBucket gives nothing for time that goes backwards, nor twice for the same time", () => {
  const bucket = new TokenBucket({ perSecond: 1, burst: 1 }, 10_000);
  assertEquals(bucket.take(10_000), 0);
  assertEquals([0, 10_000, 5_000, 10_000].filter((now) => bucket.take(now) === 0), []);
  assertEquals(given(bucket, 11_000, 9), 1);
});

Deno.test("TokenBucket gives no more than burst + rate x time in any stretch of time", () => {
  const asks = fc.array(
    fc.record({ wait: fc.integer({ min: -500, max: 3000 }), count: fc.nat({ max: 30 }) }),
    { maxLength: 30, size: "max" },
  );
  const rates = fc.constantFrom(0.25, 1, 5, 33, 1000);
  fc.assert(fc.property(asks, rates, fc.integer({ min: 1, max: 20 }), (asks, perSecond, burst) => {
    const bucket = new TokenBucket({ perSecond, burst }, 0);
    const takenAt: number[] = [];
    let now = 0;
    for (const { wait, count } of asks) {
      now += wait;
      for (let n = given(bucket, now, count); n > 0; n--) {
        takenAt.push(Math.max(now, takenAt.at(-1) ?? 0));
      }
    }
    for (let first = 0; first < takenAt.length; first++) {
      for (let last = first; last < takenAt.length; last++) {
        const seconds = ((takenAt[last] ?? 0) - (takenAt[first] ?? 0)) / 1000;
        assertLessOrEqual(last - first + 1, burst + seconds * perSecond + 1e-6);
      }
    }
  }));
});

Deno.test("TokenBucket gives a token after the wait that it told, never later", () => {
  const waits = fc.array(fc.nat({ max: 1000 }), { maxLength: 20, size: "max" });
  fc.assert(
    fc.property(waits, fc.double({ min: 0.01, max: 1000, noNaN: true }), (waits, perSecond) => {
      const bucket = new TokenBucket({ perSecond, burst: 1 }, 0);
      let now = 0;
      for (const ms of waits) {
        now += ms;
        const wait = bucket.take(now);
        if (wait === 0) continue;
        now += wait * 1000 + 1e-3;
        assertEquals(bucket.take(now), 0);
      }
    }),
  );
});

Deno.test("messageRate() allows bursts of four seconds' worth, one message at least", () => {
  assertEquals(messageRate(5), { perSecond: 5, burst: 20 });
  assertEquals(messageRate(0.1), { perSecond: 0.1, burst: 1 });
});

Deno.test("messageRate() of 0 limits nothing", () => {
  assertEquals(given(new TokenBucket(messageRate(0), 0), 0, 10_000), 10_000);
});

Deno.test("assertNoWait() refuses with whole seconds, one at least", () => {
  assertNoWait(0);
  const waits = [0.001, 1, 1.001, 59.5];
  const told = waits.map((wait) => refusalOf(() => assertNoWait(wait), "rate_limited"));
  assertEquals(told.map((error) => error.retryAfterSeconds), [1, 1, 2, 60]);
});

Deno.test("BucketTable limits each key by itself", () => {
  const table = new BucketTable({ perSecond: 1, burst: 2 }, 10);
  for (const key of ["a", "a", "b", "__proto__"]) table.take(key, 0);
  refusalOf(() => table.take("a", 0), "rate_limited");
  table.take("b", 0);
  refusalOf(() => table.take("b", 0), "rate_limited");
  table.take("a", 1000);
});

Deno.test("BucketTable goes on counting a key that is refused", () => {
  const table = new BucketTable({ perSecond: 1, burst: 1 }, 10);
  table.take("a", 0);
  for (let now = 0; now < 1000; now += 125) refusalOf(() => table.take("a", now), "rate_limited");
  table.take("a", 1000);
});

Deno.test("security 33: BucketTable forgets the key unused longest when there are too many", () => {
  const table = new BucketTable({ perSecond: 1, burst: 1 }, 2);
  table.take("a", 0);
  table.take("b", 0);
  refusalOf(() => table.take("a", 0), "rate_limited");
  table.take("c", 0);
  refusalOf(() => table.take("a", 0), "rate_limited");
  table.take("b", 0);
});

Deno.test("Admissions refuses a socket too many of one address, and says for how long", () => {
  const admissions = new Admissions({ total: 10, perAddress: 2 });
  admissions.admit("a");
  const release = admissions.admit("a");
  const error = refusalOf(() => admissions.admit("a"), "too_many_connections");
  assert(error.message.includes("--max-per-address"));
  assertEquals([error.status, error.retryAfterSeconds], [503, 10]);
  admissions.admit("b");
  release();
  admissions.admit("a");
});

Deno.test("Admissions refuses a socket too many of all", () => {
  const admissions = new Admissions({ total: 2, perAddress: 0 });
  const release = admissions.admit("a");
  admissions.admit("a");
  refusalOf(() => admissions.admit("b"), "too_many_connections");
  release();
  release();
  admissions.admit("b");
  refusalOf(() => admissions.admit("c"), "too_many_connections");
});

Deno.test("Admissions counts what was admitted and not released, whoever comes and goes", () => {
  const moves = fc.array(
    fc.oneof(
      fc.record({ admit: fc.constantFrom("a", "b", "__proto__") }),
      fc.record({ release: fc.nat({ max: 60 }) }),
    ),
    { maxLength: 60, size: "max" },
  );
  const caps = fc.record({ total: fc.integer({ min: 1, max: 8 }), perAddress: fc.nat({ max: 5 }) });
  fc.assert(fc.property(moves, caps, (moves, caps) => {
    const admissions = new Admissions(caps);
    const tickets: { address: string; release: () => void; isIn: boolean }[] = [];
    for (const move of moves) {
      if ("release" in move) {
        const ticket = tickets[move.release % Math.max(1, tickets.length)];
        ticket?.release();
        if (ticket !== undefined) ticket.isIn = false;
      } else {
        const address = move.admit;
        const inside = tickets.filter(({ isIn }) => isIn);
        const ofAddress = inside.filter((ticket) => ticket.address === address);
        const isFull = inside.length >= caps.total ||
          caps.perAddress > 0 && ofAddress.length >= caps.perAddress;
        if (isFull) refusalOf(() => admissions.admit(address), "too_many_connections");
        else tickets.push({ address, release: admissions.admit(address), isIn: true });
      }
      assertEquals(admissions.size, tickets.filter(({ isIn }) => isIn).length);
    }
  }));
});
