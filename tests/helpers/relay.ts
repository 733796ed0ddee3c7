// The network between a client and a server, which a test can cut.

/** Hands connections on to a port of this machine. */
export class Relay implements AsyncDisposable {
  readonly port: number;
  readonly #target: number;
  readonly #ends = new Set<Deno.TcpConn>();
  #listener: Deno.TcpListener | undefined;
  #accepting: Promise<void> = Promise.resolve();

  private constructor(target: number) {
    this.#target = target;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.port = this.#listener.addr.port;
    this.#accepting = this.#accept(this.#listener);
  }

  /** A relay to `port`. */
  static to(port: number): Relay {
    return new Relay(port);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Ends every connection and takes no other. */
  cut(): void {
    this.#listener?.close();
    this.#listener = undefined;
    for (const end of this.#ends) hangUp(end);
    this.#ends.clear();
  }

  /** Takes connections again. */
  mend(): void {
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: this.port });
    this.#accepting = this.#accept(this.#listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await this.#accepting;
  }

  async #accept(listener: Deno.TcpListener): Promise<void> {
    const pipes: Promise<void>[] = [];
    try {
      for await (const near of listener) {
        const far = await Deno.connect({ hostname: "127.0.0.1", port: this.#target });
        this.#ends.add(near).add(far);
        pipes.push(pump(near, far), pump(far, near));
      }
    } finally {
      await Promise.all(pipes);
    }
  }
}

/** Closes `end`, unless it was closed from the other side. */
function hangUp(end: Deno.TcpConn): void {
  try {
    end.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}

async function pump(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
  try {
    await from.readable.pipeTo(to.writable);
  } catch (error) {
    // One side has left, or the relay was cut.
    if (
      !(error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted ||
        error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe)
    ) {
      throw error;
    }
  }
}
