// Brings what the page can do without for a moment.

import { Backoff } from "../client/backoff.ts";
import type { Timer } from "../client/platform.ts";

/** What `/extras.js` has. */
export type Extras = typeof import("./extras.ts");

/**
 * Loads `/extras.js` once the script that calls this is done, and tries again for as long as it cannot be
 * had. What is to be done with it waits for the promise, which is never rejected.
 */
export function loadExtras(timer: Timer): Promise<Extras> {
  const backoff = new Backoff(Math.random);
  return new Promise((resolve) => {
    function load(attempt: number): void {
      // Put together here, so that the bundler leaves it alone; and browsers remember what failed.
      const url = new URL(`/extras.js${attempt === 0 ? "" : `?${attempt}`}`, location.href);
      import(url.href).then(
        resolve,
        () => timer.after(backoff.next(), () => load(attempt + 1)),
      );
    }
    timer.after(0, () => load(0));
  });
}
