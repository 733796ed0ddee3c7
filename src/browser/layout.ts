// Which rows stand where: days above their first message, "New" above the first that is, and a name
// above the first of a group only. Arithmetic on entries; makes nothing.

import { type Authored, continuesGroup } from "../grouping.ts";
import { type Entry, isStored, type MessageEntry } from "./timeline.ts";

/** One row. */
export type Slot =
  /** `key` tells the rows of one day apart, should its messages not all stand together. */
  | { readonly kind: "day"; readonly day: string; readonly key: string }
  | { readonly kind: "new" }
  | { readonly kind: "entry"; readonly entry: Entry; readonly follows: boolean };

/** What {@linkcode layOut} goes by. */
export interface LayoutOptions {
  /** The `seq` of the last message before these, when there is one. */
  readonly seqBefore: number | undefined;
  /** The `seq` of the first new message, when there is one. */
  readonly newFrom: number | undefined;
  /** The time of what has none yet, ISO 8601. */
  readonly now: string;
  /** The day of an ISO 8601 time, where the reader is. */
  readonly dayOf: (time: string) => string;
}

/** Lays `entries` out. */
export function layOut(entries: readonly Entry[], options: LayoutOptions): Slot[] {
  const { newFrom, now, dayOf } = options;
  const slots: Slot[] = [];
  let day: string | undefined;
  let group: Authored | undefined;
  let isNew = newFrom === undefined || (options.seqBefore ?? -1) >= newFrom;
  for (const entry of entries) {
    if (isStored(entry)) {
      const its = dayOf(entry.time);
      if (its !== day) {
        slots.push({ kind: "day", day: its, key: `${its} ${entry.id}` });
        day = its;
        group = undefined;
      }
      if (!isNew && newFrom !== undefined && entry.seq >= newFrom) {
        slots.push({ kind: "new" });
        isNew = true;
        group = undefined;
      }
    }
    const authored = entry.kind === "message" ? authoredOf(entry, now) : undefined;
    const follows = authored !== undefined && group !== undefined &&
      continuesGroup(group, authored);
    if (!follows) group = authored;
    slots.push({ kind: "entry", entry, follows });
  }
  return slots;
}

function authoredOf({ name, time = "" }: MessageEntry, now: string): Authored {
  return { name, time: time === "" ? now : time };
}
