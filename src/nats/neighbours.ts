// The other nodes of a cluster: tells them who is on this one and learns who is on them, over a bus that
// may lose and repeat what it carries. Has no bus, clock or chance of its own.

import type { Cancel, Clock } from "../clock.ts";
import type { Outlet } from "../outlet.ts";
import type { People } from "../people.ts";
import { Throttle } from "../throttle.ts";
import { Neighbour } from "./neighbour.ts";
import { decodeNews, encodeNews, MAX_TYPISTS, type News } from "./neighbour_wire.ts";
import { OwnPeople } from "./own_people.ts";

/** How long a node may be silent before it is gone, and its people with it: 15 s. */
export const LEASE_MS = 15_000;

/** Changes are gathered: at most ten messages a second. */
export const CHANGES_INTERVAL_MS = 100;

/** So many beats in one lease: three may be lost. */
const BEATS_PER_LEASE = 4;
/** Each beat is so many looks whether somebody is gone. */
const LOOKS_PER_BEAT = 4;

/** Everyone answers a hello, but not in the same moment. */
const ANSWER_SPREAD_MS = 200;

/** One node is asked for its list this often at most; the answer may be on its way. */
const ASK_INTERVAL_MS = 1_000;

/** Nodes that are believed to exist at the same time. */
export const MAX_NEIGHBOURS = 256;

/** The part of a room's people that is about other nodes. */
export type PeopleElsewhere = Pick<
  People,
  "heldElsewhere" | "releasedElsewhere" | "lostElsewhere" | "typingElsewhere"
>;

/** What {@linkcode Neighbours} tell those who count and log. */
export interface NeighbourEvents {
  /** A node was heard of for the first time. */
  neighbourCame(node: string): void;
  /** A node said goodbye, or was silent for too long. */
  neighbourGone(node: string, why: "goodbye" | "silence"): void;
  /** Something came over the bus that no node of ours would say. */
  neighbourIgnored(): void;
}

/** What {@linkcode Neighbours} are made of. */
export interface NeighboursOptions {
  /** The id of this node in this run, in the form of `isKey`. */
  readonly node: string;
  readonly clock: Pick<Clock, "now" | "after">;
  /** From 0 up to but not including 1. */
  readonly random: () => number;
  /** Puts a message on the bus, for every node. */
  readonly publish: (message: string) => void;
  readonly events: NeighbourEvents;
  /** @default {LEASE_MS} */
  readonly leaseMs?: number;
}

/** The other nodes, from {@linkcode start} to {@linkcode stop}. */
export class Neighbours implements Outlet {
  readonly #options: NeighboursOptions;
  readonly #leaseMs: number;
  readonly #own: OwnPeople;
  readonly #changes: Throttle;
  readonly #nodes = new Map<string, Neighbour>();
  #people: PeopleElsewhere | undefined;
  #isUp = true;
  #startedAt: number;
  #lookedAt = 0;
  #looks = 0;
  #cancelLooks: Cancel | undefined;
  #cancelAnswer: Cancel | undefined;

