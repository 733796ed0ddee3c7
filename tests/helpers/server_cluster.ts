// Real servers on one real NATS server: a cluster on one machine.

import { NatsServer } from "./nats_server.ts";
import { ServerProcess } from "./server_process.ts";

/** How to start. */
export interface ClusterOptions {
  /** @default 3 */
  readonly nodes?: number;
  /** The test takes NATS away: do not fail it for what the nodes log then. */
  readonly mayFail?: boolean;
}

/** NATS and the nodes on it. */
export class ServerCluster implements AsyncDisposable {
  readonly nats: NatsServer;
  readonly nodes: readonly ServerProcess[];

  private constructor(nats: NatsServer, nodes: readonly ServerProcess[]) {
    this.nats = nats;
    this.nodes = nodes;
  }

  /** Starts NATS, and then the nodes at the same moment. */
  static async start({ nodes = 3, mayFail = false }: ClusterOptions = {}): Promise<ServerCluster> {
    await using stack = new AsyncDisposableStack();
    const nats = stack.use(await NatsServer.start());
    const args = ["--rate=0", `--nats=${nats.url}`];
    // Each to its end, or one that fails would leave the others to start with nobody to stop them.
    const starts = await Promise.allSettled(
      Array.from({ length: nodes }, async () => {
        return stack.use(await ServerProcess.start({ args, mayFail }));
      }),
    );
    const started = starts.map((start) => {
      if (start.status === "rejected") throw start.reason;
      return start.value;
    });
    stack.move();
    return new ServerCluster(nats, started);
  }

  /** The node of that number, from 0. */
  node(index: number): ServerProcess {
    const node = this.nodes[index];
    if (node === undefined) throw new RangeError(`There is no node ${index}`);
    return node;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // First, so that no node misses NATS and says so.
    const ends = await Promise.allSettled(this.nodes.map((node) => node[Symbol.asyncDispose]()));
    await this.nats[Symbol.asyncDispose]();
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  }
}
