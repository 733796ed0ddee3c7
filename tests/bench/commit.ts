// What "stored first, then shown" costs: one message at a time, and many at once in one write. The file
// store alone, on a real disk. Ends by itself.
//
//     deno run --allow-all tests/bench/commit.ts [DIRECTORY]

import { systemClock as clock } from "../../src/clock.ts";
import { DataDirectory } from "../../src/data_directory.ts";
import { FileStore } from "../../src/file_store.ts";
import { count, ms, percentile, report } from "./report.ts";

const SEQUENTIAL = 1_000;
const TOGETHER = 50_000;
const UNDER_WAY = [16, 256, 2_048];
const TEXT = "a text of the length that people write, about as long as this line is here";

interface Commits {
  readonly seconds: number[];
}

async function openStore(path: string, commits: Commits, history: number): Promise<FileStore> {
  return await FileStore.open({
    directory: await DataDirectory.open(path),
    history,
    clock,
    newLogId: () => crypto.randomUUID(),
    events: {
      committed: (_messages, seconds) => void commits.seconds.push(seconds),
      commitFailed: (error) => {
        throw error;
      },
      commitRecovered: () => {},
      repaired: () => {},
      deliveryFailed: () => {},
    },
  });
}

let drafts = 0;
function draft() {
  return { id: `c${++drafts}`, name: "Bench", text: TEXT };
}

async function measureSequential(path: string, history: number): Promise<void> {
  const commits = { seconds: [] };
  const store = await openStore(path, commits, history);
  for (let n = 0; n < history; n++) store.append(draft());
  await store.append(draft());
  commits.seconds.length = 0;
  const waits: number[] = [];
  for (let n = 0; n < SEQUENTIAL; n++) {
    const startedAt = performance.now();
    await store.append(draft());
    waits.push(performance.now() - startedAt);
  }
  await store.close();
  report(`One message at a time, a file of ${history}`, [
    ["commit, p50", ms(percentile(commits.seconds, 0.5) * 1000)],
    ["commit, p99", ms(percentile(commits.seconds, 0.99) * 1000)],
    ["append, p50", ms(percentile(waits, 0.5))],
    ["append, p99", ms(percentile(waits, 0.99))],
    ["messages a second", count(SEQUENTIAL / waits.reduce((sum, wait) => sum + wait) * 1000)],
  ]);
}

async function measureTogether(path: string, underWay: number): Promise<void> {
  const commits = { seconds: [] };
  const store = await openStore(path, commits, 100);
  const startedAt = performance.now();
  const write = async () => {
    for (let n = 0; n < TOGETHER / underWay; n++) await store.append(draft());
  };
  await Promise.all(Array.from({ length: underWay }, write));
  const seconds = (performance.now() - startedAt) / 1000;
  await store.close();
  const total = Math.ceil(TOGETHER / underWay) * underWay;
  report(`${count(underWay)} messages under way at any time`, [
    ["commit, p50", ms(percentile(commits.seconds, 0.5) * 1000)],
    ["commit, p99", ms(percentile(commits.seconds, 0.99) * 1000)],
    ["messages a commit", (total / commits.seconds.length).toFixed(1)],
    ["messages a second", count(total / seconds)],
  ]);
}

const directory = await Deno.makeTempDir({
  prefix: "parley-bench-",
  ...(Deno.args[0] === undefined ? {} : { dir: Deno.args[0] }),
});
try {
  await measureSequential(`${directory}/hundred`, 100);
  await measureSequential(`${directory}/thousand`, 1_000);
  for (const underWay of UNDER_WAY) await measureTogether(`${directory}/${underWay}`, underWay);
} finally {
  await Deno.remove(directory, { recursive: true });
}
