// `deno task bench [LOAD...] [--rounds N] [--out FILE]`: Parley and its peers under the same loads, one table
// each at the end, and everything that was measured as JSON.

import { dirname, fromFileUrl, join } from "@std/path";
import { LOADS } from "./loads.ts";
import { parseOptions } from "./options.ts";
import { findPeers } from "./peers.ts";
import { choosePinning } from "./processors.ts";
import { runSuite } from "./suite.ts";
import { renderLoad } from "./table.ts";

// In the project, because a temporary directory is often in memory, where a commit costs nothing.
const ROOT = fromFileUrl(new URL("../../dist/bench/", import.meta.url));

const encoder = new TextEncoder();
const print = (text: string) => void Deno.stdout.writeSync(encoder.encode(`${text}\n`));
const progress = (line: string) => {
  // A line that is written over is for a person who waits, not for a file.
  if (Deno.stderr.isTerminal()) Deno.stderr.writeSync(encoder.encode(`\r\x1b[K${line}`));
};

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args, LOADS.map(({ name }) => name));
  if ("usage" in options) {
    print(options.usage);
    return 2;
  }
  const plans = LOADS.filter(({ name }) => options.loads.includes(name));
  await Deno.mkdir(ROOT, { recursive: true });
  const wanted = options.peers.filter((key) => plans.some(({ peers }) => peers.includes(key)));
  const { peers, absent } = await findPeers(wanted, join(ROOT, "peers"));
  const pinning = await choosePinning();
  const scratch = await Deno.makeTempDir({ dir: ROOT });
  const { rounds } = options;
  const results = await runSuite({ plans, peers, rounds, pinning, scratch, progress })
    .finally(() => Deno.remove(scratch, { recursive: true }));
  progress("");
  const machine = `${navigator.hardwareConcurrency} processors, ${Deno.build.target}, ` +
    `Deno ${Deno.version.deno}. ${pinning.note}`;
  print(`Medians of ${rounds} rounds; × is Parley divided by that server, round by round.`);
  print(`${machine}\n`);
  for (const result of results) print(renderLoad(result));
  for (const line of absent) print(`Absent: ${line}`);
  const out = options.out ?? join(ROOT, "results.json");
  await Deno.mkdir(dirname(out), { recursive: true });
  await Deno.writeTextFile(
    out,
    `${JSON.stringify({ machine, rounds, absent, results }, null, 2)}\n`,
  );
  print(`Every round: ${out}`);
  return results.some(({ rows }) => rows.some(({ failed }) => failed !== undefined)) ? 1 : 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
