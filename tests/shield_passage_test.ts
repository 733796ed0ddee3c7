// One connection on its way through the shield: what passes, what is cut, and when.

import { assertEquals, assertGreaterOrEqual, assertRejects } from "@std/assert";
import { PassageWorld } from "./helpers/passage_world.ts";
import type { RawConnection } from "./helpers/raw_connection.ts";
import { bytesOf } from "./helpers/wire_frame.ts";

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const POST = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n";
const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const HANDSHAKE = "GET /ws HTTP/1.1\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
const SWITCHING = "HTTP/1.1 101 Switching Protocols\r\n\r\n";

/** Far more than the buffers of the system hold. */
const LONG = bytesOf({
  opcode: 2,
  isLast: true,
  isMasked: false,
  reserved: 0,
  payload: 16 * 1024 * 1024,
});

const TEXT = bytesOf({ opcode: 1, isLast: true, isMasked: true, reserved: 0, payload: 5 });
const PING = bytesOf({ opcode: 9, isLast: true, isMasked: false, reserved: 0, payload: 0 });

async function expect(connection: RawConnection, text: string): Promise<void> {
  assertEquals(new TextDecoder().decode(await connection.read(text.length)), text);
}

/** Waits until the other end is gone, in whatever way. */
async function assertGone(connection: RawConnection): Promise<void> {
  try {
    await connection.readToEnd();
  } catch (error) {
    if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
  }
}

/** A world in which a WebSocket is open. */
async function openSocket(world: PassageWorld): Promise<RawConnection> {
  await world.client.write(HANDSHAKE);
  const { server } = world;
  await expect(server, HANDSHAKE);
  await server.write(SWITCHING);
  await expect(world.client, SWITCHING);
  return server;
}

Deno.test("Passage takes requests to the server and answers back, one after the other", async () => {
  await using world = await PassageWorld.open();
  await world.client.write(GET);
  const { server } = world;
  for (let n = 0; n < 3; n++) {
    await expect(server, GET);
    // It takes its time.
    world.pass(14);
    await server.write(OK);
    await expect(world.client, OK);
    // Nobody waits meanwhile.
    world.pass(59);
    await world.client.write(GET);
  }
  assertEquals(world.cuts, []);
});

for (const start of ["", "G", GET.slice(0, -1), `GET / HTTP/1.1\r\n${"x: y\r\n".repeat(100)}`]) {
  Deno.test(`Passage cuts a head that stops after ${start.length} bytes, after 10 s`, async () => {
    await using world = await PassageWorld.open();
    await world.client.write(start);
    world.pass(9);
    assertEquals(world.cuts, []);
    world.pass(1);
    assertEquals(world.cuts, ["deadline"]);
    await assertGone(world.client);
  });
}

Deno.test("Passage leaves a head over 16 KiB to the server, as one that is no handshake", async () => {
  await using world = await PassageWorld.open();
  const long = HANDSHAKE.slice(0, -2) + `x: ${"x".repeat(16 * 1024)}`;
  await world.client.write(long);
  await expect(world.server, long);
  assertEquals(world.introductions, [false]);
});

Deno.test("security 31: Passage cuts a body that does not end after 15 s, however it trickles", async () => {
  await using world = await PassageWorld.open();
  await world.client.write(POST);
  const { server } = world;
  await expect(server, POST);
  for (let n = 0; n < 14; n++) {
    await world.client.write("x");
    await expect(server, "x");
    world.pass(1);
  }
  assertEquals(world.cuts, []);
  world.pass(1);
  assertEquals(world.cuts, ["deadline"]);
  await assertGone(world.client);
});

Deno.test("Passage closes a connection with nothing under way after 60 s, and blames nobody", async () => {
  await using world = await PassageWorld.open();
  await world.client.write(GET);
  const { server } = world;
  await server.write(OK);
  await expect(world.client, OK);
  world.pass(59);
  await world.client.write(GET);
  await expect(server, GET);
  await server.write(OK);
  await expect(world.client, OK);
  world.pass(60);
  await assertGone(world.client);
  await assertGone(server);
  assertEquals(world.cuts, []);
});

Deno.test("Passage lets a client of a WebSocket be silent for as long as the server pings it", async () => {
  await using world = await PassageWorld.open();
  const server = await openSocket(world);
  for (let n = 0; n < 10; n++) {
    world.pass(59);
    await server.write(PING);
    assertEquals(await world.client.read(PING.length), PING);
  }
  await world.client.write(TEXT);
  assertEquals(await server.read(TEXT.length), TEXT);
  assertEquals(world.cuts, []);
});

