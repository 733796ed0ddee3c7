// The shield: the program of a worker. It takes the connections of the public port before any HTTP,
// counts them, and lets each of them through to the server or ends it.

import { isOutOfDescriptors } from "../errors.ts";
import { addressKey } from "../guard.ts";
import type { FromShield, ShieldOptions, ToShield } from "./messages.ts";
import { Passage } from "./passage.ts";
import { type Conduit, TlsEnd } from "./tls.ts";

/** What a worker has instead of a window. */
interface Thread {
  postMessage(message: FromShield): void;
  onmessage: ((event: MessageEvent<ToShield>) => void) | null;
}

/** After a connection that could not be accepted, because the system has no file descriptor left. */
const RETRY_MS = 100;

const thread = globalThis as unknown as Thread;

/** The public port and everybody who came by it. */
class Shield {
  readonly #options: ShieldOptions;
  readonly #listener: Deno.TcpListener;
  readonly #tls: TlsEnd | undefined;
  readonly #passages = new Set<Passage>();
  readonly #byAddress = new Map<string, number>();
  readonly #introduced = new Map<number, () => void>();
  readonly #ticking: ReturnType<typeof setInterval>;
  /** Fewer than wanted when the system has shown that it cannot take so many. */
  #most: number;
  #isStopping = false;

  constructor(options: ShieldOptions) {
    this.#options = options;
    this.#most = options.caps.total;
    const { hostname, port, tls } = options;
    this.#tls = tls === undefined ? undefined : new TlsEnd(tls);
    this.#listener = Deno.listen({ hostname, port });
    this.#ticking = setInterval(() => this.#tick(), 1000);
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  async accept(): Promise<void> {
    while (!this.#isStopping) {
      try {
        this.#admit(await this.#listener.accept());
      } catch (error) {
        if (this.#isStopping) return;
        this.#fail(error);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  /** The server knows who is behind `port`. */
  introduced(port: number): void {
    this.#introduced.get(port)?.();
    this.#introduced.delete(port);
  }

  stop(): void {
    this.#isStopping = true;
    this.#listener.close();
    this.#tick();
  }

  #admit(client: Deno.TcpConn): void {
    const { hostname } = client.remoteAddr;
    const key = addressKey(hostname);
    const ofAddress = this.#byAddress.get(key) ?? 0;
    const { perAddress } = this.#options.caps;
    if (this.#passages.size >= this.#most || perAddress > 0 && ofAddress >= perAddress) {
      client.close();
      return thread.postMessage({ kind: "cut", reason: "connections" });
    }
    this.#byAddress.set(key, ofAddress + 1);
    this.#run(client, hostname)
      .catch((error) => this.#fail(error))
      .finally(() => {
        const left = (this.#byAddress.get(key) ?? 0) - 1;
        if (left > 0) this.#byAddress.set(key, left);
        else this.#byAddress.delete(key);
      });
  }

  async #run(connection: Deno.TcpConn, address: string): Promise<void> {
    connection.setNoDelay(true);
    const client = await this.#unwrap(connection);
    let port: number | undefined;
    const passage = new Passage({
      client,
      connect: async () => {
        const inner = await Deno.connect({ hostname: "127.0.0.1", port: this.#options.innerPort });
        inner.setNoDelay(true);
        port = inner.localAddr.port;
        await this.#introduce(port, address);
        return inner;
      },
      onCut: (reason) => thread.postMessage({ kind: "cut", reason }),
    });
    this.#passages.add(passage);
    try {
      await passage.run();
    } finally {
      this.#passages.delete(passage);
      if (port !== undefined) thread.postMessage({ kind: "gone", port });
    }
  }

  async #unwrap(connection: Deno.TcpConn): Promise<Conduit> {
    try {
      return await this.#tls?.unwrap(connection) ?? connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  // The answer is waited for: a request must not be there before it is known whose it is.
  async #introduce(port: number, address: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#introduced.set(port, resolve);
    thread.postMessage({ kind: "introduced", port, address });
    await promise;
  }

  #fail(error: unknown): void {
    if (isOutOfDescriptors(error)) {
      const most = Math.max(1, Math.floor(this.#passages.size * 0.9));
      if (most >= this.#most) return;
      // The server needs descriptors too, and without one stops to listen.
      this.#most = most;
    }
    thread.postMessage({ kind: "fault", message: String(error) });
  }

  #tick(): void {
    for (const passage of this.#passages) passage.tick();
    // What took the descriptors may have been something else, which is over.
    this.#most = Math.min(this.#options.caps.total, this.#most * 1.01);
    if (!this.#isStopping || [...this.#passages].some(({ hasAll }) => !hasAll)) return;
    clearInterval(this.#ticking);
    thread.postMessage({ kind: "stopped" });
  }
}

let shield: Shield | undefined;

thread.onmessage = ({ data }) => {
  if (data.kind === "known") return shield?.introduced(data.port);
  if (data.kind === "stop") return shield?.stop();
  try {
    shield = new Shield(data.options);
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    return thread.postMessage({ kind: "failed", name, message });
  }
  thread.postMessage({ kind: "listening", port: shield.port });
  shield.accept();
};
