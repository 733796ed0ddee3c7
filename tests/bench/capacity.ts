// How many nodes it takes, by the model of capacity_model.ts: for ten thousand, one million and one hundred
// million connections, or for what is asked.
//
//     deno run tests/bench/capacity.ts [CONNECTIONS ROOMS MESSAGES_A_SECOND [BYTES]]

import { MAX_NEIGHBOURS } from "../../src/nats/neighbours.ts";
import {
  type Answer,
  type Costs,
  type Demand,
  type Layout,
  type Limits,
  plan,
} from "./capacity_model.ts";

/**
 * As measured on one core of the machine of docs/performance.md, but for `news`, `nameBytes` and `flushes`,
 * which are estimated.
 */
export const MEASURED: Costs = {
  // The fan-out to 500, commits included.
  frame: 10e-6,
  // The burst.
  message: 0.5e-6,
  publish: 40e-6,
  take: 20e-6,
  news: 20e-6,
  flushes: 400,
  nodeBytes: 70 * 1024 ** 2,
  connectionBytes: 26 * 1024,
  nameBytes: 700,
};

/** One core of an ordinary machine; NATS on larger ones. Assumed, and cautious. */
export const ORDINARY: Limits = {
  processor: 0.5,
  connections: 10_000,
  nodeBytes: 2 * 1024 ** 3,
  line: 1e9 / 8 * 0.7,
  natsLine: 10e9 / 8 * 0.7,
  natsMessages: 500_000,
  streamMessages: 15_000,
};

const ANY_NODE = { byRoom: false, tellsNames: true };
export const AS_SHIPPED: Layout = {
  ...ANY_NODE,
  name: "as shipped: any node, all names",
  maxNodes: MAX_NEIGHBOURS + 1,
};
export const UNLIMITED: Layout = { ...ANY_NODE, name: "any node, all names, no limit to nodes" };
const COUNTS: Layout = { ...UNLIMITED, name: "the same, numbers for names", tellsNames: false };
export const BY_ROOM: Layout = { name: "a room on its own nodes", byRoom: true, tellsNames: true };

const STAY_SECONDS = 600;

/** Everyone says something once a minute, in rooms of a thousand; or many look on and few talk. */
const DEMANDS: [string, Demand][] = [
  ["10 thousand in one room, 20 messages/s", demand(1e4, 1, 20)],
  ["1 million in one room, 20 messages/s", demand(1e6, 1, 20)],
  ["1 million in 1000 rooms, each says 1 a minute", demand(1e6, 1e3, 1e6 / 60)],
  ["100 million in 100,000 rooms, each says 1 a minute", demand(1e8, 1e5, 1e8 / 60)],
];

function demand(connections: number, rooms: number, messages: number, bytes = 210): Demand {
  return { connections, rooms, messages, bytes, stay: STAY_SECONDS };
}

function rowsOf(demand: Demand): string[][] {
  const layouts = [AS_SHIPPED, UNLIMITED, COUNTS, ...demand.rooms === 1 ? [] : [BY_ROOM]];
  return layouts.map((layout) =>
    cells(layout, plan(demand, { layout, costs: MEASURED, limits: ORDINARY }))
  );
}

function cells({ name }: Layout, answer: Answer): string[] {
  if (answer.nodes === Infinity) return [name, "never enough", answer.fullFirst, "", "", "", ""];
  return [
    name,
    count(answer.nodes),
    answer.fullFirst,
    count(answer.deliveries),
    count(answer.natsMessages),
    `${count(answer.natsBytes / 1e6)} MB`,
    `${count(answer.natsServers)} servers, ${count(answer.streams)} streams`,
  ];
}

const HEAD = [
  "layout",
  "nodes",
  "full first",
  "deliveries/s",
  "NATS to nodes/s",
  "bytes/s",
  "NATS",
];

function count(value: number): string {
  return Math.ceil(value).toLocaleString("en");
}

function table(rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(HEAD), line(HEAD.map(() => "---")), ...rows.map(line)].join("\n");
}

function main(args: readonly string[]): number {
  const [connections = NaN, rooms = NaN, messages = NaN, bytes = 210] = args.map(Number);
  if (args.length > 0 && !(connections >= 1 && rooms >= 1 && messages >= 0 && bytes >= 1)) {
    print("Cannot compute: use CONNECTIONS ROOMS MESSAGES_A_SECOND [BYTES], all numbers");
    return 2;
  }
  const asked: [string, Demand][] = args.length === 0
    ? DEMANDS
    : [["As asked", demand(connections, rooms, messages, bytes)]];
  for (const [title, each] of asked) print(`${title}\n\n${table(rowsOf(each))}\n`);
  return 0;
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

if (import.meta.main) Deno.exit(main(Deno.args));
