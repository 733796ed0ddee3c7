// What a store on NATS says of itself, from what it is told.

import { assertEquals } from "@std/assert";
import { StoreHealth } from "../src/nats/store_health.ts";
import { FakeClock } from "./helpers/fake_clock.ts";

/** A store's health, and what it told. */
function make(): { clock: FakeClock; health: StoreHealth; told: string[] } {
  const clock = new FakeClock();
  const told: string[] = [];
  const health = new StoreHealth(clock, {
    commitFailed: (_error, first) => void told.push(first ? "first failure" : "failure"),
    commitRecovered: () => void told.push("recovered"),
  });
  return { clock, health, told };
}

const UNREACHABLE = "Cannot save the message: NATS cannot be reached; try again";

Deno.test("A store whose log is not followed is in trouble, whatever it hears of what was under way", () => {
  const { clock, health, told } = make();
  health.setFollowing(true);
  assertEquals(health.trouble, undefined);
  health.setFollowing(false);
  health.refuse(new Error("down"), "NATS cannot be reached");
  health.stored();
  clock.advance(60_000);
  assertEquals(health.trouble?.message, UNREACHABLE);
  assertEquals(told, ["first failure"]);
  health.setFollowing(true);
  assertEquals(health.trouble, undefined);
  assertEquals(told, ["first failure", "recovered"]);
});

Deno.test("A store that has refused is in trouble until it stores again, or five seconds have passed", () => {
  const { clock, health, told } = make();
  health.setFollowing(true);
  const refused = health.refuse(new Error("full"), "NATS refused it");
  assertEquals(health.trouble, refused);
  health.stored();
  assertEquals(health.trouble, undefined);
  health.refuse(new Error("full"), "NATS refused it");
  clock.advance(4_999);
  assertEquals(health.trouble?.code, "not_saved");
  clock.advance(1);
  assertEquals(health.trouble, undefined);
  health.close();
  assertEquals(told, ["first failure", "recovered", "first failure"]);
});
