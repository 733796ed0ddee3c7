// Who came and who went, told calmly: what belongs together in one row, and nothing of those who were
// only away, or only here, for a moment.

import type { Cancel } from "../clock.ts";
import type { Timer } from "../client/platform.ts";
import type { PresenceEntry, Timeline } from "./timeline.ts";

/** Being away, or here, for less than this is not mentioned. */
export const BLIP_MS = 10_000;
/** The server tells that somebody left only after this long (see `src/presence.ts`). */
export const SERVER_LAG_MS = 5_000;

/** What a {@linkcode Comings} needs. */
export interface ComingsOptions {
  readonly timeline: Timeline;
  readonly timer: Timer;
  /** Something in `entry` is other than before. */
  readonly changed: (entry: PresenceEntry) => void;
}

/** The rows about people. */
export class Comings {
  readonly #options: ComingsOptions;
  // Came a moment ago, and where that is told.
  readonly #fresh = new Map<string, { entry: PresenceEntry; cancel: Cancel }>();
  // Left a moment ago, which is not told yet.
  readonly #leaving = new Map<string, Cancel>();

  constructor(options: ComingsOptions) {
    this.#options = options;
  }

  /** These came. */
  joined(names: readonly string[]): void {
    const { timer } = this.#options;
    for (const name of names) {
      const cancelLeaving = this.#leaving.get(name);
      this.#leaving.delete(name);
      if (cancelLeaving !== undefined) {
        cancelLeaving();
        continue;
      }
      const entry = this.#tell(name, "joined");
      this.#fresh.get(name)?.cancel();
      const cancel = timer.after(BLIP_MS + SERVER_LAG_MS, () => this.#fresh.delete(name));
      this.#fresh.set(name, { entry, cancel });
    }
  }

  /** These left. */
  left(names: readonly string[]): void {
    const { timer } = this.#options;
    for (const name of names) {
      const fresh = this.#fresh.get(name);
      if (fresh !== undefined) {
        this.#fresh.delete(name);
        fresh.cancel();
        this.#untell(name, fresh.entry);
        continue;
      }
      this.#leaving.get(name)?.();
      this.#leaving.set(
        name,
        timer.after(BLIP_MS - SERVER_LAG_MS, () => {
          this.#leaving.delete(name);
          this.#tell(name, "left");
        }),
      );
    }
  }

  #tell(name: string, what: "joined" | "left"): PresenceEntry {
    const entry = this.#options.timeline.presence();
    // In one row only the last counts: who left and came back is here.
    entry.joined.delete(name);
    entry.left.delete(name);
    entry[what].add(name);
    this.#options.changed(entry);
    return entry;
  }

  #untell(name: string, entry: PresenceEntry): void {
    entry.joined.delete(name);
    if (entry.joined.size + entry.left.size === 0) this.#options.timeline.remove(entry);
    this.#options.changed(entry);
  }
}
