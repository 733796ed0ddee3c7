// This process as a node of a cluster: its connection and what runs over it. The only module of this
// directory that a server imports, and only one that was started with --nats.

import type { Clock } from "../clock.ts";
import type { ClusterConfig } from "../config.ts";
import { ClusterObserver, type ClusterObserverOptions } from "./cluster_observer.ts";
import { ClusterConnection } from "./connection.ts";
import { NatsStore } from "./nats_store.ts";

/** What a node needs. */
export interface NodeOptions extends Omit<ClusterObserverOptions, "now"> {
  readonly cluster: ClusterConfig;
  /** What the file of credentials holds, if there is one. */
  readonly credentials: Uint8Array | undefined;
  /** Messages shown to who comes. */
  readonly history: number;
  readonly clock: Clock;
}

/** One node, from joining its cluster to leaving it. */
export class Node {
  readonly connection: ClusterConnection;
  readonly store: NatsStore;

  private constructor(connection: ClusterConnection, store: NatsStore) {
    this.connection = connection;
    this.store = store;
  }

  /** @throws {StartError} when the cluster cannot be reached, or not be used. */
  static async join(options: NodeOptions): Promise<Node> {
    const { cluster, credentials, history, clock } = options;
    const { servers, replicas } = cluster;
    const events = new ClusterObserver({ ...options, now: clock.now });
    const connection = await ClusterConnection.open({ servers, credentials, clock, events });
    try {
      const store = await NatsStore.open({ connection, history, replicas, clock, events });
      return new Node(connection, store);
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /** Leaves the cluster; what runs over the connection is closed before. */
  async leave(): Promise<void> {
    await this.connection.close();
  }
}
