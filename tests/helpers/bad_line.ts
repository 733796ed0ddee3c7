// A line that is late and slow, and stands still now and then, as one does that loses packets: what was lost
// is sent again, and all that follows waits for it. For systems that cannot make a real one bad.

import { isEnd } from "./connection_end.ts";
import { Relay, type Way } from "./relay.ts";

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
export class BadLine extends Relay {
  readonly #options: BadLineOptions;
  /** Packets that were lost and came late. */
  losses = 0;

  constructor(target: number, options: BadLineOptions) {
    super(() => target);
    this.#options = options;
  }

  protected override async carry({ from, to }: Way): Promise<void> {
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
    if (!this.isOpen(to)) return;
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
