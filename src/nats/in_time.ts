// Work that is only worth something when it is done in time.

import type { Clock } from "../clock.ts";

/** How long work may take. */
export interface InTimeOptions {
  readonly clock: Pick<Clock, "after">;
  readonly ms: number;
}

/**
 * What `work` resolves with. It goes on after its time, and may ask whether it is too late.
 *
 * @throws what `work` rejects with, or that it is late.
 */
export async function inTime<T>(
  { clock, ms }: InTimeOptions,
  work: (isLate: () => boolean) => Promise<T>,
): Promise<T> {
  let isLate = false;
  const late = Promise.withResolvers<never>();
  const cancel = clock.after(ms, () => {
    isLate = true;
    late.reject(new Error(`There was no answer within ${ms} ms`));
  });
  try {
    return await Promise.race([work(() => isLate), late.promise]);
  } finally {
    cancel();
  }
}
