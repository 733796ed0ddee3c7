// The server is told to stop in the middle of everything.

import { assert, assertEquals, assertLess } from "@std/assert";
import { RawConnection } from "../helpers/raw_connection.ts";
import { RawWebSocket } from "../helpers/raw_ws.ts";
import { ServerProcess } from "../helpers/server_process.ts";
import { JsonClient } from "../helpers/ws_client.ts";
import type { Fault, Outcome, Scale } from "./fault.ts";
import { HISTORY, Scene } from "./scene.ts";
import { Strace, straceMissing } from "./strace.ts";

const STOPPED_WITHIN_MS = 5_500;

/** People who do nothing but listen. */
const GOOD = 50;

/** Faults of the end. */
export const STOP_FAULTS: readonly Fault[] = [
  {
    number: 29,
    title: "told to stop under load, it ends in five seconds, with 1001 for all and nothing lost",
    run: stopUnderLoad,
  },
  {
    number: 29,
    title: "told to stop while the disk hangs, it ends in five seconds, with 1001 for all",
    missing: straceMissing,
    run: stopWhileHanging,
  },
];

async function stopUnderLoad(scale: Scale): Promise<Outcome> {
  const rounds = scale === "quick" ? 1 : 10;
  await using scene = await Scene.set({ load: { speakers: 10, readers: 2, posters: 2 } });
  const { server, load, ledger } = scene;
  let slowest = 0;
  for (let round = 0; round < rounds; round++) {
    await load.progress(50);
    await using good = new AsyncDisposableStack();
    const clients = await Promise.all(
      Array.from({ length: GOOD }, async () => good.use(await JsonClient.open(server.url))),
    );
    using _stalled = await RawWebSocket.open(server.port, {
      headers: { "sec-websocket-protocol": "parley.v1" },
    });
    using _endless = await openEndlessPost(server.port);
    const startedAt = performance.now();
    server.kill(round % 2 === 0 ? "SIGTERM" : "SIGHUP");
    // Under `deno task` every signal comes twice.
    server.kill(round % 2 === 0 ? "SIGTERM" : "SIGHUP");
    const { code, signal } = await server.ended;
    const ms = performance.now() - startedAt;
    assertEquals([code, signal], [0, null]);
    assertLess(ms, STOPPED_WITHIN_MS);
    slowest = Math.max(slowest, ms);
    for (const client of clients) assertEquals((await client.closed).code, 1001);
    assert(server.logs.some(({ message }) => message === "stopped"), "the log is cut off");
    ledger.checkFile(await Deno.readTextFile(server.inData("messages.json")));
    await server.restart({ args: ["--rate=0", `--history=${HISTORY}`] });
  }
  const said = await scene.settle({ metrics: false });
  return { rounds, checked: `I1–I4, 1001 for ${GOOD}, slowest ${slowest.toFixed(0)} ms, ${said}` };
}

async function stopWhileHanging(scale: Scale): Promise<Outcome> {
  const rounds = scale === "quick" ? 1 : 5;
  let slowest = 0;
  await using server = await ServerProcess.start();
  for (let round = 0; round < rounds; round++) {
    await using ann = await JsonClient.open(server.url);
    await ann.join("Ann");
    await ann.say("stored", `stored-${round}`);
    await using strace = await Strace.attach(server.pid, {
      inject: "fsync:delay_enter=60000000",
    });
    ann.send({ type: "send", id: `hangs-${round}`, text: "never stored" });
    await ann.sync();
    const startedAt = performance.now();
    server.kill("SIGTERM");
    assertEquals((await ann.closed).code, 1001);
    await server.logged("stopped");
    const ms = performance.now() - startedAt;
    // The call that is held back keeps the last of the process.
    strace.kill();
    const { code, signal } = await server.ended;
    assertEquals([code, signal], [0, null]);
    assertLess(ms, STOPPED_WITHIN_MS);
    slowest = Math.max(slowest, ms);
    const { messages } = JSON.parse(await Deno.readTextFile(server.inData("messages.json")));
    assertEquals(messages.at(-1).id, `stored-${round}`);
    if (round < rounds - 1) await server.restart();
  }
  return { rounds, checked: `1001, slowest ${slowest.toFixed(0)} ms, the old file whole` };
}

/** A request whose body never ends, so that the server has somebody to wait for. */
async function openEndlessPost(port: number): Promise<RawConnection> {
  const connection = await RawConnection.open(port);
  await connection.writeHead({
    method: "POST",
    path: "/",
    headers: { "content-type": "application/x-www-form-urlencoded", "content-length": "1000" },
  });
  await connection.write("name=Ann");
  return connection;
}
