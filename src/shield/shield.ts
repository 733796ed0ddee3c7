// The shield as the server sees it: a thread that holds the public port, who is behind each connection
// that comes from it, and what that thread says.

import type { Caps } from "../guard.ts";

/** How the shield listens. */
export interface ShieldOptions {
  readonly hostname: string;
  readonly port: number;
  /** Where the server is, on this machine. */
  readonly innerPort: number;
  /** Of TCP connections. */
  readonly caps: Caps;
}

/** Why a connection was ended: one too many, too slow, or what no client may send. */
export const CUT_REASONS = ["connections", "deadline", "protocol"] as const;

/** Why a connection was ended. */
export type CutReason = typeof CUT_REASONS[number];

/** Who is behind a connection to the server. */
export interface Guest {
  readonly address: string;
  /** Whether its frames are watched: only then it may become a WebSocket. */
  readonly isSocket: boolean;
}

/** From the thread. It is told the port of each connection whose guest is known, and nothing else. */
export type FromShield =
  | { readonly kind: "listening"; readonly port: number }
  | { readonly kind: "failed"; readonly message: string }
  | { readonly kind: "introduced"; readonly port: number; readonly guest: Guest }
  | { readonly kind: "gone"; readonly port: number }
  | { readonly kind: "cut"; readonly reason: CutReason };

/** A shield that runs. */
export interface Shield {
  /** The public port. */
  readonly port: number;
  /** Rejects when it has ended by a mistake of its own, and everybody's connection with it. */
  readonly failed: Promise<never>;
  /** Whose connection it is that comes from `port` of this machine. */
  guestAt(port: number): Guest | undefined;
  /**
   * Resolves when all have had everything, or the shield has failed; for when the server takes no more
   * connections.
   */
  stop(): Promise<void>;
}

/**
 * Starts one from the text of its bundle.
 *
 * @throws {Error} what listening throws, with the name of that in its message.
 */
export async function startShield(
  code: string,
  options: ShieldOptions,
  onCut: (reason: CutReason) => void,
): Promise<Shield> {
  const guests = new Map<number, Guest>();
  const listening = Promise.withResolvers<number>();
  const failed = Promise.withResolvers<never>();
  let onGone = () => {};
  // Not from a file, which would need the permission to read it; what it is to do is its name.
  const url = `data:text/javascript;base64,${new TextEncoder().encode(code).toBase64()}`;
  const worker = new Worker(url, { type: "module", name: JSON.stringify(options) });
  worker.onmessage = ({ data }: MessageEvent<FromShield>) => {
    if (data.kind === "listening") return listening.resolve(data.port);
    if (data.kind === "failed") {
      worker.terminate();
      // Nothing more is heard of those whom it had let through.
      guests.clear();
      onGone();
      return failed.reject(new Error(data.message));
    }
    if (data.kind === "cut") return onCut(data.reason);
    if (data.kind === "introduced") {
      guests.set(data.port, data.guest);
      return worker.postMessage(data.port);
    }
    guests.delete(data.port);
    onGone();
  };
  return {
    port: await Promise.race([listening.promise, failed.promise]),
    failed: failed.promise,
    guestAt: (port) => guests.get(port),
    async stop() {
      while (guests.size > 0) await new Promise<void>((resolve) => onGone = resolve);
      worker.terminate();
    },
  };
}
