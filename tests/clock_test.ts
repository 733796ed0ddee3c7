import { assert, assertEquals } from "@std/assert";
import { every, systemClock } from "../src/clock.ts";
import { FakeClock } from "./helpers/fake_clock.ts";

Deno.test("every() runs its task once an interval, not before the first has passed", () => {
  const clock = new FakeClock();
  const ranAt: number[] = [];
  every(clock, 100, () => ranAt.push(clock.now()));
  clock.advance(99);
  assertEquals(ranAt, []);
  clock.advance(251);
  assertEquals(ranAt, [100, 200, 300]);
});

Deno.test("every() runs nothing once cancelled and leaves no timer", () => {
  const clock = new FakeClock();
  let runs = 0;
  const cancel = every(clock, 100, () => runs++);
  clock.advance(150);
  cancel();
  cancel();
  clock.advance(1000);
  assertEquals([runs, clock.waiting], [1, 0]);
});

Deno.test("every() can be cancelled by its own task", () => {
  const clock = new FakeClock();
  let runs = 0;
  const cancel = every(clock, 100, () => {
    runs++;
    cancel();
  });
  clock.advance(1000);
  assertEquals([runs, clock.waiting], [1, 0]);
});

Deno.test("every() goes on after a task that threw", () => {
  const clock = new FakeClock();
  let runs = 0;
  every(clock, 100, () => {
    if (runs++ === 0) throw new Error("once");
  });
  let message: string | undefined;
  try {
    clock.advance(100);
  } catch (error) {
    message = error instanceof Error ? error.message : undefined;
  }
  clock.advance(100);
  assertEquals([message, runs], ["once", 2]);
});

Deno.test("systemClock.after() runs a task once, not before its time", async () => {
  const before = systemClock.now();
  await new Promise<void>((resolve) => systemClock.after(5, resolve));
  // A timer may be a fraction of a millisecond early: it counts whole ones.
  assert(systemClock.now() - before >= 4);
});

Deno.test("systemClock.after() holds no timer once cancelled", () => {
  const cancel = systemClock.after(60_000, () => {});
  cancel();
  cancel();
});

Deno.test("systemClock.date() is the time of day", () => {
  const before = Date.now();
  const date = systemClock.date().getTime();
  assert(before <= date && date <= Date.now());
});
