// The network between a client and a server, which a test can cut, and which others make worse.

import { isEnd } from "./connection_end.ts";

/** One direction of a connection. */
export interface Way {
  readonly from: Deno.TcpConn;
  readonly to: Deno.TcpConn;
  /** Whether it is the server that speaks. */
  readonly isAnswer: boolean;
}

/** Hands connections on to a port of this machine. */
export class Relay implements AsyncDisposable {
  readonly port: number;
  readonly #target: () => number;
  readonly #ends = new Set<Deno.TcpConn>();
  #listener: Deno.TcpListener | undefined;
  #accepting: Promise<unknown> = Promise.resolve();

  /** The port may be another one for each connection. */
  constructor(target: () => number) {
    this.#target = target;
    this.port = this.#listen(0);
  }

  /** A relay to `port`. */
  static to(port: number): Relay {
    return new Relay(() => port);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Ends every connection and takes no other. */
  cut(): void {
    this.#listener?.close();
    this.#listener = undefined;
    for (const end of this.#ends) this.#close(end);
  }

  /** Takes connections again. */
  mend(): void {
    this.#listen(this.port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await this.#accepting;
  }

  /** Carries what is said until either side has left; both ends are closed then. */
  protected carry({ from, to }: Way): Promise<void> {
    return pump(from, to, () => true);
  }

  /** Whether nobody has closed `end` here. */
  protected isOpen(end: Deno.TcpConn): boolean {
    return this.#ends.has(end);
  }

  #listen(port: number): number {
    const listener = Deno.listen({ hostname: "127.0.0.1", port });
    this.#listener = listener;
    this.#accepting = Promise.all([this.#accepting, this.#accept(listener)]);
    return listener.addr.port;
  }

  async #accept(listener: Deno.TcpListener): Promise<void> {
    const carrying: Promise<void>[] = [];
    for await (const near of listener) {
      const far = await this.#connect();
      if (far === undefined || listener !== this.#listener) {
        near.close();
        far?.close();
        continue;
      }
      this.#ends.add(near).add(far);
      const close = () => [near, far].forEach((end) => this.#close(end));
      carrying.push(
        this.carry({ from: near, to: far, isAnswer: false }).finally(close),
        this.carry({ from: far, to: near, isAnswer: true }).finally(close),
      );
    }
    await Promise.all(carrying);
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

  #close(end: Deno.TcpConn): void {
    if (this.#ends.delete(end)) end.close();
  }
}

/** Carries on as long as `passes` says so, asked for each part, and until either side has left. */
export async function pump(
  from: Deno.TcpConn,
  to: Deno.TcpConn,
  passes: () => boolean,
): Promise<void> {
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
