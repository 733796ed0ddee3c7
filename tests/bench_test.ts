// The bench itself, in a moment and with small numbers: so that it still runs on the day it is needed, and
// counts what it says it counts.

import { assertEquals, assertGreater, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { selfShares, toTree } from "./bench/call_tree.ts";
import { textOf } from "./bench/dialects.ts";
import { quantileBetween } from "./bench/histogram.ts";
import { LOADS, SMOKE } from "./bench/loads.ts";
import { MessageScanner } from "./bench/message_scanner.ts";
import { parseOptions } from "./bench/options.ts";
import { findPeers, PEER_KEYS } from "./bench/peers.ts";
import { type LoadResult, runSuite } from "./bench/suite.ts";
import { ratioOf, renderLoad } from "./bench/table.ts";
import { Scratch } from "./helpers/scratch.ts";
import { frameWith } from "./helpers/wire_frame.ts";

const encoder = new TextEncoder();

Deno.test("The bench measures Parley, its shield and a naive server under the same load", async () => {
  await using scratch = await Scratch.make();
  const { peers } = await findPeers(["parley", "shield", "naive"], scratch.in("packages"));
  assertEquals(scratch.names(), [], "what nobody asked for was installed");
  const [result] = await runSuite({
    plans: SMOKE,
    peers,
    rounds: 1,
    pinning: { server: [], load: [], note: "" },
    scratch: scratch.path,
    progress: () => {},
  });
  assertEquals(result?.rows.map(({ label, failed }) => ({ label, failed })), [
    { label: "Parley", failed: undefined },
    { label: "Parley, --shield", failed: undefined },
    { label: "naive Deno", failed: undefined },
  ]);
  for (const { rounds } of result?.rows ?? []) {
    assertGreater(rounds[0]?.["deliveriesPerSecond"] ?? 0, 0);
  }
});

Deno.test("The load counts every message once, wherever the bytes are cut", () => {
  const frames = fc.array(fc.array(fc.nat(9_999_999), { maxLength: 1_200 }), { maxLength: 5 });
  const cuts = fc.infiniteStream(fc.integer({ min: 1, max: 40_000 }));
  fc.assert(
    fc.property(frames, cuts, (frames, cuts) => {
      const texts = frames.map((numbers) => numbers.map(textOf).join(" and "));
      const bytes = new Uint8Array(
        texts.flatMap((text) => [...frameWith(encoder.encode(text), { isMasked: false })]),
      );
      const seen: number[] = [];
      const scanner = new MessageScanner((number) => void seen.push(number));
      for (let at = 0; at < bytes.length;) {
        const { value: length } = cuts.next();
        scanner.scan(bytes.subarray(at, at += length));
      }
      assertEquals(seen, frames.flat());
    }),
    { numRuns: 50 },
  );
});

Deno.test("A load is asked for by how its name begins", () => {
  const names = LOADS.map(({ name }) => name);
  const options = parseOptions(["fan", "burst", "--rounds", "3"], names);
  assertEquals(options, {
    loads: ["burst", "fan-out-500", "fan-out-2000"],
    peers: PEER_KEYS,
    rounds: 3,
    out: undefined,
  });
});

Deno.test("What the bench cannot understand is answered with what it can", () => {
  for (const arg of ["brust", "--rounds=0", "--runds=3", "--peers=bun,deno", "--peers="]) {
    const options = parseOptions([arg], ["burst", "idle"]);
    assertEquals("usage" in options, true, arg);
    if (!("usage" in options)) continue;
    assertStringIncludes(options.usage, "Loads: burst, idle");
    assertStringIncludes(options.usage, `Peers: ${PEER_KEYS.join(", ")}`);
  }
});

Deno.test("A ratio is the median of the ratios of each round, not the ratio of the medians", () => {
  const [plan] = SMOKE;
  const rounds = (values: number[]) => values.map((value) => ({ deliveriesPerSecond: value }));
  const parley = { peer: "parley", label: "Parley", rounds: rounds([10, 400, 30]) } as const;
  const naive = { peer: "naive", label: "naive", rounds: rounds([5, 100, 30]) } as const;
  assertEquals(ratioOf(naive, parley, "deliveriesPerSecond"), 2);
  if (plan === undefined) throw new Error("There is no load to show");
  const table = renderLoad({ plan, rows: [parley, naive] } satisfies LoadResult);
  assertEquals(/^naive +30 +2\.00$/m.test(table), true, table);
});

Deno.test("The quantile of a histogram is that of the values between two readings", () => {
  const name = "seconds";
  const samples = (counts: readonly number[]) =>
    new Map(["1", "2", "4", "+Inf"].map((le, n) => [`${name}_bucket{le="${le}"}`, counts[n] ?? 0]));
  const before = samples([50, 50, 50, 50]);
  const read = (counts: readonly number[], part: number) =>
    quantileBetween([before, samples(counts)], name, part);
  assertEquals(read([60, 60, 60, 60], 0.5), 0.5);
  assertEquals(read([52, 58, 60, 60], 0.9), 3);
  assertEquals(read([50, 50, 50, 60], 0.9), 4);
  assertEquals(read([50, 50, 50, 50], 0.9), NaN);
});

Deno.test("A profile is a tree of who called whom, without the time in which nothing ran", () => {
  const node = (id: number, functionName: string, children: number[] = []) => {
    return { id, callFrame: { functionName, url: "file:///src/a.ts" }, children };
  };
  const nodes = [node(1, "(root)", [2, 3]), node(2, "(idle)"), node(3, "f", [4, 5]), node(4, "g")];
  const profile = {
    nodes: [...nodes, node(5, "g")],
    samples: [2, 3, 4, 5],
    timeDeltas: [1_000, 50, 100, 50],
  };
  const shares = selfShares(toTree(profile)).filter(([, share]) => share > 0);
  assertEquals(shares, [["g a.ts", 0.75], ["f a.ts", 0.25]]);
});
