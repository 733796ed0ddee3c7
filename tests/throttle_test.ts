import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Throttle } from "../src/throttle.ts";
import { FakeClock } from "./helpers/fake_clock.ts";

function setUp(intervalMs = 100) {
  const clock = new FakeClock();
  const ranAt: number[] = [];
  const throttle = new Throttle(clock, intervalMs, () => ranAt.push(clock.now()));
  return { clock, ranAt, throttle };
}

Deno.test("Throttle.request() after a quiet time runs on the next turn, not at once", () => {
  const { clock, ranAt, throttle } = setUp();
  clock.advance(1000);
  throttle.request();
  assertEquals(ranAt, []);
  clock.advance(0);
  assertEquals(ranAt, [1000]);
});

Deno.test("Throttle.request() gathers what is asked within an interval into one run", () => {
  const { clock, ranAt, throttle } = setUp();
  throttle.request();
  throttle.request();
  clock.advance(30);
  throttle.request();
  throttle.request();
  clock.advance(1000);
  assertEquals(ranAt, [0, 100]);
});

Deno.test("Throttle.request() by the task itself waits an interval", () => {
  const clock = new FakeClock();
  const ranAt: number[] = [];
  const throttle = new Throttle(clock, 100, () => {
    ranAt.push(clock.now());
    if (ranAt.length < 3) throttle.request();
  });
  throttle.request();
  clock.advance(1000);
  assertEquals(ranAt, [0, 100, 200]);
});

Deno.test("Throttle.cancel() calls off the run, leaves no timer, and a new request runs", () => {
  const { clock, ranAt, throttle } = setUp();
  throttle.request();
  throttle.cancel();
  throttle.cancel();
  clock.advance(50);
  assertEquals([ranAt, clock.waiting], [[], 0]);
  throttle.request();
  clock.advance(0);
  assertEquals(ranAt, [50]);
});

Deno.test("Throttle runs an interval apart and within an interval of each request, whenever asked", () => {
  const waits = fc.array(fc.nat({ max: 150 }), { maxLength: 40, size: "max" });
  fc.assert(fc.property(waits, fc.integer({ min: 1, max: 100 }), (waits, intervalMs) => {
    const { clock, ranAt, throttle } = setUp(intervalMs);
    const askedAt: number[] = [];
    for (const wait of waits) {
      clock.advance(wait);
      askedAt.push(clock.now());
      throttle.request();
    }
    clock.advance(1000);
    ranAt.slice(1).forEach((at, i) => assert(at - (ranAt[i] ?? 0) >= intervalMs));
    for (const asked of askedAt) {
      assert(ranAt.some((at) => at >= asked && at <= asked + intervalMs), `asked at ${asked}`);
    }
    assert(ranAt.every((at) => askedAt.some((asked) => asked <= at && asked >= at - intervalMs)));
  }));
});
