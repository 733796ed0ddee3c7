// Nodes that share a bucket of names in memory; only the way there and back takes time, and may fail.

import { assert } from "@std/assert";
import { ChatError } from "../../src/errors.ts";
import { type Claim, NAME_KEPT_MS } from "../../src/name_registry.ts";
import { ClusterNames } from "../../src/nats/cluster_names.ts";
import type { NameBucket, NameBucketListener, Written } from "../../src/nats/name_bucket.ts";
import { FakeClock } from "./fake_clock.ts";

/** What becomes of a call: the bucket hears of it, or not, or late; the caller of the outcome, or not. */
export type CallFate = "answered" | "answer lost" | "call lost" | "call late";

/** When a caller gives up. */
const TIMEOUT_MS = 2_000;

/** When what is late is there. */
const LATE_MS = 20_000;

interface Stored {
  readonly value: string;
  readonly revision: number;
  readonly writtenAt: number;
}

/** One node: its registry and what it tells. */
export class NameNode implements NameBucket {
  readonly id: string;
  readonly names: ClusterNames;
  /** `lost Ann`, in their order. */
  readonly told: string[] = [];
  isUp = true;
  isAlive = true;
  readonly #cluster: NameCluster;

  constructor(id: string, cluster: NameCluster) {
    this.id = id;
    this.#cluster = cluster;
    this.names = new ClusterNames({
      bucket: this,
      node: id,
      clock: cluster.clock,
      newKey: () => cluster.newKey(),
      random: () => 0.5,
      mayBeAlive: (node) => cluster.nodes.some(({ id, isAlive }) => id === node && isAlive),
      events: {
        nameLost: (name) => void this.told.push(`lost ${name}`),
        nameNotKept: () => {},
      },
    });
  }

  /** Hears of everything in the bucket, as after a loss. */
  load(): void {
    this.names.upkeep.loaded(this.#cluster.all());
  }

  create(key: string, value: string): Promise<number | undefined> {
    return this.#call(() => this.#cluster.write(key, value, undefined));
  }

  update(key: string, value: string, revision: number): Promise<number | undefined> {
    return this.#call(() => this.#cluster.write(key, value, revision));
  }

  delete(key: string, revision: number): Promise<boolean> {
    return this.#call(() => this.#cluster.remove(key, revision));
  }

  read(key: string): Promise<Written | undefined> {
    return this.#call(() => this.#cluster.read(key));
  }

  #call<T>(act: () => T): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const { clock, latency } = this.#cluster;
    const fate = this.isUp ? this.#cluster.fate() : "call lost";
    if (fate !== "answered") clock.after(TIMEOUT_MS, () => reject(new Error("timeout")));
    if (fate === "call lost") return promise;
    clock.after(fate === "call late" ? LATE_MS : latency(), () => {
      const result = act();
      if (fate === "answered") clock.after(latency(), () => resolve(result));
    });
    return promise;
  }
}

/** The bucket and its nodes. */
export class NameCluster {
  readonly clock = new FakeClock();
  readonly nodes: NameNode[] = [];
  /** How many writes there were. */
  writes = 0;
  /** How long one way takes, in milliseconds. */
  latency: () => number = () => 1;
  fate: () => CallFate = () => "answered";
  /** How long news of the bucket takes to a node. */
  lag: () => number = () => 1;
  readonly #stored = new Map<string, Stored>();
  readonly #written: string[] = [];
  #revision = 0;
  #made = 0;

  constructor(count: number) {
    for (let n = 0; n < count; n++) this.add();
  }

  /** A node that has loaded what is there. */
  add(): NameNode {
    const node = new NameNode(`node-${this.nodes.length + 1}`.padEnd(22, "_"), this);
    this.nodes.push(node);
    node.load();
    return node;
  }

  /** The node is no more. */
  async kill(node: NameNode): Promise<void> {
    node.isUp = node.isAlive = false;
    await Promise.all([node.names.upkeep.close(), this.run(2000)]);
  }

