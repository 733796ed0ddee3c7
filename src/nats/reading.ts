// What all readings of a stream have in common: how NATS is asked, and how the end of one is noticed.

import type { ConsumerMessages } from "./library.ts";

/** How a reading asks NATS. */
export const READING = {
  /** Messages that NATS may send before it is asked again. */
  max_messages: 1_000,
  /** NATS says every so often that there is nothing new; twice nothing, and the reading has ended. */
  idle_heartbeat: 1_000,
  abort_on_missing_resource: true,
} as const;

/** A reading under way. */
export interface Reading {
  /** As {@linkcode endOf} says. */
  readonly ended: Promise<unknown>;
  stop(): void;
}

/**
 * Resolves when `messages` have ended, with an error unless they were told to; or when nothing comes any
 * more, and then they are still to be stopped.
 */
export async function endOf(messages: ConsumerMessages): Promise<unknown> {
  // The client would ask whether its consumer is still there, and again half a minute later; when it was on
  // a server of NATS that is gone, nobody answers that.
  for await (const { type } of messages.status()) {
    if (type === "heartbeats_missed") return new Error("NATS has gone silent");
  }
  return await messages.closed();
}

/** Waits for `read`. @throws when `reading` has ended before; it is stopped then. */
export async function unlessEnded(reading: Reading, read: Promise<void>): Promise<void> {
  const ended = reading.ended.then((error) => {
    throw error instanceof Error ? error : new Error("The reading was ended");
  });
  try {
    await Promise.race([read, ended]);
  } catch (error) {
    // Otherwise what comes for it later would gather, and nobody would take it.
    reading.stop();
    throw error;
  }
}