Deno.test("Passage ends a WebSocket that the server has no more to say to, whatever comes in", async () => {
  await using world = await PassageWorld.open();
  const server = await openSocket(world);
  for (let second = 0; second < 60; second++) {
    await world.client.write(TEXT);
    assertEquals(await server.read(TEXT.length), TEXT);
    world.pass(1);
  }
  await assertGone(server);
  assertEquals(world.cuts, []);
});

for (
  const [what, head, isSocket] of [
    ["a request", GET, false],
    ["a handshake", HANDSHAKE, true],
    ["a handshake in capitals", HANDSHAKE.toUpperCase(), true],
    ["a handshake with bare line feeds", HANDSHAKE.replaceAll("\r", ""), true],
    ["a request that mentions one", "GET /?Sec-WebSocket-Key: HTTP/1.1\r\n\r\n", false],
    ["a request with a handshake behind it", GET + HANDSHAKE, false],
  ] as const
) {
  Deno.test(`Passage introduces ${what} as such, however it is cut`, async () => {
    await using world = await PassageWorld.open();
    for (const byte of new TextEncoder().encode(head)) {
      await world.client.write(new Uint8Array([byte]));
    }
    await expect(world.server, head);
    assertEquals(world.introductions, [isSocket]);
  });
}

Deno.test("Passage watches what comes in one piece with a handshake", async () => {
  await using world = await PassageWorld.open();
  await world.client.write(HANDSHAKE + GET);
  await expect(world.server, HANDSHAKE);
  assertEquals([...await world.server.read(8)], [136, 130, 0, 0, 0, 0, 3, 234]);
  assertEquals(world.cuts, ["protocol"]);
});

Deno.test("Passage cuts HTTP/2, which it could not follow", async () => {
  await using world = await PassageWorld.open();
  await world.client.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  await assertGone(world.client);
  assertEquals(world.cuts, ["protocol"]);
});

for (
  const [what, wrong, code] of [
    ["an unmasked frame", { isMasked: false, payload: 5 }, 1002],
    [
      "a frame that claims 64 MiB",
      { isMasked: true, payload: 0, claim: 2 ** 26 - 1 },
      1009,
    ],
  ] as const
) {
  Deno.test(`Passage closes for ${what} with ${code} in the client's name, and cuts after 5 s`, async () => {
    await using world = await PassageWorld.open();
    const server = await openSocket(world);
    const frame = bytesOf({ opcode: 1, isLast: true, reserved: 0, ...wrong });
    await world.client.write(new Uint8Array([...TEXT, ...frame]));
    const closing = [136, 130, 0, 0, 0, 0, code >> 8, code & 255];
    assertEquals([...await server.read(TEXT.length + 8)], [...TEXT, ...closing]);
    await world.passAndStay(4);
    await world.client.write(TEXT);
    world.pass(1);
    await assertGone(server);
    await assertGone(world.client);
    assertEquals(world.cuts, ["protocol"]);
  });
}

Deno.test("Passage ends a client that stays when the server has left, after 5 s", async () => {
  await using world = await PassageWorld.open();
  const server = await openSocket(world);
  server.close();
  assertEquals(await world.client.readToEnd(), new Uint8Array());
  await world.client.write(TEXT);
  await world.passAndStay(4);
  await world.client.write(TEXT);
  world.pass(1);
  await world.ended;
  assertEquals(world.cuts, []);
});

Deno.test("Passage cuts a client that takes nothing for 30 s, and the server is free of it", async () => {
  await using world = await PassageWorld.open();
  const server = await openSocket(world);
  const writing = assertRejects(() => server.write(LONG));
  let seconds = 0;
  // In the first ones the buffers fill.
  for (; world.cuts.length === 0; seconds++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    world.pass(1);
  }
  assertEquals(world.cuts, ["deadline"]);
  assertGreaterOrEqual(seconds, 30);
  await writing;
});

Deno.test("Passage waits as long as it takes for a client that reads slowly", async () => {
  await using world = await PassageWorld.open();
  const server = await openSocket(world);
  const writing = server.write(LONG);
  const portion = 256 * 1024;
  for (let read = 0; read < LONG.length; read += portion) {
    await world.client.read(Math.min(portion, LONG.length - read));
    // 64 s in all, and the buffers are full all the time.
    world.pass(1);
  }
  await writing;
  assertEquals(world.cuts, []);
});

Deno.test("Passage ends when the client has left, and when the server has", async () => {
  await using world = await PassageWorld.open();
  const server = await openSocket(world);
  world.client.close();
  await assertGone(server);
  server.close();
  await world.ended;
  assertEquals(world.cuts, []);
});

Deno.test("Passage hands over what the server said last, and then its end", async () => {
  await using world = await PassageWorld.open();
  await world.client.write(GET);
  const { server } = world;
  await expect(server, GET);
  await server.write(OK);
  server.close();
  assertEquals(new TextDecoder().decode(await world.client.readToEnd()), OK);
  assertEquals(world.isServed, true);
});