  newKey(): string {
    return `key-${++this.#made}`.padEnd(22, "_");
  }

  /** Everything that was ever written, also what is gone since. */
  get text(): string {
    return this.#written.join("\n");
  }

  /** The bucket is made anew; nobody is told. */
  wipe(): void {
    this.#stored.clear();
    this.#revision = 0;
  }

  write(key: string, value: string, revision: number | undefined): number | undefined {
    if (this.read(key)?.revision !== revision) return undefined;
    this.writes++;
    this.#written.push(`${key} ${value}`);
    const stored = { value, revision: ++this.#revision, writtenAt: this.clock.now() };
    this.#stored.set(key, stored);
    this.#tell((listener) => listener.written(key, { value, revision: stored.revision, ageMs: 0 }));
    return stored.revision;
  }

  remove(key: string, revision: number): boolean {
    if (this.read(key)?.revision !== revision) return false;
    this.#stored.delete(key);
    const at = ++this.#revision;
    this.#tell((listener) => listener.deleted(key, at));
    return true;
  }

  read(key: string): Written | undefined {
    const stored = this.#stored.get(key);
    if (stored === undefined) return undefined;
    const { value, revision, writtenAt } = stored;
    const ageMs = this.clock.now() - writtenAt;
    return ageMs < NAME_KEPT_MS ? { value, revision, ageMs } : undefined;
  }

  all(): Map<string, Written> {
    return new Map([...this.#stored.keys()].flatMap((key) => {
      const written = this.read(key);
      return written === undefined ? [] : [[key, written] as const];
    }));
  }

  /** Lets `ms` pass, and everything happen that happens meanwhile. */
  async run(ms: number, stepMs = 1): Promise<void> {
    for (let passed = 0; passed < ms; passed += stepMs) {
      this.clock.advance(stepMs);
      for (let turn = 0; turn < 12; turn++) await Promise.resolve();
    }
  }

  /** {@linkcode run} of as long as it takes for `promise`; what it comes to. */
  async settle<T>(promise: T | Promise<T>): Promise<PromiseSettledResult<T>> {
    const [[result]] = await Promise.all([Promise.allSettled([promise]), this.run(30)]);
    return result;
  }

  // In order for each node, as a watch is.
  readonly #told = new Map<NameNode, number>();

  #tell(tell: (listener: NameBucketListener) => void): void {
    for (const node of this.nodes) {
      if (!node.isUp) continue;
      const at = Math.max(this.#told.get(node) ?? 0, this.clock.now() + this.lag());
      this.#told.set(node, at);
      this.clock.after(at - this.clock.now(), () => {
        if (node.isUp) tell(node.names.upkeep);
      });
    }
  }
}

/** What to claim. */
export interface ClaimOf {
  readonly name: string;
  readonly key?: string;
  readonly borrow?: boolean;
}

/** The claim, or the code of its refusal. */
export async function claim(
  cluster: NameCluster,
  node: NameNode,
  { name, key, borrow = false }: ClaimOf,
): Promise<Claim | string> {
  try {
    const result = await cluster.settle(node.names.claim(name, key, { borrow }));
    if (result.status === "fulfilled") return result.value;
    throw result.reason;
  } catch (error) {
    if (error instanceof ChatError) return error.code;
    throw error;
  }
}

/** As {@linkcode claim}, of one that succeeds; and holds it. */
export async function have(cluster: NameCluster, node: NameNode, of: ClaimOf): Promise<Claim> {
  const had = await claim(cluster, node, of);
  assert(typeof had !== "string", `${of.name}: ${had}`);
  node.names.hold(had.name);
  await cluster.run(10);
  return had;
}

/** So many nodes, the first two of them by name. */
export function start(count: number): { cluster: NameCluster; a: NameNode; b: NameNode } {
  const cluster = new NameCluster(count);
  const [a, b = a] = cluster.nodes;
  assert(a && b);
  return { cluster, a, b };
}
