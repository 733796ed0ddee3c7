// This process as a node of a cluster: its connection and what runs over it. The only module of this
// directory that a server imports, and only one that was started with --nats.

import type { Clock } from "../clock.ts";
import type { ClusterConfig } from "../config.ts";
import { ClusterPeople } from "./cluster_people.ts";
import { ClusterObserver, type ClusterObserverOptions } from "./cluster_observer.ts";
import { ClusterConnection } from "./connection.ts";
import { NatsStore } from "./nats_store.ts";

/** What a node needs. */
export interface NodeOptions extends Omit<ClusterObserverOptions, "now"> {
  readonly cluster: ClusterConfig;
  /** What the file of credentials holds, if there is one. */
  readonly credentials: Uint8Array | undefined;
  readonly clock: Clock;
  /** A fresh secret in the form of `isKey`. */
  readonly newKey: () => string;
}

/** One node, from joining its cluster to leaving it. */
export class Node {
  readonly connection: ClusterConnection;
  readonly store: NatsStore;
  /** Who owns which name, and who is on other nodes. */
  readonly people: ClusterPeople;

  private constructor(
    connection: ClusterConnection,
    { store, people }: { store: NatsStore; people: ClusterPeople },
  ) {
    this.connection = connection;
    this.store = store;
    this.people = people;
  }

  /** @throws {StartError} when the cluster cannot be reached, or not be used. */
  static async join(options: NodeOptions): Promise<Node> {
    const { cluster, credentials, clock, newKey } = options;
    const { servers, replicas } = cluster;
    const events = new ClusterObserver({ ...options, now: clock.now });
    const connection = await ClusterConnection.open({ servers, credentials, clock, events });
    let people: ClusterPeople | undefined;
    try {
      const { random } = Math;
      people = await ClusterPeople.open({ connection, replicas, clock, newKey, random, events });
      const store = await NatsStore.open({ connection, replicas, clock, events });
      return new Node(connection, { store, people });
    } catch (error) {
      await people?.close();
      await connection.close();
      throw error;
    }
  }

  /** Leaves the cluster; what runs over the connection is closed before. */
  async leave(): Promise<void> {
    await this.people.close();
    await this.connection.close();
  }
}
