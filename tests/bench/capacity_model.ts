// A model of a cluster: what each part has to do in a second, and how many nodes it takes until none is
// over its limit. Pure; the costs are what `deno task bench` measures.

import { CHANGES_INTERVAL_MS, LEASE_MS } from "../../src/nats/neighbours.ts";

/** What things cost a node, on one core of the machine of docs/performance.md. */
export interface Costs {
  /** Processor seconds to hand a frame with one message to one socket, the system's part included. */
  readonly frame: number;
  /** Processor seconds for each further message in a frame. */
  readonly message: number;
  /** Processor seconds to take a message from a client and publish it. */
  readonly publish: number;
  /** Processor seconds to take a message from the stream and encode it, on every node that shows it. */
  readonly take: number;
  /** Processor seconds to read what another node says of its people. */
  readonly news: number;
  /** Flushes a second of a room at most: one follows each batch from the stream. */
  readonly flushes: number;
  /** Resident bytes: of a node, of a connection, and of a name that a node knows. */
  readonly nodeBytes: number;
  readonly connectionBytes: number;
  readonly nameBytes: number;
}

/** What one of each thing can do. */
export interface Limits {
  /** Part of its one core that a node may use on average, so that a burst has room. */
  readonly processor: number;
  readonly connections: number;
  readonly nodeBytes: number;
  /** Bytes a second on the line of a node, and of a NATS server. */
  readonly line: number;
  readonly natsLine: number;
  /** Messages a second that one NATS server hands to nodes. */
  readonly natsMessages: number;
  /** Messages a second that one stream with three replicas stores. */
  readonly streamMessages: number;
}

/** People who talk. */
export interface Demand {
  readonly connections: number;
  readonly rooms: number;
  /** Messages a second, in all rooms together. */
  readonly messages: number;
  /** Bytes of a message on the wire. */
  readonly bytes: number;
  /** Seconds for which somebody stays. */
  readonly stay: number;
}

/** How people and rooms are laid out over nodes. */
export interface Layout {
  readonly name: string;
  /** A proxy sends everyone of a room to the same few nodes, which know that room and no other. */
  readonly byRoom: boolean;
  /** Everybody is told each name that comes or goes; else only how many there are. */
  readonly tellsNames: boolean;
  /** More nodes do not know each other. @default as many as there are */
  readonly maxNodes?: number;
}

/** What a demand takes. */
export interface Answer {
  /** Infinity when no number of nodes is enough. */
  readonly nodes: number;
  /** What is full first: with one node fewer, or for ever. */
  readonly fullFirst: string;
  /** Messages handed to sockets, a second. */
  readonly deliveries: number;
  /** What NATS hands to all nodes together, a second. */
  readonly natsMessages: number;
  readonly natsBytes: number;
  /** NATS servers for that, three at least; and streams to store everything. */
  readonly natsServers: number;
  readonly streams: number;
}

/** Beyond this many nodes the answer is no. */
const MAX_NODES = 2 ** 24;

/** Each node says so often that it lives (see src/nats/neighbours.ts). */
const BEATS_A_SECOND = 4 / (LEASE_MS / 1000);
/** And so often, at most, who has come and gone. */
const MAX_CHANGES_A_SECOND = 1000 / CHANGES_INTERVAL_MS;
/** What stands around the names in that. */
const NEWS_BYTES = 100;

/** Presence is told this often (see docs/protocol.md). */
const PRESENCE_FRAMES = 4;
const NAME_BYTES = 20;

/** Finds the least number of nodes that carries `demand`. */
export function plan(
  demand: Demand,
  { layout, costs, limits }: { layout: Layout; costs: Costs; limits: Limits },
): Answer {
  const full = (nodes: number) => fullPart(loadOf(demand, { layout, costs, nodes }), limits);
  let low = 1;
  let high = 1;
  while (full(high) !== undefined && high < MAX_NODES) {
    low = high + 1;
    high *= 2;
  }
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (full(middle) === undefined) high = middle;
    else low = middle + 1;
  }
  const isEnough = full(high) === undefined;
  const load = loadOf(demand, { layout, costs, nodes: high });
  const isTooMany = high > (layout.maxNodes ?? Infinity);
  const part = isTooMany ? "nodes that know each other" : full(isEnough ? high - 1 : high);
  return {
    nodes: isEnough && !isTooMany ? high : Infinity,
    fullFirst: high === 1 ? "nothing" : part ?? "nothing",
    deliveries: demand.messages * demand.connections / demand.rooms,
    natsMessages: load.natsMessages,
    natsBytes: load.natsBytes,
    natsServers: Math.ceil(
      Math.max(3, load.natsMessages / limits.natsMessages, load.natsBytes / limits.natsLine),
    ),
    streams: Math.ceil(demand.messages / limits.streamMessages),
  };
}

/** What one node of many does in a second, and NATS for all of them. */
interface Load {
  readonly processor: number;
  readonly connections: number;
  readonly memory: number;
  readonly line: number;
  readonly natsMessages: number;
  readonly natsBytes: number;
}

function loadOf(
  demand: Demand,
  { layout, costs, nodes }: { layout: Layout; costs: Costs; nodes: number },
): Load {
  const { connections, rooms, messages, bytes, stay } = demand;
  const here = connections / nodes;
  const people = connections / rooms;
  const spread = layout.byRoom ? Math.min(nodes, Math.max(1, people / here)) : hit(nodes, people);
  const roomsHere = rooms * spread / nodes;
  const messagesOfRoom = messages / rooms;
  const frames = Math.min(messagesOfRoom, costs.flushes);
  const changes = 2 * people / stay;
  const presenceFrames = Math.min(PRESENCE_FRAMES, changes);
  const presenceBytes = (layout.tellsNames ? changes : presenceFrames) * NAME_BYTES;
  const namesKnown = layout.byRoom ? people * roomsHere : connections;
  // What a node says of its people NATS hands to all that are to know them, itself too.
  const knowers = layout.byRoom ? spread : nodes;
  const names = 2 * connections / stay;
  const news = nodes * (Math.min(MAX_CHANGES_A_SECOND, names / nodes) + BEATS_A_SECOND);
  return {
    processor: here * (frames + presenceFrames) * costs.frame +
      here * (messagesOfRoom - frames) * costs.message +
      messages / nodes * costs.publish + messagesOfRoom * roomsHere * costs.take +
      news / nodes * knowers * costs.news,
    connections: here,
    memory: costs.nodeBytes + here * costs.connectionBytes + namesKnown * costs.nameBytes,
    line: here * (messagesOfRoom * bytes + presenceBytes),
    natsMessages: messages * spread + news * knowers,
    natsBytes: messages * bytes * spread + (names * NAME_BYTES + news * NEWS_BYTES) * knowers,
  };
}

/** Of `nodes`, how many have at least one of `people` who were sent anywhere. */
function hit(nodes: number, people: number): number {
  return nodes === 1 ? 1 : nodes * (1 - (1 - 1 / nodes) ** people);
}

function fullPart(load: Load, limits: Limits): string | undefined {
  if (load.memory > limits.nodeBytes) return "memory of a node";
  if (load.processor > limits.processor) return "processor of a node";
  if (load.line > limits.line) return "line of a node";
  if (load.connections > limits.connections) return "sockets of a node";
  return undefined;
}
