// A file call that a test holds back, as a disk does that does not answer.

import type { FilePlace } from "./file_place.ts";

/** One call, from when it is held to when it is let go. */
export interface HeldCall {
  /** Resolves when the call is about to be made. */
  readonly reached: Promise<void>;
  /** Lets it go; it fails with `error` when there is one. */
  readonly release: (error?: Error) => void;
}

/** Holds the next call of that name in `place`; those after it pass once it is released. */
export function hold(place: FilePlace, name: string): HeldCall {
  const reached = Promise.withResolvers<void>();
  const released = Promise.withResolvers<Error | undefined>();
  let isHeld = false;
  place.files.before = async (call) => {
    if (call.name !== name || isHeld) return;
    isHeld = true;
    reached.resolve();
    const error = await released.promise;
    if (error !== undefined) throw error;
  };
  return { reached: reached.promise, release: released.resolve };
}
