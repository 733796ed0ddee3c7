import { assertEquals } from "@std/assert";
import { BLIP_MS, Comings, SERVER_LAG_MS } from "../src/browser/comings.ts";
import { Timeline } from "../src/browser/timeline.ts";
import { FakeClock } from "./helpers/fake_clock.ts";

function world() {
  const clock = new FakeClock();
  const timeline = new Timeline();
  const comings = new Comings({ timeline, timer: clock, changed: () => {} });
  const rows = () =>
    timeline.slice(0, timeline.length).map((entry) =>
      entry.kind === "presence"
        ? [...entry.joined].map((name) => `+${name}`).concat(
          [...entry.left].map((name) => `-${name}`),
        )
          .join(" ")
        : "message"
    );
  const say = (seq: number) =>
    timeline.store({ seq, id: `id${seq}`, name: "Ann", text: "x", time: "2026-11-21T10:00:00Z" });
  return { clock, comings, rows, say };
}

Deno.test("30: who came and who left with nothing said between stands in one row", () => {
  const { clock, comings, rows, say } = world();
  comings.joined(["Ann", "Bob"]);
  comings.joined(["Eva"]);
  assertEquals(rows(), ["+Ann +Bob +Eva"]);
  clock.advance(BLIP_MS + SERVER_LAG_MS);
  comings.left(["Bob"]);
  clock.advance(BLIP_MS);
  assertEquals(rows(), ["+Ann +Eva -Bob"]);
  say(1);
  comings.joined(["Bob"]);
  assertEquals(rows(), ["+Ann +Eva -Bob", "message", "+Bob"]);
});

Deno.test("30: who was away for less than ten seconds has not left", () => {
  const { clock, comings, rows } = world();
  comings.left(["Ann"]);
  clock.advance(BLIP_MS - SERVER_LAG_MS - 1);
  comings.joined(["Ann"]);
  clock.advance(60_000);
  assertEquals(rows(), []);
});

Deno.test("30: who was away for longer has left, and has come back", () => {
  const { clock, comings, rows, say } = world();
  comings.left(["Ann"]);
  clock.advance(BLIP_MS - SERVER_LAG_MS);
  assertEquals(rows(), ["-Ann"]);
  say(1);
  comings.joined(["Ann"]);
  assertEquals(rows(), ["-Ann", "message", "+Ann"]);
});

Deno.test("30: who was here for less than ten seconds has never come", () => {
  const { clock, comings, rows } = world();
  comings.joined(["Ann", "Bob"]);
  clock.advance(BLIP_MS);
  comings.left(["Ann"]);
  assertEquals(rows(), ["+Bob"]);
  comings.left(["Bob"]);
  clock.advance(60_000);
  assertEquals(rows(), []);
});
