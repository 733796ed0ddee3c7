// A million messages through one server: does it hold on to any of them? Ends by itself.
//
//     deno run --allow-all tests/bench/memory.ts [MESSAGES]

import { readMetrics } from "../helpers/metrics_page.ts";
import { ServerProcess } from "../helpers/server_process.ts";
import { count, mebibytes, report } from "./report.ts";

const MESSAGES = Number(Deno.args[0] ?? 1_000_000);
const READERS = 4;

/** Messages sent and not yet seen again: enough to keep the server busy. */
const UNDER_WAY = 2_000;

/** A socket that looks at no more of a frame than the newest `seq` in it. */
function connect(url: string, onSeq: (seq: number) => void): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/ws`, "parley.v1");
  socket.onmessage = ({ data }: MessageEvent<string>) => {
    const at = data.lastIndexOf('{"seq":');
    if (at !== -1) onSeq(parseInt(data.slice(at + 7), 10));
  };
  const opened = Promise.withResolvers<WebSocket>();
  socket.onopen = () => opened.resolve(socket);
  socket.onclose = ({ code }) => opened.reject(new Error(`The server closed with ${code}`));
  return opened.promise;
}

async function run(server: ServerProcess): Promise<void> {
  const { url } = server;
  const resident = async () => (await readMetrics(url)).get("process_resident_memory_bytes") ?? NaN;
  const rows: [string, string][] = [["before", mebibytes(await resident())]];

  const done: Promise<void>[] = [];
  for (let n = 0; n < READERS; n++) {
    const { promise, resolve } = Promise.withResolvers<void>();
    await connect(url, (seq) => seq === MESSAGES && resolve());
    done.push(promise);
  }

  let sent = 0;
  let stored = 0;
  let sampled = 0;
  const samples: Promise<unknown>[] = [];
  const finished = Promise.withResolvers<void>();
  const sender = await connect(url, (seq) => {
    stored = seq;
    pump();
  });
  function pump(): void {
    while (sent < MESSAGES && sent - stored < UNDER_WAY) {
      sender.send(`{"type":"send","id":"b${++sent}","text":"message number ${sent} of many"}`);
    }
    if (stored - sampled >= MESSAGES / 10) {
      sampled = stored;
      const at = count(stored);
      samples.push(resident().then((bytes) => rows.push([`after ${at}`, mebibytes(bytes)])));
    }
    if (stored === MESSAGES) finished.resolve();
  }

  sender.send('{"type":"join","name":"Bench"}');
  const startedAt = performance.now();
  pump();
  await finished.promise;
  await Promise.all(done);
  const seconds = (performance.now() - startedAt) / 1000;
  await Promise.all(samples);

  const metrics = await readMetrics(url);
  const commits = metrics.get("chat_store_commits_total") ?? NaN;
  rows.push(
    ["messages a second", count(MESSAGES / seconds)],
    ["deliveries a second", count((metrics.get("chat_deliveries_total") ?? NaN) / seconds)],
    ["messages a commit", (MESSAGES / commits).toFixed(1)],
    ["skipped", count(metrics.get("chat_skipped_messages_total") ?? NaN)],
  );
  report(`Resident memory of the server, ${count(MESSAGES)} messages, ${READERS} readers`, rows);
}

{
  await using server = await ServerProcess.start({ args: ["--rate=0"] });
  await run(server);
  await server.stop();
}
Deno.exit();
