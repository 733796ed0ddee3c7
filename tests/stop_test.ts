// How the program stops: everybody is told, nothing said is lost, and nobody can hold it up.

import { assertEquals, assertLess } from "@std/assert";
import { RawConnection } from "./helpers/raw_connection.ts";
import { OPCODE, RawWebSocket } from "./helpers/raw_ws.ts";
import { ServerProcess } from "./helpers/server_process.ts";
import { JsonClient, TextClient } from "./helpers/ws_client.ts";

/** What the contract allows, and a little for a busy machine. */
const STOPPED_WITHIN_MS = 5_000 + 500;

/** What the pipes of a local connection hold is far less than this many bytes. */
const MORE_THAN_A_SOCKET_HOLDS = 16 * 1024 * 1024;

const JSON_DIALECT = { headers: { "sec-websocket-protocol": "parley.v1" } };

const PING = '{"type":"ping"}';

async function timed<T>(work: Promise<T>): Promise<{ result: T; ms: number }> {
  const startedAt = performance.now();
  return { result: await work, ms: performance.now() - startedAt };
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  Deno.test({
    name: `main ends well on ${signal}, and closes every connection with 1001`,
    // There a signal from outside ends a process at once.
    ignore: Deno.build.os === "windows",
    async fn() {
      await using server = await ServerProcess.start();
      const json = await JsonClient.open(server.url);
      const text = await TextClient.open(server.url);

      const status = await server.stop(signal);

      assertEquals([status.code, status.signal], [0, null]);
      assertEquals((await json.closed).code, 1001);
      assertEquals((await text.closed).code, 1001);
      const events = server.logs.map(({ message }) => message);
      assertEquals(events.indexOf("stopping") < events.indexOf("stopped"), true);
      assertEquals(server.logs.find(({ message }) => message === "stopping")?.reason, signal);
    },
  });
}

/** Asks again after each answer until it is closed; the code and the reason that it is given. */
async function askUntilClosed(socket: RawWebSocket): Promise<[code: number, reason: string]> {
  await socket.sendAll(new Array(10).fill(PING));
  for (;;) {
    const { opcode, payload } = await socket.read();
    if (opcode === OPCODE.close) {
      const [high = 0, low = 0] = payload;
      return [high * 256 + low, new TextDecoder().decode(payload.subarray(2))];
    }
    try {
      await socket.sendAll([PING]);
    } catch (error) {
      // It is closed, and why is still to be read.
      const { BrokenPipe, ConnectionReset } = Deno.errors;
      if (!(error instanceof BrokenPipe || error instanceof ConnectionReset)) throw error;
    }
  }
}

Deno.test("main says why it closes to those, too, who go on talking", async () => {
  await using server = await ServerProcess.start({ args: ["--rate=0"] });
  using stack = new DisposableStack();
  const told = await Promise.all(Array.from({ length: 20 }, async () => {
    const socket = stack.use(await RawWebSocket.open(server.port, JSON_DIALECT));
    return { closed: askUntilClosed(socket) };
  }));

  const stopped = server.stop();

  const closes = await Promise.all(told.map(({ closed }) => closed));
  assertEquals(closes, closes.map(() => [1001, "the server is stopping"]));
  assertEquals((await stopped).code, 0);
});

Deno.test("main stores what was sent before it was told to stop", async () => {
  await using server = await ServerProcess.start({ args: ["--rate=0"] });
  await using ann = await JsonClient.open(server.url);
  await ann.join("Ann");
  const ids = Array.from({ length: 200 }, (_, i) => `m${i}`);
  for (const id of ids) ann.send({ type: "send", id, text: id });
  // Everything before this answer has been received, if not yet stored.
  await ann.sync();

  await server.stop();
  await ann.closed;

  const shown = ann.messages.map(({ id }) => id);
  assertEquals(shown, ids);
  const file = JSON.parse(await Deno.readTextFile(server.inData("messages.json")));
  assertEquals(file.messages.map(({ id }: { id: string }) => id), ids.slice(-100));
});

/** A request whose body never ends, so that the server has somebody to wait for. */
async function openEndlessPost(port: number): Promise<RawConnection> {
  const connection = await RawConnection.open(port);
  await connection.writeHead({
    method: "POST",
    path: "/",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "content-length": "1000",
      expect: "100-continue",
    },
  });
  // The server has begun to read.
  assertEquals((await connection.readHead()).status, 100);
  await connection.write("name=Ann");
  return connection;
}

// Under `deno task` every Ctrl-C arrives twice.
Deno.test("main stops within five seconds although a body never ends and the signal comes twice", async () => {
  await using server = await ServerProcess.start();
  using _endless = await openEndlessPost(server.port);
  await using ann = await JsonClient.open(server.url);

  const stopped = timed(server.stop("SIGINT"));
  await server.logged("stopping");
  server.kill("SIGINT");
  const { result, ms } = await stopped;

  assertEquals([result.code, result.signal], [0, null]);
  assertLess(ms, STOPPED_WITHIN_MS);
  assertEquals((await ann.closed).code, 1001);
});

Deno.test("main gives up waiting when the signal comes again after a second", async () => {
  await using server = await ServerProcess.start();
  using _endless = await openEndlessPost(server.port);

  const stopped = timed(server.stop("SIGINT"));
  const impatience = setInterval(() => server.kill("SIGINT"), 100);
  const { result, ms } = await stopped.finally(() => clearInterval(impatience));

  assertEquals(result.code, 130);
  assertLess(ms, 3_000);
});

Deno.test("main stops within five seconds although a reader has stalled", async () => {
  await using server = await ServerProcess.start({ args: ["--rate=0"] });
  using stalled = await RawWebSocket.open(server.port, JSON_DIALECT);
  assertEquals(stalled.answer.status, 101);
  await using ann = await JsonClient.open(server.url);
  await ann.join("Ann");
  const text = "\u{1F4A7}".repeat(2000);
  for (let bytes = 0; bytes < MORE_THAN_A_SOCKET_HOLDS; bytes += 4 * text.length / 2) {
    ann.send({ type: "send", id: crypto.randomUUID(), text });
  }
  await ann.sync();
  await ann.say("the last one");

  const { result, ms } = await timed(server.stop());

  assertEquals(result.code, 0);
  assertLess(ms, STOPPED_WITHIN_MS);
  assertEquals((await ann.closed).code, 1001);
});
