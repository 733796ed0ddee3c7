// The process has no file descriptor left: everything it opens, a connection or a file, fails.

import { assertEquals, assertLess } from "@std/assert";
import { createClient } from "../../src/create_client.ts";
import { HostileSocket } from "../helpers/hostile_socket.ts";
import { Prober } from "../helpers/prober.ts";
import { descriptors, procMissing } from "../helpers/process_facts.ts";
import { ServerProcess } from "../helpers/server_process.ts";
import { until } from "../helpers/until.ts";
import type { Fault, Outcome, Scale } from "./fault.ts";
import { assertFast } from "./scene.ts";

const LIMIT = 200;
const CONNECTIONS = 400;

/** That the shield leaves free, so that the server behind it has some. */
const MARGIN = 30;

/** Until one who was refused tries again. */
const AGAIN_MS = 20;

/** Its soft limit Deno raises by itself; this is both. */
const FEW_DESCRIPTORS = ["sh", "-c", `ulimit -n ${LIMIT}; exec "$0" "$@"`, Deno.execPath()];

/** Faults of file descriptors. */
export const DESCRIPTOR_FAULTS: readonly Fault[] = [
  {
    number: 20,
    title: "with no descriptor left, messages are stored, and the port answers again afterwards",
    missing: procMissing,
    run: (scale) => exhaust(scale, []),
  },
  {
    number: 20,
    title:
      "with no descriptor left, messages are stored, and the port answers again, with --shield",
    missing: procMissing,
    run: (scale) => exhaust(scale, ["--shield"]),
  },
];

async function exhaust(scale: Scale, flags: readonly string[]): Promise<Outcome> {
  const rounds = scale === "quick" ? 1 : 10;
  await using server = await ServerProcess.start({
    args: ["--rate=0", "--max-per-address=0", ...flags],
    launcher: FEW_DESCRIPTORS,
    mayFail: true,
  });
  const { pid } = server;
  // One who is in already: that others wait is what the fault is.
  await using prober = await Prober.start(server);
  // The library that everybody uses: what is refused once, it says again.
  const ann = createClient({ url: server.url });
  using _ann = { [Symbol.dispose]: () => ann.close() };
  ann.connect();
  await ann.join("Ann");
  await ann.send("before");
  let slowest = 0;
  for (let round = 0; round < rounds; round++) {
    using crowd = new DisposableStack();
    let most = 0;
    const attack = async () => {
      while (!crowd.disposed) {
        const socket = await HostileSocket.tryConnect(server.port);
        if (crowd.disposed) return socket?.close();
        if (socket !== undefined) {
          crowd.use(socket);
          // A request without its body, so that with the shield it has a connection behind it, too.
          await socket.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n");
          await socket.readToEnd();
          socket.close();
        }
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    };
    const attacks = Array.from({ length: CONNECTIONS }, attack);
    try {
      const isFull = () => (most = Math.max(most, descriptors(pid))) >= LIMIT - MARGIN;
      // The shield has learnt from the first round.
      if (round === 0 || flags.length === 0) await until("it is full", isFull);
      else await new Promise((resolve) => setTimeout(resolve, AGAIN_MS * 50));
      // Whoever is in goes on talking, and what is said is on the disk.
      for (let n = 0; n < 100; n++) await ann.send(`meanwhile ${round}.${n}`);
    } finally {
      crowd.dispose();
      await Promise.all(attacks);
    }
    const startedAt = performance.now();
    await until(
      "it answers",
      () =>
        fetch(`${server.url}/healthz`, { signal: AbortSignal.timeout(1000) }).then(
          async (response) => await response.text() === "ok\n",
          () => false,
        ),
      5_000,
    );
    slowest = Math.max(slowest, performance.now() - startedAt);
  }
  assertLess(slowest, 5_000);
  const speed = assertFast(prober);
  await server.stop();
  const file = JSON.parse(await Deno.readTextFile(server.inData("messages.json")));
  const texts = file.messages.map(({ text }: { text: string }) => text);
  assertEquals(texts, Array.from({ length: 100 }, (_, n) => `meanwhile ${rounds - 1}.${n}`));
  return {
    rounds,
    checked:
      `${CONNECTIONS} connections at a limit of ${LIMIT}: same process, every message stored, ` +
      `new ones let in after ${slowest.toFixed(0)} ms, ${speed}`,
  };
}
