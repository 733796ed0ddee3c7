// The command line of the bench.

import { parseArgs } from "@std/cli/parse-args";
import { PEER_KEYS, type PeerKey } from "./peers.ts";

/** What was asked for. */
export interface BenchOptions {
  readonly loads: readonly string[];
  /** The servers; all when left out. */
  readonly peers: readonly PeerKey[];
  readonly rounds: number;
  /** Where the JSON goes; a default place when left out. */
  readonly out: string | undefined;
}

/**
 * Reads the arguments; a load may be named by how it begins (`fan-out`). With anything that makes no sense
 * the usage comes back instead.
 */
export function parseOptions(
  args: readonly string[],
  names: readonly string[],
): BenchOptions | { readonly usage: string } {
  const unknown: string[] = [];
  const { _: wanted, ...flags } = parseArgs([...args], {
    string: ["rounds", "out", "peers"],
    unknown: (arg: string) => {
      if (arg.startsWith("-")) unknown.push(arg);
      return true;
    },
  });
  const loads = names.filter((name) =>
    wanted.length === 0 || wanted.some((each) => name.startsWith(String(each)))
  );
  unknown.push(
    ...wanted.map(String).filter((each) => !names.some((name) => name.startsWith(each))),
  );
  const { rounds = "5", out, peers } = flags as { [flag: string]: string | undefined };
  const known: readonly string[] = PEER_KEYS;
  const servers = peers?.split(",") ?? known;
  unknown.push(
    ...servers.filter((each) => !known.includes(each)).map((each) => `--peers=${each}`),
  );
  if (!/^[1-9]\d{0,2}$/.test(rounds)) unknown.push(`--rounds=${rounds}`);
  if (unknown.length === 0) {
    return {
      loads,
      peers: PEER_KEYS.filter((key) => servers.includes(key)),
      rounds: Number(rounds),
      out,
    };
  }
  return {
    usage: `Cannot understand ${unknown.join(" ")}\n\n` +
      "deno task bench [LOAD...] [--rounds N] [--peers PEER,...] [--out FILE]\n\n" +
      `Loads: ${names.join(", ")}\nPeers: ${PEER_KEYS.join(", ")}`,
  };
}
