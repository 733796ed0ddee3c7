// A line that is late and slow, and stands still now and then, as one does that loses packets: what was lost
// is sent again, and all that follows waits for it. For systems that cannot make a real one bad.

import { isEnd } from "./connection_end.ts";

/** What goes at once, as over an Ethernet. */
const PACKET_BYTES = 1460;

/** More than this is not on its way: who sends has to wait. */
const MAX_UNDER_WAY_MS = 5_000;

/** How bad it is, in each direction. */
export interface BadLineOptions {
  readonly lateMs: number;
  readonly bytesPerSecond: number;
  /** Of so many packets one is lost. */
  readonly lossRate: number;
  /** The longest until a lost one is sent again. */
  readonly maxStallMs: number;
  readonly random: () => number;
}

/** Hands connections on to a port of this machine. */
export class BadLine implements AsyncDisposable {
  readonly #options: BadLineOptions;
  readonly #target: number;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #ends = new Set<Deno.TcpConn>();
  readonly #accepting: Promise<void>;
  /** Packets that were lost and came late. */
  losses = 0;

  constructor(target: number, options: BadLineOptions) {
    this.#target = target;
    this.#options = options;
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
    const carrying: Promise<void>[] = [];
    for await (const near of this.#listener) {
      const far = await Deno.connect({ hostname: "127.0.0.1", port: this.#target });
      this.#ends.add(near).add(far);
      carrying.push(this.#carry(near, far), this.#carry(far, near));
    }
    await Promise.all(carrying);
  }

  async #carry(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
    const { lateMs, bytesPerSecond } = this.#options;
    const buffer = new Uint8Array(PACKET_BYTES);
    let dueAt = 0;
    let delivered = Promise.resolve();
    for (;;) {
      const length = await from.read(buffer).catch(nullAtEnd);
      if (length === null) break;
      const packet = buffer.slice(0, length);
      const now = performance.now();
      dueAt = Math.max(dueAt, now + lateMs) + length / bytesPerSecond * 1000 + this.#stallMs();
      const at = dueAt;
      delivered = delivered.then(() => this.#deliver(packet, { to, at }));
      if (at - now > MAX_UNDER_WAY_MS) await delivered;
    }
    await delivered;
    for (const end of [from, to]) if (this.#ends.delete(end)) end.close();
  }

  #stallMs(): number {
    const { random, lossRate, maxStallMs } = this.#options;
    if (random() >= lossRate) return 0;
    this.losses++;
    return random() * maxStallMs;
  }

  async #deliver(
    packet: Uint8Array,
    { to, at }: { to: Deno.TcpConn; at: number },
  ): Promise<void> {
    if (!this.#ends.has(to)) return;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, at - performance.now())));
    for (let sent: number | null = 0; sent !== null && sent < packet.length;) {
      const more: number | null = await to.write(packet.subarray(sent)).catch(nullAtEnd);
      sent = more === null ? null : sent + more;
    }
  }
}

function nullAtEnd(error: unknown): null {
  if (isEnd(error)) return null;
  throw error;
}
