// No test waits for ever: what does not come in time fails, and says what did not come.

/** Long, because it only ends tests that would fail anyway; a busy machine is no failure. */
export const DEADLINE_MS = 15_000;

/**
 * Resolves as `promise` does.
 *
 * @throws {Error} with what `describe` says, when that takes longer than 15 seconds.
 */
export async function withDeadline<T>(promise: Promise<T>, describe: () => string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new Error(`Not within ${DEADLINE_MS} ms: ${describe()}`));
  }, DEADLINE_MS);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