  constructor(options: NeighboursOptions) {
    this.#options = options;
    this.#leaseMs = options.leaseMs ?? LEASE_MS;
    this.#startedAt = options.clock.now();
    this.#own = new OwnPeople(options.node);
    this.#changes = new Throttle(options.clock, CHANGES_INTERVAL_MS, () => {
      this.#publish(this.#own.changes());
    });
  }

  /** Says hello and tells `people` from now on who is elsewhere. The bus must be listened to by then. */
  start(people: PeopleElsewhere): void {
    const { clock } = this.#options;
    this.#people = people;
    this.#startedAt = this.#lookedAt = clock.now();
    this.#lookLater();
    this.#greet();
  }

  /** Says goodbye; nothing is told any more. */
  stop(): void {
    this.#send({ type: "bye", node: this.#options.node });
    this.#people = undefined;
    this.#changes.cancel();
    this.#cancelLooks?.();
    this.#cancelAnswer?.();
  }

  /** The bus is lost, or back. While it is lost nobody can be heard, so nobody is taken for gone. */
  busIsUp(isUp: boolean): void {
    this.#isUp = isUp;
    if (!isUp || this.#people === undefined) return;
    this.#renewLeases();
    this.#greet();
  }

  /** Whether the node of that id may be alive; for a lease after the start nobody is known to be dead. */
  mayBeAlive(node: string): boolean {
    const isNew = this.#options.clock.now() - this.#startedAt < this.#leaseMs;
    return node === this.#options.node || this.#nodes.has(node) || isNew || !this.#isUp;
  }

  held(name: string): void {
    this.#own.hold(name);
    this.#requestChanges();
  }

  released(name: string): void {
    this.#own.release(name);
    this.#requestChanges();
  }

  typing(names: readonly string[]): void {
    this.#send({ type: "typing", node: this.#options.node, names: names.slice(0, MAX_TYPISTS) });
  }

  /** Takes in what came over the bus. */
  receive(data: string): void {
    const news = decodeNews(data);
    if (news === undefined) return this.#options.events.neighbourIgnored();
    if (this.#people === undefined || news.node === this.#options.node) return;
    if (news.type === "bye") return this.#forget(news.node, "goodbye");
    const neighbour = this.#find(news.node);
    if (neighbour === undefined) return;
    neighbour.heardAt = this.#options.clock.now();
    if (this.#hear(neighbour, news)) this.#ask(news.node, neighbour);
  }

  /** Returns whether the list of `neighbour` has to be asked for. */
  #hear(neighbour: Neighbour, news: News): boolean {
    switch (news.type) {
      case "list":
        return neighbour.list(news);
      case "change":
        return neighbour.change(news);
      case "beat":
        return neighbour.beat(news);
      case "typing": {
        // Nobody speaks for the people of others.
        const names = news.names.filter((name) => neighbour.names.has(name));
        for (const name of names) this.#people?.typingElsewhere(name);
        return false;
      }
      case "hello":
        this.#answerSoon();
        return false;
      case "ask":
        if (news.of === this.#options.node) this.#answerSoon();
        return false;
      case "bye":
        return false;
    }
  }

  #find(node: string): Neighbour | undefined {
    const known = this.#nodes.get(node);
    if (known !== undefined || this.#nodes.size >= MAX_NEIGHBOURS) return known;
    const neighbour = new Neighbour(this.#options.clock.now(), {
      held: (name) => this.#people?.heldElsewhere(node, name),
      released: (name) => this.#people?.releasedElsewhere(node, name),
      ignored: () => this.#options.events.neighbourIgnored(),
    });
    this.#nodes.set(node, neighbour);
    this.#options.events.neighbourCame(node);
    return neighbour;
  }

  #forget(node: string, why: "goodbye" | "silence"): void {
    const neighbour = this.#nodes.get(node);
    if (neighbour === undefined) return;
    this.#nodes.delete(node);
    for (const name of neighbour.names) {
      // After a goodbye people come back elsewhere. After a silence they have had the time for it.
      if (why === "goodbye") this.#people?.releasedElsewhere(node, name);
      else this.#people?.lostElsewhere(node, name);
    }
    this.#options.events.neighbourGone(node, why);
  }

  #lookLater(): void {
    const lookMs = this.#leaseMs / BEATS_PER_LEASE / LOOKS_PER_BEAT;
    this.#cancelLooks = this.#options.clock.after(lookMs, () => {
      this.#lookLater();
      this.#look();
    });
  }

  #look(): void {
    const now = this.#options.clock.now();
    // This process stood still itself: what the others said meanwhile has yet to be read.
    if (now - this.#lookedAt > this.#leaseMs / 2) this.#renewLeases();
    this.#lookedAt = now;
    if (!this.#isUp) return;
    if (++this.#looks % LOOKS_PER_BEAT === 0) this.#publish(this.#own.beat());
    for (const [node, { heardAt }] of this.#nodes) {
      if (now - heardAt >= this.#leaseMs) this.#forget(node, "silence");
    }
  }

  #renewLeases(): void {
    const now = this.#options.clock.now();
    for (const neighbour of this.#nodes.values()) neighbour.heardAt = now;
  }

  #greet(): void {
    this.#send({ type: "hello", node: this.#options.node });
    this.#publish(this.#own.list());
  }

  #answerSoon(): void {
    const { clock, random } = this.#options;
    // One answer is for everyone who asks meanwhile.
    this.#cancelAnswer ??= clock.after(random() * ANSWER_SPREAD_MS, () => {
      this.#cancelAnswer = undefined;
      this.#publish(this.#own.list());
    });
  }

  #ask(node: string, neighbour: Neighbour): void {
    const now = this.#options.clock.now();
    if (now - neighbour.askedAt < ASK_INTERVAL_MS) return;
    neighbour.askedAt = now;
    this.#send({ type: "ask", node: this.#options.node, of: node });
  }

  #requestChanges(): void {
    if (this.#isUp && this.#people !== undefined) this.#changes.request();
  }

  #publish(news: readonly News[]): void {
    for (const each of news) this.#send(each);
  }

  #send(news: News): void {
    if (this.#isUp && this.#people !== undefined) this.#options.publish(encodeNews(news));
  }
}
