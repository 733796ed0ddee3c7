// A passage through the shield with its two ends in the hands of a test, and seconds that pass when
// the test says so.

import type { CutReason } from "../../src/shield/messages.ts";
import { Passage } from "../../src/shield/passage.ts";
import { RawConnection } from "./raw_connection.ts";

/** One client, one server, the shield between them. */
export class PassageWorld implements AsyncDisposable {
  readonly cuts: CutReason[] = [];
  /** What the client has. */
  readonly client: RawConnection;
  readonly passage: Passage;
  /** Resolves when the passage has ended. */
  readonly ended: Promise<void>;
  readonly #inner: Deno.TcpListener;

  private constructor(client: RawConnection, { near, inner }: {
    readonly near: Deno.TcpConn;
    readonly inner: Deno.TcpListener;
  }) {
    this.client = client;
    this.#inner = inner;
    this.passage = new Passage({
      client: near,
      connect: () => Deno.connect({ hostname: "127.0.0.1", port: inner.addr.port }),
      onCut: (reason) => this.cuts.push(reason),
    });
    this.ended = this.passage.run();
  }

  static async open(): Promise<PassageWorld> {
    using outer = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const client = await RawConnection.open(outer.addr.port);
    const near = await outer.accept();
    const inner = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    return new PassageWorld(client, { near, inner });
  }

  /** The connection that the server gets, when it gets one. */
  async server(): Promise<RawConnection> {
    return RawConnection.of(await this.#inner.accept());
  }

  /** Lets `seconds` pass. */
  pass(seconds: number): void {
    for (let second = 0; second < seconds; second++) this.passage.tick();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.close();
    await this.ended;
    this.#inner.close();
  }
}
