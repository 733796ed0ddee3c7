// A registry of names whose time a test moves and whose keys it can tell apart.

import { Names } from "../../src/names.ts";
import { FakeClock } from "./fake_clock.ts";

/** A well-formed key that says which one it is. */
export function key(label: number | string): string {
  return `key-${label}`.padEnd(22, "_");
}

/** An empty registry; the keys that it makes are `key(1)`, `key(2)` and so on. */
export function createNames(): { names: Names; clock: FakeClock } {
  const clock = new FakeClock();
  let made = 0;
  return { clock, names: new Names({ now: () => clock.now(), newKey: () => key(++made) }) };
}
