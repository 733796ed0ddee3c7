// One message to 500 sockets: how long until each of them has it, and how often it is encoded for that.
// Ends by itself.
//
//     deno run --allow-all tests/bench/fan_out.ts [SOCKETS]

import { systemClock } from "../../src/clock.ts";
import { toStored } from "../../src/message.ts";
import { type Dialect, jsonDialect } from "../../src/protocol.ts";
import { Room, type RoomEvents } from "../../src/room.ts";
import { readMetrics } from "../helpers/metrics_page.ts";
import { ServerProcess } from "../helpers/server_process.ts";
import { count, mebibytes, ms, percentile, report } from "./report.ts";

const SOCKETS = Number(Deno.args[0] ?? 500);
const MESSAGES = 200;

/** From sending to having it, for each socket and each message; and for the last socket of each. */
async function measureLatency(server: ServerProcess): Promise<void> {
  const before = await readMetrics(server.url);
  const all: number[] = [];
  const last: number[] = [];
  let sentAt = 0;
  let missing = 0;
  let whenAllHaveIt = Promise.withResolvers<void>();
  function onFrame({ data }: MessageEvent<string>): void {
    if (!data.startsWith('{"type":"messages"')) return;
    const latency = performance.now() - sentAt;
    all.push(latency);
    if (--missing > 0) return;
    last.push(latency);
    whenAllHaveIt.resolve();
  }
  const sockets = await Promise.all(Array.from({ length: SOCKETS }, () => {
    const socket = new WebSocket(`${server.url.replace("http", "ws")}/ws`, "parley.v1");
    socket.onmessage = onFrame;
    return new Promise<WebSocket>((resolve) => socket.onopen = () => resolve(socket));
  }));
  const [sender] = sockets;
  sender?.send('{"type":"join","name":"Bench"}');
  for (let n = 0; n < MESSAGES; n++) {
    whenAllHaveIt = Promise.withResolvers();
    missing = SOCKETS;
    sentAt = performance.now();
    sender?.send(`{"type":"send","id":"f${n}","text":"message number ${n} to everyone"}`);
    await whenAllHaveIt.promise;
  }
  const after = await readMetrics(server.url);
  const mean = (name: string) =>
    ((after.get(`${name}_sum`) ?? NaN) - (before.get(`${name}_sum`) ?? NaN)) / MESSAGES * 1000;
  const resident = (metrics: ReadonlyMap<string, number>) =>
    metrics.get("process_resident_memory_bytes") ?? NaN;
  report(`One message to ${SOCKETS} sockets, ${MESSAGES} times, one after another`, [
    ["each socket, p50", ms(percentile(all, 0.5))],
    ["each socket, p99", ms(percentile(all, 0.99))],
    ["the last socket, p50", ms(percentile(last, 0.5))],
    ["the last socket, p99", ms(percentile(last, 0.99))],
    ["of it on the disk, mean", ms(mean("chat_store_commit_seconds"))],
    ["received to handed over, mean", ms(mean("chat_delivery_seconds"))],
    ["memory for a socket", mebibytes((resident(after) - resident(before)) / SOCKETS)],
  ]);
  const closed = sockets.map((socket) => new Promise((resolve) => socket.onclose = resolve));
  for (const socket of sockets) socket.close();
  await Promise.all(closed);
}

/** A room alone, with sockets that only count. */
function countEncodings(): void {
  let encodings = 0;
  let frames = 0;
  const dialect: Dialect = {
    ...jsonDialect,
    messages(batch, skipped) {
      encodings++;
      return jsonDialect.messages(batch, skipped);
    },
  };
  const events = new Proxy({} as RoomEvents, { get: () => () => {} });
  const names = { hold: () => {}, release: () => {} };
  const room = new Room({ clock: systemClock, events, names });
  const peer = { bufferedAmount: 0, send: () => void frames++, close: () => {} };
  for (let n = 0; n < SOCKETS; n++) room.add({ peer, dialect, cursor: 0 });
  const time = new Date().toISOString();
  const startedAt = performance.now();
  for (let seq = 1; seq <= MESSAGES; seq++) {
    room.deliver([toStored({ seq, id: `f${seq}`, name: "Bench", text: "to everyone", time })]);
  }
  const elapsed = performance.now() - startedAt;
  room.closeAll(1000, "");
  report(`A room with ${SOCKETS} sockets that cost nothing, ${MESSAGES} messages`, [
    ["encodings for a message", (encodings / MESSAGES).toFixed(2)],
    ["frames for a message", (frames / MESSAGES).toFixed(1)],
    ["room's own time for a message", ms(elapsed / MESSAGES)],
    ["frames a second", count(frames / elapsed * 1000)],
  ]);
}

countEncodings();
{
  const args = ["--rate=0", "--max-per-address=0"];
  await using server = await ServerProcess.start({ args });
  await measureLatency(server);
  await server.stop();
}
Deno.exit();
