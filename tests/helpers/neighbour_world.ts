// Nodes and a bus between them that delivers late, out of order, twice or never, as a test wants it.

import { Neighbours, type PeopleElsewhere } from "../../src/nats/neighbours.ts";
import { FakeClock } from "./fake_clock.ts";

/** What a {@linkcode FakeBus} does with a message on its way to one node. */
export type Fate = "arrives" | "is lost" | "is late" | "comes twice";

/** How late what is late is. */
export const LATE_MS = 700;

/** A node: what it knows of the people of others, and what it heard. */
export class FakeNode implements PeopleElsewhere {
  readonly id: string;
  readonly neighbours: Neighbours;
  /** The names that it holds itself. */
  readonly own = new Set<string>();
  /** Of each name, the nodes that hold it. */
  readonly elsewhere = new Map<string, Set<string>>();
  /** `held Ann`, `released Ann`, `lost Ann`, `typing Ann`, `came`, `gone: silence`, in their order. */
  readonly told: string[] = [];
  ignored = 0;
  isUp = true;
  // What waits for the process to go on: first its timers, then what came.
  #stopped: { timers: (() => void)[]; inbox: string[] } | undefined;

  constructor(id: string, bus: FakeBus) {
    this.id = id;
    const { clock } = bus;
    this.neighbours = new Neighbours({
      node: id,
      clock: {
        now: () => clock.now(),
        after: (delayMs, task) =>
          clock.after(delayMs, () => this.#stopped ? this.#stopped.timers.push(task) : task()),
      },
      random: () => 0.5,
      publish: (message) => bus.publish(this, message),
      events: {
        neighbourCame: () => void this.told.push("came"),
        neighbourGone: (_, why) => void this.told.push(`gone: ${why}`),
        neighbourIgnored: () => void this.ignored++,
      },
    });
  }

  /** Everybody that it knows of. */
  get online(): string[] {
    const elsewhere = [...this.elsewhere].filter(([, { size }]) => size > 0).map(([name]) => name);
    return [...new Set([...this.own, ...elsewhere])].sort();
  }

  /** As SIGSTOP. */
  pause(): void {
    this.#stopped ??= { timers: [], inbox: [] };
  }

  /** As SIGCONT. */
  resume(): void {
    const { timers, inbox } = this.#stopped ?? { timers: [], inbox: [] };
    this.#stopped = undefined;
    for (const task of timers) task();
    for (const message of inbox) this.neighbours.receive(message);
  }

  receive(message: string): void {
    if (!this.isUp) return;
    if (this.#stopped) this.#stopped.inbox.push(message);
    else this.neighbours.receive(message);
  }

  hold(name: string): void {
    this.own.add(name);
    this.neighbours.held(name);
  }

  release(name: string): void {
    this.own.delete(name);
    this.neighbours.released(name);
  }

  heldElsewhere(node: string, name: string): void {
    this.told.push(`held ${name}`);
    this.#holdersOf(name).add(node);
  }

  releasedElsewhere(node: string, name: string): void {
    this.told.push(`released ${name}`);
    this.#holdersOf(name).delete(node);
  }

  lostElsewhere(node: string, name: string): void {
    this.told.push(`lost ${name}`);
    this.#holdersOf(name).delete(node);
  }

  typingElsewhere(name: string): void {
    this.told.push(`typing ${name}`);
  }

  #holdersOf(name: string): Set<string> {
    return this.elsewhere.getOrInsertComputed(name, () => new Set());
  }
}

/** A bus with its nodes and their time. */
export class FakeBus {
  readonly clock = new FakeClock();
  readonly nodes: FakeNode[] = [];
  /** Everything that was published. */
  readonly published: { type: string; [field: string]: unknown }[] = [];
  /** What becomes of the next message to a node. */
  fate: () => Fate = () => "arrives";
  #made = 0;

  /** A node that has started. */
  add(): FakeNode {
    const node = new FakeNode(`node-${++this.#made}`.padEnd(22, "_"), this);
    this.nodes.push(node);
    node.neighbours.start(node);
    return node;
  }

  /** The node is no more, without a word. */
  kill(node: FakeNode): void {
    this.nodes.splice(this.nodes.indexOf(node), 1);
    node.isUp = false;
    node.neighbours.busIsUp(false);
    node.neighbours.stop();
  }

  /** Stops the node as one stops that has the time for it. */
  stop(node: FakeNode): void {
    node.neighbours.stop();
    this.nodes.splice(this.nodes.indexOf(node), 1);
  }

  /** Takes the node from the bus, or brings it back. */
  cut(node: FakeNode, isUp: boolean): void {
    if (node.isUp === isUp) return;
    node.isUp = isUp;
    node.neighbours.busIsUp(isUp);
  }

  publish(from: FakeNode, message: string): void {
    this.published.push(JSON.parse(message));
    if (!from.isUp) return;
    for (const node of this.nodes) {
      const fate = this.fate();
      if (fate === "is lost") continue;
      this.#deliver(node, message, fate === "is late" ? LATE_MS : 1);
      if (fate === "comes twice") this.#deliver(node, message, LATE_MS);
    }
  }

  #deliver(node: FakeNode, message: string, delayMs: number): void {
    this.clock.after(delayMs, () => node.receive(message));
  }
}
