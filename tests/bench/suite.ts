// Runs loads against servers, in rounds, each with a server that was just started.

import { fromFileUrl } from "@std/path";
import { LOCKED } from "../helpers/lock.ts";
import type { Job } from "./load_main.ts";
import type { LoadPlan } from "./loads.ts";
import type { Measurements } from "./loads/target.ts";
import type { Peer, PeerKey } from "./peers.ts";
import type { Pinning } from "./processors.ts";

const LOAD_MAIN = fromFileUrl(new URL("./load_main.ts", import.meta.url));

/** A load that takes longer has lost a message, which is worth a word and no waiting. */
const LOAD_DEADLINE_MS = 90_000;

/** What is to be run. */
export interface SuiteOptions {
  readonly plans: readonly LoadPlan[];
  readonly peers: readonly Peer[];
  readonly rounds: number;
  readonly pinning: Pinning;
  /** A directory on a real disk. */
  readonly scratch: string;
  /** Told before each single run. */
  readonly progress: (line: string) => void;
}

/** What one server did in one load. */
export interface Row {
  readonly peer: PeerKey;
  readonly label: string;
  /** One for each round. */
  readonly rounds: Measurements[];
  /** Why it did not finish, when it did not. */
  failed?: string;
}

/** What came of one load. */
export interface LoadResult {
  readonly plan: LoadPlan;
  readonly rows: readonly Row[];
}

/** Runs everything. In each round every server has its turn, so that a slow minute of the machine hits all. */
export async function runSuite(options: SuiteOptions): Promise<LoadResult[]> {
  const { plans, peers, rounds, progress } = options;
  const results = plans.map((plan): LoadResult => ({
    plan,
    rows: peers.filter(({ key }) => plan.peers.includes(key))
      .map(({ key, label }) => ({ peer: key, label, rounds: [] })),
  }));
  for (let round = 0; round < rounds; round++) {
    for (const { plan, rows } of results) {
      if (plan.once && round > 0) continue;
      for (const row of rows) {
        const peer = peers.find(({ key }) => key === row.peer);
        if (peer === undefined || row.failed !== undefined) continue;
        progress(`round ${round + 1} of ${rounds}: ${plan.name}, ${row.label}`);
        await runOne(options, { peer, plan, row });
      }
    }
  }
  return results;
}

async function runOne(
  { pinning, scratch }: SuiteOptions,
  { peer, plan, row }: { peer: Peer; plan: LoadPlan; row: Row },
): Promise<void> {
  try {
    await using server = await peer.start({ pinning: pinning.server, scratch });
    const { port, pids, dialect } = server;
    const job: Job = { ...plan.task, target: { port, pids, dialect } };
    row.rounds.push(await runLoad(job, pinning.load));
  } catch (error) {
    row.failed = error instanceof Error ? error.message : String(error);
  }
}

/** Runs one load against a server that runs. */
export async function runLoad(job: Job, pinning: readonly string[]): Promise<Measurements> {
  const command = [...pinning, Deno.execPath(), "run", ...LOCKED, "--allow-all", LOAD_MAIN];
  const [program = "", ...args] = [...command, JSON.stringify(job)];
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args,
    signal: AbortSignal.timeout(LOAD_DEADLINE_MS),
  }).output();
  const decoder = new TextDecoder();
  if (code === 0) return JSON.parse(decoder.decode(stdout));
  const why = decoder.decode(stderr).trim();
  throw new Error(why === "" ? `not all messages within ${LOAD_DEADLINE_MS / 1000} s` : why);
}
