// A node of a cluster as far as people go: a room with its names and neighbours, over a real connection.

import { systemClock } from "../../src/clock.ts";
import type { Claim } from "../../src/name_registry.ts";
import { ClusterPeople, type ClusterPeopleEvents } from "../../src/nats/cluster_people.ts";
import type { ClusterConnection } from "../../src/nats/connection.ts";
import type { Connection } from "../../src/connection.ts";
import { jsonDialect } from "../../src/protocol.ts";
import { Room } from "../../src/room.ts";
import { FakePeer } from "./fake_peer.ts";
import { connect } from "./nats_place.ts";
import { EventLog } from "./room_world.ts";

/** How to start one. */
export interface PeopleNodeOptions {
  /** @default {LEASE_MS} */
  readonly leaseMs?: number;
  /** Copies of the names, when their bucket is made. @default 1 */
  readonly replicas?: number;
}

/** A room among others. */
export class PeopleNode implements AsyncDisposable, ClusterPeopleEvents {
  readonly connection: ClusterConnection;
  readonly events = new EventLog();
  /** What it told of other nodes and of names, in order. */
  readonly told: string[] = [];
  people!: ClusterPeople;
  room!: Room;

  private constructor(connection: ClusterConnection) {
    this.connection = connection;
  }

  /** A node that is connected and has said hello. */
  static async open(url: string, options: PeopleNodeOptions = {}): Promise<PeopleNode> {
    const node = new PeopleNode(await connect(url));
    try {
      node.people = await ClusterPeople.open({
        connection: node.connection,
        replicas: 1,
        clock: systemClock,
        newKey,
        random: Math.random,
        events: node,
        ...options,
      });
    } catch (error) {
      await node.connection.close();
      throw error;
    }
    const { names, others } = node.people;
    node.room = new Room({ clock: systemClock, events: node.events, names, others });
    node.people.start(node.room);
    return node;
  }

  /** Claims `name`, as a session does. */
  async claim(name: string, key?: string, options?: { borrow: boolean }): Promise<Claim> {
    return await this.people.names.claim(name, key, options);
  }

  /** Somebody with `name` who is here from now on. */
  async join(name: string, key?: string): Promise<{ connection: Connection; key: string }> {
    const claim = await this.claim(name, key);
    const cursor = this.room.history.end;
    const connection = this.room.add({ peer: new FakePeer(), dialect: jsonDialect, cursor });
    this.room.join(connection, claim.name);
    return { connection, key: claim.key };
  }

  /** A reader and what it is told. */
  read(): FakePeer {
    const peer = new FakePeer();
    this.room.add({ peer, dialect: jsonDialect, cursor: this.room.history.end });
    return peer;
  }

  /** The names that are online, sorted. */
  get online(): string {
    return this.room.online.sort().join(" ");
  }

  /** Dies without a word. */
  async kill(): Promise<void> {
    await this.connection.nats.close();
    await this[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.room.closeAll(1001, "the test is over");
    await this.people.close();
    await this.connection.close();
  }

  neighbourCame(): void {
    this.told.push("came");
  }

  neighbourGone(_node: string, why: string): void {
    this.told.push(`gone: ${why}`);
  }

  neighbourIgnored(): void {
    this.told.push("ignored");
  }

  nameLost(name: string): void {
    this.told.push(`lost ${name}`);
  }

  nameNotKept(): void {
    this.told.push("not kept");
  }

  bucketDiffers(what: string): void {
    this.told.push(`differs: ${what}`);
  }

  namesUnreadable(): void {
    this.told.push("unreadable");
  }
}

function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}
