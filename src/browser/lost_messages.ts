// Fetches what a reader missed, as far as the server still has it.

import type { decodeLog } from "../client/frames.ts";
import type { Message } from "../message.ts";
import type { GapEntry, Timeline } from "./timeline.ts";

/** The server has at most some thousand messages and gives a thousand at a time. */
const MAX_REQUESTS = 5;

/** What {@linkcode loadMissed} needs. */
export interface LostMessagesOptions {
  readonly timeline: Timeline;
  readonly decode: typeof decodeLog;
  /** The gap is other than before. */
  readonly changed: () => void;
}

/** Puts in the place of `gap` what the server still has of it; without one it is offered again. */
export async function loadMissed(gap: GapEntry, options: LostMessagesOptions): Promise<void> {
  const { timeline, decode, changed } = options;
  gap.state = "loading";
  changed();
  try {
    timeline.fill(gap, await fetchMissed(gap, decode));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // No connection: it can be tried again.
    gap.state = "offered";
  }
  changed();
}

/**
 * The messages in `gap` that the server still has.
 *
 * @throws {TypeError} when the server cannot be reached or answers something else.
 */
async function fetchMissed(
  { after, before }: GapEntry,
  decode: typeof decodeLog,
): Promise<Message[]> {
  const found: Message[] = [];
  for (let request = 0; request < MAX_REQUESTS; request++) {
    const since = found.at(-1)?.seq ?? after;
    const response = await fetch(`/messages.json?since=${since}`, { cache: "no-store" });
    const messages = response.ok ? decode(await response.text()) : undefined;
    if (messages === undefined) throw new TypeError("Cannot load: the server gave no messages");
    const fresh = messages.filter(({ seq }) => seq > since && seq < before);
    found.push(...fresh);
    // It gave messages from beyond the gap, or none: there are no more in it.
    if (fresh.length === 0 || fresh.length < messages.length) break;
  }
  return found;
}
