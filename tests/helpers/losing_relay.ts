// A network that carries what is asked and loses what is answered: the connection breaks after the
// server has done its work and before anybody learns of it.

import { isEnd } from "./connection_end.ts";

/** Hands connections on to a port of this machine. */
export class LosingRelay implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #target: () => number;
  readonly #loses: () => boolean;
  readonly #ends = new Set<Deno.TcpConn>();
  readonly #accepting: Promise<void>;
  /** Connections broken so far. */
  losses = 0;

  /** Each part of an answer for which `loses` says so breaks its connection instead of arriving. */
  constructor(target: () => number, loses: () => boolean) {
    this.#target = target;
    this.#loses = loses;
    this.#accepting = this.#accept();
  }

  get url(): string {
    return `http://127.0.0.1:${this.#listener.addr.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const end of this.#ends) end.close();
    this.#ends.clear();
    await this.#accepting;
  }

  async #accept(): Promise<void> {
    const pairs: Promise<unknown>[] = [];
    for await (const near of this.#listener) {
      const far = await this.#connect();
      if (far === undefined) {
        near.close();
        continue;
      }
      this.#ends.add(near).add(far);
      const close = () => {
        for (const end of [near, far]) if (this.#ends.delete(end)) end.close();
      };
      pairs.push(pump(near, far, () => true).finally(close));
      pairs.push(pump(far, near, () => !this.#isLost()).finally(close));
    }
    await Promise.all(pairs);
  }

  /** `undefined` when nobody is there just now. */
  async #connect(): Promise<Deno.TcpConn | undefined> {
    try {
      return await Deno.connect({ hostname: "127.0.0.1", port: this.#target() });
    } catch (error) {
      if (error instanceof Deno.errors.ConnectionRefused) return undefined;
      throw error;
    }
  }

  #isLost(): boolean {
    const isLost = this.#loses();
    if (isLost) this.losses++;
    return isLost;
  }
}

/** Carries on as long as `passes` says so, and until either side has left. */
async function pump(from: Deno.TcpConn, to: Deno.TcpConn, passes: () => boolean): Promise<void> {
  const buffer = new Uint8Array(64 * 1024);
  try {
    for (;;) {
      const length = await from.read(buffer);
      if (length === null || !passes()) return;
      for (let sent = 0; sent < length;) sent += await to.write(buffer.subarray(sent, length));
    }
  } catch (error) {
    if (!isEnd(error)) throw error;
  }
}
