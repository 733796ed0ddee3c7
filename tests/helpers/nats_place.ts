// The place of a store on NATS: a NATS server of its own, and connections like those of a node.

import { systemClock } from "../../src/clock.ts";
import { ClusterConnection, type ClusterEvents } from "../../src/nats/connection.ts";
import type { NatsLibrary } from "../../src/nats/library.ts";
import { STREAM, SUBJECT } from "../../src/nats/log_stream.ts";
import { NatsStore, type NatsStoreEvents } from "../../src/nats/nats_store.ts";
import type { MessageStore } from "../../src/store.ts";
import { Inbox } from "./inbox.ts";
import { NatsServer } from "./nats_server.ts";
import type { Place } from "./store_place.ts";
import { until } from "./until.ts";

/** What a store on NATS and its connection reported, in order; seconds are left out. */
export class NatsEvents extends Inbox<string> implements NatsStoreEvents, ClusterEvents {
  /** What is behind the failures. */
  readonly errors: unknown[] = [];

  committed(): void {
    this.push("committed");
  }
  commitFailed(error: unknown, first: boolean): void {
    this.errors.push(error);
    this.push(first ? "first failure" : "failure");
  }
  commitRecovered(): void {
    this.push("recovered");
  }
  deliveryFailed(error: unknown): void {
    this.errors.push(error);
    this.push("delivery failed");
  }
  entryIgnored(seq: number): void {
    this.push(`ignored ${seq}`);
  }
  tailFailed(error: unknown): void {
    this.errors.push(error);
    this.push("tail failed");
  }
  logRestarted(messages: number): void {
    this.push(`restarted with ${messages}`);
  }
  streamDiffers(what: string): void {
    this.push(`differs: ${what}`);
  }
  clusterConnected(): void {
    this.push("connected");
  }
  clusterLost(): void {
    this.push("lost");
  }
  clusterComplained(error: Error): void {
    this.errors.push(error);
    this.push("complained");
  }
}

/** A store with the connection that it runs on; closing it closes both, as a node does. */
export class NatsNode implements MessageStore, AsyncDisposable {
  readonly connection: ClusterConnection;
  readonly events: NatsEvents;
  readonly #store: NatsStore;

  private constructor(connection: ClusterConnection, store: NatsStore, events: NatsEvents) {
    this.connection = connection;
    this.#store = store;
    this.events = events;
  }

  static async open(
    url: string,
    { replicas = 1 }: { replicas?: number } = {},
  ): Promise<NatsNode> {
    const events = new NatsEvents();
    const connection = await connect(url, events);
    try {
      const clock = systemClock;
      const store = await NatsStore.open({ connection, replicas, clock, events });
      return new NatsNode(connection, store, events);
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  get log(): string {
    return this.#store.log;
  }
  get recent() {
    return this.#store.recent;
  }
  get trouble() {
    return this.#store.trouble;
  }
  tail(...readers: Parameters<NatsStore["tail"]>): void {
    this.#store.tail(...readers);
  }
  append(draft: Parameters<NatsStore["append"]>[0]) {
    return this.#store.append(draft);
  }
  async close(): Promise<void> {
    await this.#store.close();
    await this.connection.close();
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Connects like a node, without a store, to any of `servers`. */
export function connect(
  servers: string | readonly string[],
  events = new NatsEvents(),
): Promise<ClusterConnection> {
  return ClusterConnection.open({
    servers: [servers].flat(),
    credentials: undefined,
    clock: systemClock,
    events,
  });
}

/** What administrators may do to streams, over `connection`. */
export function managerOf(
  { library, nats }: ClusterConnection,
): ReturnType<NatsLibrary["jetstream"]["jetstreamManager"]> {
  return library.jetstream.jetstreamManager(nats);
}

/** One NATS server and the nodes on it. */
export class NatsPlace implements Place {
  readonly server: NatsServer;
  readonly #nodes = new Set<NatsNode>();
  #isBroken = false;

  private constructor(server: NatsServer) {
    this.server = server;
  }

  static async make(): Promise<NatsPlace> {
    return new NatsPlace(await NatsServer.start());
  }

  // A node does not start without NATS: one that is opened while it is away was there just before.
  async open(): Promise<NatsNode> {
    await this.server.start();
    const node = await NatsNode.open(this.server.url);
    this.#nodes.add(node);
    if (this.#isBroken) await this.breakDown();
    return node;
  }

  async breakDown(): Promise<void> {
    this.#isBroken = true;
    const nodes = this.#open();
    await this.server.kill();
    await Promise.all(nodes.map((node) => heard(node, () => node.trouble !== undefined)));
  }

  async mend(): Promise<void> {
    this.#isBroken = false;
    const nodes = this.#open();
    await this.server.start();
    await Promise.all(nodes.map((node) => heard(node, () => node.trouble === undefined)));
  }

  // NATS answers later than it is asked: this is what the log holds by then. That nothing is shown before it
  // is stored is held where NATS stands still.
  async survivors(): Promise<readonly string[]> {
    await using connection = await connect(this.server.url);
    const manager = await managerOf(connection);
    const { state } = await manager.streams.info(STREAM);
    const ids: string[] = [];
    for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
      const message = await manager.streams.getMessage(STREAM, { seq });
      if (message?.subject === SUBJECT) ids.push(message.json<{ id: string }>().id);
    }
    return ids;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.start();
    for (const node of this.#nodes) await node.close();
    await this.server[Symbol.asyncDispose]();
  }

  #open(): NatsNode[] {
    return [...this.#nodes].filter(({ connection }) => !connection.nats.isClosed());
  }
}

/** Waits until `holds`; fails with what `node` reported instead, and what was behind it. */
function heard({ events }: NatsNode, holds: () => boolean): Promise<number> {
  return until(() => Deno.inspect([events.all, events.errors]), holds);
}
