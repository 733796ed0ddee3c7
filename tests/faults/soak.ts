// For as long as it is told: people talk, and every few seconds something breaks, by a seed.
//
//     deno run -A tests/faults/soak.ts SECONDS [SEED [PAUSE_MS]]
//
// PAUSE_MS is the rest that everyone takes after each message; a longer one is a gentler load.
//
// The server is killed and restarted in the first fifth and the first five minutes only, so that the rest
// shows what one process costs over time.

import { chance } from "../helpers/chance.ts";
import { LosingRelay } from "../helpers/losing_relay.ts";
import { readCost } from "../helpers/process_cost.ts";
import { HISTORY, Scene } from "./scene.ts";

const SAMPLE_MS = 10_000;
const MAX_EARLY_MS = 300_000;

/** Such a load keeps two fifths of a processor busy. */
const PAUSE_MS = 50;

/** What the catalogue allows; over less than an hour the noise is larger. */
const MAX_BYTES_AN_HOUR = 1024 * 1024;
const HOUR_MS = 3_600_000;

const encoder = new TextEncoder();

function print(line: string): void {
  Deno.stdout.writeSync(encoder.encode(`${line}\n`));
}

interface Sample {
  readonly ms: number;
  readonly bytes: number;
}

/** Bytes an hour, by least squares. */
function slopeOf(samples: readonly Sample[]): number {
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const ms = mean(samples.map((sample) => sample.ms));
  const bytes = mean(samples.map((sample) => sample.bytes));
  const over = samples.reduce((sum, each) => sum + (each.ms - ms) * (each.bytes - bytes), 0);
  const under = samples.reduce((sum, each) => sum + (each.ms - ms) ** 2, 0);
  return over / under * HOUR_MS;
}

interface SoakOptions {
  readonly seconds: number;
  readonly seed: number;
  readonly pauseMs: number;
}

async function soak({ seconds, seed, pauseMs }: SoakOptions): Promise<void> {
  const random = chance(seed);
  const startedAt = performance.now();
  const elapsed = () => performance.now() - startedAt;
  let lossRate = 0;
  await using stack = new AsyncDisposableStack();
  await using scene = await Scene.set({
    load: { speakers: 6, readers: 10, posters: 2, underWay: 2, pauseMs },
    between: (server) => stack.use(new LosingRelay(() => server.port, () => random() < lossRate)),
  });
  const { server, load, ledger } = scene;
  const args = ["--rate=0", `--history=${HISTORY}`];
  const faults: Record<string, () => Promise<void>> = {
    async "answers lost"() {
      lossRate = 0.02;
      await load.goOn(2_000);
      lossRate = 0;
    },
    async "everybody thrown out"() {
      lossRate = 1;
      await load.goOn(200);
      lossRate = 0;
    },
    async "server stopped for a while"() {
      server.kill("SIGSTOP");
      await load.goOn(500 + random() * 2_500);
      server.kill("SIGCONT");
    },
    "kill -9": () => server.restart({ signal: "SIGKILL", args }),
    restart: () => server.restart({ args }),
  };
  const counts = new Map<string, number>();
  const samples: Sample[] = [];
  let sampledAt = -SAMPLE_MS;
  while (elapsed() < seconds * 1000) {
    await load.goOn(1_000 + random() * 4_000);
    const isEarly = elapsed() < Math.min(seconds * 200, MAX_EARLY_MS);
    const names = Object.keys(faults).slice(0, isEarly ? 5 : 3);
    const name = names[Math.floor(random() * names.length)] ?? "";
    await faults[name]?.();
    counts.set(name, (counts.get(name) ?? 0) + 1);
    await load.progress(10);
    // At once: what is shown while a file is read may be in the next one.
    ledger.checkFile(Deno.readTextFileSync(server.inData("messages.json")));
    if (elapsed() - sampledAt < SAMPLE_MS) continue;
    sampledAt = elapsed();
    const cost = readCost(server.pid);
    if (!isEarly && cost !== undefined) samples.push({ ms: elapsed(), bytes: cost.residentBytes });
    print(
      `${(elapsed() / 1000).toFixed(0)} s: ${ledger.size} messages, ` +
        `${((cost?.residentBytes ?? 0) / 1e6).toFixed(0)} MB, ${cost?.descriptors} descriptors`,
    );
  }
  const said = await scene.settle({ metrics: false });
  const later = samples.slice(Math.floor(samples.length / 2));
  const slope = slopeOf(later);
  print(`seed ${seed}: I1–I4 hold, ${said}, ${Deno.inspect(Object.fromEntries(counts))}`);
  print(
    `memory over the last ${((elapsed() - (later[0]?.ms ?? 0)) / 60_000).toFixed(0)} minutes: ` +
      `${(slope / 1e6).toFixed(1)} MB an hour`,
  );
  if (seconds * 1000 > HOUR_MS && slope > MAX_BYTES_AN_HOUR) throw new Error("I5: memory grows");
}

const [seconds = "60", seed = `${Date.now() % 1e6}`, pauseMs = `${PAUSE_MS}`] = Deno.args;
await soak({ seconds: Number(seconds), seed: Number(seed), pauseMs: Number(pauseMs) });
Deno.exit(0);
