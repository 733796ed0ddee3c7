// A shield that makes a mistake: the port is gone with it, so the program says why and ends.

import { assertEquals, assertRejects } from "@std/assert";
import { loadShield } from "../src/assets.ts";
import { StartError } from "../src/errors.ts";
import { listen, type Listener } from "../src/listener.ts";
import type { Observer } from "../src/observer.ts";
import { withDeadline } from "./helpers/deadline.ts";
import { RawConnection } from "./helpers/raw_connection.ts";
import { ServerProcess } from "./helpers/server_process.ts";
import { PERMISSIONS } from "./helpers/server_run.ts";

const LINE = "Cannot go on: the shield has failed (TypeError: it was null); start again";

/** Preloaded into a server: {@linkcode AS_SOMEBODY_COMES}, with every shield that it starts. */
const FAILING_SHIELD = new URL("./helpers/failing_shield.ts", import.meta.url).href;

const FAIL = '() => { throw new TypeError("it was null"); }';
const AT_ONCE = `setTimeout(${FAIL}, 0);\n`;
/** It is told of each connection that the server knows. */
const AS_SOMEBODY_COMES = `addEventListener("message", ${FAIL});\n`;

/** A server that answers everybody, behind a shield that makes a `mistake`. */
async function listenBehind(mistake: string): Promise<Listener> {
  return await listen(() => Promise.resolve(new Response()), {
    host: "127.0.0.1",
    port: 0,
    tls: undefined,
    observer: {} as Observer,
    shield: { code: mistake + await loadShield(), caps: { total: 10, perAddress: 0 } },
  });
}

Deno.test("A server whose shield makes a mistake cannot go on, and says which in one line", async () => {
  const listener = await listenBehind(AT_ONCE);
  const error = await assertRejects(() => listener.failed, StartError, LINE);
  assertEquals([error.message, error.exitStatus], [LINE, 1]);
  await listener.stop();
});

Deno.test("A server whose shield has failed waits for nobody who was behind it", async () => {
  const listener = await listenBehind(AS_SOMEBODY_COMES);
  using guest = await RawConnection.open(Number(new URL(listener.url).port));
  await guest.writeHead({ path: "/" });
  await assertRejects(() => listener.failed, StartError);
  await withDeadline(listener.stop(), () => "the server stops");
});

Deno.test("A server whose shield has failed stops as it does for a signal", async () => {
  const permissions = [...PERMISSIONS, `--preload=${FAILING_SHIELD}`];
  const options = { args: ["--shield"], permissions, mayFail: true };
  await using server = await ServerProcess.start(options);
  await assertRejects(() => fetch(server.url));
  assertEquals((await server.logged("stopping"))["reason"], "failure");
  await server.logged("stopped");
  assertEquals((await server.ended).code, 1);
});
