// Calls when a day ends where the reader is.

import type { Timer } from "../client/platform.ts";
import { untilMidnight } from "./times.ts";

/** Runs `task` at every local midnight, for good. */
export function atMidnight(timer: Timer, task: () => void): void {
  timer.after(untilMidnight(new Date()), () => {
    task();
    atMidnight(timer, task);
  });
}
