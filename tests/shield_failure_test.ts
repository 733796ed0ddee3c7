// A shield that makes a mistake: the port is gone with it, so the program says why and ends.

import { assertEquals, assertRejects } from "@std/assert";
import { loadShield } from "../src/assets.ts";
import { StartError } from "../src/errors.ts";
import { listen } from "../src/listener.ts";
import type { Observer } from "../src/observer.ts";

Deno.test("A server whose shield makes a mistake cannot go on, and says which in one line", async () => {
  const mistake = 'setTimeout(() => { throw new TypeError("it was null"); }, 0);\n';
  const listener = await listen(() => Promise.resolve(new Response()), {
    host: "127.0.0.1",
    port: 0,
    tls: undefined,
    observer: {} as Observer,
    shield: { code: mistake + await loadShield(), caps: { total: 10, perAddress: 0 } },
  });
  const error = await assertRejects(() => listener.failed, StartError);
  assertEquals(
    error.message,
    "Cannot go on: the shield has failed (TypeError: it was null); start again",
  );
  assertEquals(error.exitStatus, 1);
  await listener.stop();
});
