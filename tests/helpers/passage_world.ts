// A passage through the shield with its two ends in the hands of a test, and seconds that pass when
// the test says so.

import { assert } from "@std/assert";
import { Passage } from "../../src/shield/passage.ts";
import { RawConnection } from "./raw_connection.ts";

/** One client, one server, the shield between them. */
export class PassageWorld implements AsyncDisposable {
  readonly cuts: string[] = [];
  /** What was said about the connection, when it was: whether it is a WebSocket's. */
  readonly introductions: boolean[] = [];
  /** Whether the client has had everything. */
  isServed = false;
  /** Whether the passage has ended. */
  isOver = false;
  /** What the client has. */
  readonly client: RawConnection;
  /** What the server has. */
  readonly server: RawConnection;
  readonly passage: Passage;
  /** Resolves when the passage has ended. */
  readonly ended: Promise<void>;

  private constructor([client, near]: Pair, [far, server]: Pair) {
    this.client = RawConnection.of(client);
    this.server = RawConnection.of(server);
    this.passage = new Passage({
      client: near,
      server: far,
      introduce: (isSocket) => Promise.resolve(void this.introductions.push(isSocket)),
      onServed: () => this.isServed = true,
      onCut: (reason) => this.cuts.push(reason),
    });
    // That one of them has left is an error of the other's.
    this.ended = this.passage.run().catch((error) => assert(error.name in Deno.errors, error))
      .finally(() => {
        this.isOver = true;
        [near, far].forEach((end) => end.close());
      });
  }

  static async open(): Promise<PassageWorld> {
    return new PassageWorld(await openPair(), await openPair());
  }

  /** Lets `seconds` pass after which the passage is not over yet. */
  async passAndStay(seconds: number): Promise<void> {
    this.pass(seconds);
    // That it is over is heard on a later turn of the loop.
    await new Promise((resolve) => setTimeout(resolve));
    assert(!this.isOver, `It is over after ${seconds} s or less`);
  }

  /** Lets `seconds` pass. */
  pass(seconds: number): void {
    for (let second = 0; second < seconds; second++) this.passage.tick();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.close();
    this.server.close();
    await this.ended;
  }
}

/** The two ends of a connection. */
type Pair = readonly [Deno.TcpConn, Deno.TcpConn];

async function openPair(): Promise<Pair> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  return await Promise.all([Deno.connect({ port }), listener.accept()]);
}
