// The people of a cluster as one node deals with them: names in a bucket, presence and typing on a subject
// of their own. Composition only.

import type { Clock } from "../clock.ts";
import { reasonOf, StartError } from "../errors.ts";
import type { NameRegistry } from "../name_registry.ts";
import type { Outlet } from "../outlet.ts";
import { ClusterNames } from "./cluster_names.ts";
import type { ClusterConnection } from "./connection.ts";
import type { Subscription } from "./library.ts";
import type { NameUpkeepEvents } from "./name_upkeep.ts";
import { NatsBucket, type NatsBucketEvents } from "./nats_bucket.ts";
import { type NeighbourEvents, Neighbours, type PeopleElsewhere } from "./neighbours.ts";
import { MAX_BUS_BYTES } from "./neighbour_wire.ts";

/** Where nodes tell each other of their people. */
export const PEOPLE_SUBJECT = "parley.people.main";

/** What those who log are told. */
export interface ClusterPeopleEvents extends NeighbourEvents, NameUpkeepEvents, NatsBucketEvents {}

/** The part of a room that hears of other nodes. */
export interface RoomElsewhere {
  readonly people: PeopleElsewhere;
  /** Closes the connections with a name that is somebody else's now. */
  expel(name: string): void;
}

/** What {@linkcode ClusterPeople} are made of. */
export interface ClusterPeopleOptions {
  readonly connection: ClusterConnection;
  /** Servers of NATS that hold a copy of the names each, when their bucket is made here. */
  readonly replicas: number;
  readonly clock: Clock;
  readonly newKey: () => string;
  /** From 0 up to but not including 1. */
  readonly random: () => number;
  readonly events: ClusterPeopleEvents;
  /** How long a node may be silent. @default {LEASE_MS} */
  readonly leaseMs?: number;
}

/** Names and neighbours, from joining to leaving. */
export class ClusterPeople {
  readonly #options: ClusterPeopleOptions;
  readonly #bucket: NatsBucket;
  readonly #names: ClusterNames;
  readonly #neighbours: Neighbours;
  #room: RoomElsewhere | undefined;
  #subscription: Subscription | undefined;
  #unwatch = () => {};

  private constructor(options: ClusterPeopleOptions, bucket: NatsBucket) {
    const { connection, clock, newKey, random, events, leaseMs } = options;
    // Another one in each run: what an earlier one had and told is over.
    const node = newKey();
    this.#options = options;
    this.#bucket = bucket;
    this.#neighbours = new Neighbours({
      node,
      clock,
      random,
      events,
      publish: (message) => {
        // What is published while there is no connection would go out when nobody waits for it.
        if (connection.isUp) connection.nats.publish(PEOPLE_SUBJECT, message);
      },
      ...(leaseMs === undefined ? {} : { leaseMs }),
    });
    const mayBeAlive = (other: string) => this.#neighbours.mayBeAlive(other);
    const nameEvents: NameUpkeepEvents = {
      nameNotKept: (error) => events.nameNotKept(error),
      nameLost: (name) => {
        events.nameLost(name);
        this.#room?.expel(name);
      },
    };
    const names = { bucket, node, clock, newKey, random, mayBeAlive, events: nameEvents };
    this.#names = new ClusterNames(names);
  }

  /** @throws {StartError} when the names can be neither made nor read. */
  static async open(options: ClusterPeopleOptions): Promise<ClusterPeople> {
    const { connection, replicas, clock, events } = options;
    let people: ClusterPeople | undefined;
    try {
      const bucket = await NatsBucket.open({ connection, replicas, clock, events });
      people = new ClusterPeople(options, bucket);
      await bucket.follow(people.#names.upkeep);
      return people;
    } catch (cause) {
      await people?.close();
      const why = reasonOf(cause);
      throw new StartError(`Cannot use the names in NATS: ${why}; see docs/cluster.md`, { cause });
    }
  }

  /** The registry of names. */
  get names(): NameRegistry {
    return this.#names;
  }

  /** Where other nodes hear of the people of this one. */
  get others(): Outlet {
    return this.#neighbours;
  }

  /** Tells `room` from now on who is on other nodes. */
  start(room: RoomElsewhere): void {
    const { connection, events } = this.#options;
    this.#room = room;
    this.#subscription = connection.nats.subscribe(PEOPLE_SUBJECT, {
      callback: (error, message) => {
        if (error !== null || message.data.length > MAX_BUS_BYTES) events.neighbourIgnored();
        else this.#neighbours.receive(message.string());
      },
    });
    this.#unwatch = connection.watch((isUp) => this.#neighbours.busIsUp(isUp));
    this.#neighbours.busIsUp(connection.isUp);
    this.#neighbours.start(room.people);
  }

  /**
   * Says goodbye to the other nodes and writes what there is to write, within a second or so; to be called
   * when nobody is here any more.
   */
  async close(): Promise<void> {
    this.#neighbours.stop();
    this.#unwatch();
    this.#subscription?.unsubscribe();
    await this.#names.upkeep.close();
    this.#bucket.close();
  }
}
