// Which messages belong together: the name stands above the first of them only.

import type { Message } from "./message.ts";

/** A group is at most this long: later than this after its first message another begins. */
export const GROUP_MS = 5 * 60 * 1000;

/** The author and the time of a message. */
export type Authored = Pick<Message, "name" | "time">;

/** Whether `next` belongs to the group that `first` began; that they are of one day is not asked. */
export function continuesGroup(first: Authored, next: Authored): boolean {
  const passed = Date.parse(next.time) - Date.parse(first.time);
  // A server whose clock was set back begins a new group, too.
  return first.name === next.name && passed >= 0 && passed <= GROUP_MS;
}
