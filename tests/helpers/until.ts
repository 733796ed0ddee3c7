// Waiting for what nobody tells of: it happens in other sockets, other nodes, other processes.

import { DEADLINE_MS } from "./deadline.ts";

const PAUSE_MS = 10;

/**
 * Looks again and again until `holds`. Resolves with how long that took, in milliseconds.
 *
 * @throws {Error} with `what`, when that takes longer than `withinMs`; a function can say how far it came.
 */
export async function until(
  what: string | (() => string),
  holds: () => boolean | Promise<boolean>,
  withinMs = DEADLINE_MS,
): Promise<number> {
  const startedAt = performance.now();
  while (!await holds()) {
    if (performance.now() - startedAt > withinMs) {
      throw new Error(`Not within ${withinMs} ms: ${typeof what === "string" ? what : what()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return performance.now() - startedAt;
}
