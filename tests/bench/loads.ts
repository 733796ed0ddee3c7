// The loads of the suite: what each is, how large, against whom, and what of it stands in the table.

import type { Task } from "./load_main.ts";
import type { PeerKey } from "./peers.ts";

/** One column of a table. */
export interface Column {
  /** The measurement. */
  readonly key: string;
  readonly title: string;
  /** Digits after the point. @default 0 */
  readonly digits?: number;
  /** Also as a ratio of Parley to each peer. */
  readonly compare?: true;
}

/** One load. */
export interface LoadPlan {
  readonly name: string;
  readonly what: string;
  readonly task: Task;
  readonly peers: readonly PeerKey[];
  /** Once, and not in every round. */
  readonly once?: true;
  readonly columns: readonly Column[];
}

const DELIVERIES: readonly Column[] = [
  { key: "deliveriesPerSecond", title: "deliveries/s", compare: true },
  { key: "deliveriesPerCpuSecond", title: "per CPU s", compare: true },
];
const BUSY: readonly Column[] = [
  { key: "serverBusy", title: "server busy", digits: 2 },
  { key: "loadBusy", title: "load busy", digits: 2 },
  { key: "othersBusy", title: "others busy", digits: 2 },
];
const COMMIT: readonly Column[] = [{ key: "commitMs", title: "commit ms", digits: 2 }];

// What a node does by itself is what a server alone does.
const ALONE: readonly PeerKey[] = ["parley", "bun", "ws", "socketIo", "naive"];
const CHATS: readonly PeerKey[] = [...ALONE, "cluster"];
// Where the time of a single message counts: what Parley adds to a commit and a broadcast.
const CHATS_AND_STORED: readonly PeerKey[] = [...CHATS, "naiveDurable"];

/** The suite in full, about two minutes a round. */
export const LOADS: readonly LoadPlan[] = [
  {
    name: "burst",
    what: "32 clients send 100 messages each; when all have all 3,200, again",
    task: {
      load: "burst",
      size: { clients: 32, messages: 100, together: 1, warmUp: 5, seconds: 2 },
    },
    peers: [...CHATS, "shield"],
    columns: [
      ...DELIVERIES,
      ...BUSY,
      ...COMMIT,
      { key: "messagesPerFrame", title: "messages a frame", digits: 1 },
    ],
  },
  ...[500, 2000].map((readers): LoadPlan => ({
    name: `fan-out-${readers}`,
    what: `one message at a time to ${readers} readers`,
    task: { load: "fanOut", size: { readers, warmUp: 20, messages: 100_000 / readers } },
    peers: CHATS_AND_STORED,
    columns: [
      { key: "p50Ms", title: "p50 ms", digits: 2, compare: true },
      { key: "p99Ms", title: "p99 ms", digits: 2 },
      { key: "lastP50Ms", title: "last reader ms", digits: 2 },
      { key: "deliveriesPerCpuSecond", title: "per CPU s", compare: true },
      ...BUSY,
      ...COMMIT,
    ],
  })),
  {
    name: "latency",
    what: "200 clients, 200 messages a second together",
    task: {
      load: "latency",
      size: { clients: 200, perSecond: 200, warmUpSeconds: 1, seconds: 4 },
    },
    peers: CHATS_AND_STORED,
    columns: [
      { key: "p50Ms", title: "p50 ms", digits: 2, compare: true },
      { key: "p99Ms", title: "p99 ms", digits: 2, compare: true },
      { key: "maxMs", title: "max ms", digits: 2 },
      ...BUSY,
      ...COMMIT,
      { key: "commitP99Ms", title: "commit p99 ms", digits: 2 },
    ],
  },
  {
    name: "idle",
    what: "memory of the server for each of 4,000 connections that are silent",
    task: { load: "idle", size: { warmUp: 100, connections: 4000, restSeconds: 1 } },
    peers: ALONE,
    columns: [{ key: "kibPerConnection", title: "KiB a connection", digits: 1, compare: true }],
  },
  {
    name: "connect",
    what: "connections opened and broken off, 16 at a time",
    task: { load: "connect", size: { together: 16, warmUp: 500, connections: 4000 } },
    peers: ALONE,
    columns: [
      { key: "connectionsPerSecond", title: "connections/s", compare: true },
      { key: "connectionsPerCpuSecond", title: "per CPU s", compare: true },
      ...BUSY,
    ],
  },
  {
    name: "page",
    what: "GET / of a room with 100 messages, 16 at a time",
    task: {
      load: "page",
      size: { together: 16, messages: 100, warmUpSeconds: 1, seconds: 2 },
    },
    peers: ["parley"],
    columns: [
      { key: "requestsPerSecond", title: "pages/s" },
      { key: "p50Ms", title: "p50 ms", digits: 2 },
      { key: "p99Ms", title: "p99 ms", digits: 2 },
      ...BUSY,
    ],
  },
  {
    name: "post",
    what: "POST /messages, 64 under way; an answer is a message on the disk",
    task: { load: "post", size: { together: 64, warmUpSeconds: 1, seconds: 2 } },
    peers: ["parley", "cluster"],
    columns: [
      { key: "requestsPerSecond", title: "posts/s" },
      { key: "p50Ms", title: "p50 ms", digits: 2 },
      { key: "p99Ms", title: "p99 ms", digits: 2 },
      ...BUSY,
      ...COMMIT,
      { key: "messagesPerCommit", title: "messages a commit", digits: 1 },
    ],
  },
  ...[1000, 4000, 10_000].map((readers): LoadPlan => ({
    name: `scale-${readers}`,
    what: `what a delivery costs with ${readers} connections`,
    task: { load: "fanOut", size: { readers, warmUp: 10, messages: 200_000 / readers } },
    peers: ["parley", "naive"],
    once: true,
    columns: [
      { key: "microsecondsPerDelivery", title: "µs of CPU a delivery", digits: 2 },
      { key: "lastP50Ms", title: "last reader ms", digits: 1 },
    ],
  })),
  {
    name: "age",
    what: "what a delivery costs, and the server's memory, after so many messages",
    task: { load: "age", size: { clients: 16, messages: 50, together: 50, total: 1_000_000 } },
    peers: ["parley"],
    once: true,
    columns: [1_000, 10_000, 100_000, 1_000_000].flatMap((total): Column[] => [
      { key: `microsecondsTo${total}`, title: `µs to 1e${Math.log10(total)}`, digits: 2 },
      { key: `memoryMbAt${total}`, title: "MB", digits: 0 },
    ]),
  },
];

/** The same in a second, to see that it works; its numbers say nothing. */
export const SMOKE: readonly LoadPlan[] = [
  {
    name: "smoke",
    what: "4 clients send 5 messages each, twice",
    task: {
      load: "burst",
      size: { clients: 4, messages: 5, together: 1, warmUp: 0, seconds: 0.01 },
    },
    peers: ["parley", "shield", "naive"],
    columns: DELIVERIES,
  },
];
