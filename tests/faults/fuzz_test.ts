// The quick share of the fuzz; `deno run --allow-all tests/faults/fuzz.ts 600` is the long one.

import { assertGreater } from "@std/assert";
import { fuzz } from "./fuzz.ts";

// One that is known, so that a red run can be had again, and one that is new every time.
for (const seed of [20261121, crypto.getRandomValues(new Uint32Array(1))[0] ?? 0]) {
  Deno.test(`security 42: whatever is sent, nobody else notices, for 5 s with seed ${seed}`, async () => {
    assertGreater((await fuzz({ seconds: 5, seed })).rounds, 0);
  });
}
