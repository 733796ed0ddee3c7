// When a page looks whether it is locked out.

import { assertEquals } from "@std/assert";
import { DoorWatch } from "../src/browser/door_watch.ts";
import type { Status } from "../src/client/link.ts";

/** A page whose questions are answered with these statuses, `undefined` for not at all. */
function world(...answers: (number | undefined)[]) {
  const seen = { asked: 0, reloads: 0 };
  const watch = new DoorWatch({
    ask: () => {
      const answer = answers[seen.asked++];
      return answer === undefined ? Promise.reject(new TypeError()) : Promise.resolve(answer);
    },
    reload: () => void seen.reloads++,
  });
  return {
    seen,
    async goes(...statuses: Status[]) {
      for (const status of statuses) watch.see(status);
      await new Promise((resolve) => setTimeout(resolve, 0));
    },
  };
}

Deno.test("a page that is refused looks whether a password is wanted, and makes room", async () => {
  const page = world(401);
  await page.goes("connecting", "connected", "waiting", "connecting", "waiting");
  assertEquals(page.seen, { asked: 1, reloads: 1 });
});

Deno.test("a page stays as long as nobody answers, or something else", async () => {
  const page = world(undefined, 503, 200, 401);
  for (const reloads of [0, 0, 0, 1]) {
    await page.goes("connecting", "waiting");
    assertEquals(page.seen.reloads, reloads);
  }
});

Deno.test("a page that merely lost its connection asks nothing", async () => {
  const page = world(401);
  await page.goes("connecting", "connected", "waiting", "connecting", "connected", "closed");
  assertEquals(page.seen, { asked: 0, reloads: 0 });
});

Deno.test("a page asks one question at a time", async () => {
  const page = world(401, 401);
  await page.goes("connecting", "waiting", "connecting", "waiting");
  assertEquals(page.seen, { asked: 1, reloads: 1 });
});
