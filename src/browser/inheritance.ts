// What tabs that are gone for good left behind: another tab of the same person takes it over.

import type { Cancel } from "../clock.ts";
import type { KeyValueStorage, Timer } from "../client/platform.ts";
import { type ListedStorage, storageOf, type TabChannel } from "./tab.ts";

/** Tabs have this long to say that they are there; one that reloads at the same moment, too. */
export const ANSWER_MS = 1_000;

/** What {@linkcode inherit} needs. */
export interface InheritanceOptions {
  /** Of the tab that inherits. */
  readonly id: string;
  /** Shared by all tabs. */
  readonly shared: ListedStorage;
  readonly channel: TabChannel;
  readonly timer: Timer;
  readonly random: () => number;
  /** Under which names something may have been left. */
  readonly names: readonly string[];
  /**
   * Called with the storage of each tab that is gone. It must save first what it takes and then remove
   * it: taken twice does no harm, because every message has an id, but lost is lost.
   */
  readonly take: (left: KeyValueStorage) => void;
}

/** Takes over, once, when all tabs had time to say that they are there. */
export function inherit(options: InheritanceOptions): Cancel {
  const { id, shared, channel, timer, random, names, take } = options;
  const alive = new Set([id]);
  channel.addEventListener("message", ({ data }) => alive.add(data.id));
  channel.postMessage({ type: "who", id });
  // Not all at the same moment: the first one leaves nothing for the others.
  return timer.after(ANSWER_MS * (1 + random()), () => {
    for (const owner of ownersOf(names, shared)) {
      if (!alive.has(owner)) take(storageOf(shared, owner));
    }
  });
}

function ownersOf(names: readonly string[], shared: ListedStorage): Set<string> {
  const ids = names.flatMap((name) =>
    shared.keys()
      .filter((key) => key.startsWith(`${name}.`))
      .map((key) => key.slice(name.length + 1))
  );
  return new Set(ids);
}
