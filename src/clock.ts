// Time, as an argument: what needs it takes a `Clock`, so that tests can turn the hands.

/** Calls off a task that has not run yet; calling it again changes nothing. */
export type Cancel = () => void;

/** The two times of a server and its only timer. */
export interface Clock {
  /** Milliseconds since some fixed moment; never jumps, unlike the time of day. */
  now(): number;
  /** The time of day, for people. */
  date(): Date;
  /** Runs `task` once, `delayMs` from now. */
  after(delayMs: number, task: () => void): Cancel;
}

/** The real one. */
export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => new Date(),
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Runs `task` every `intervalMs` until cancelled, also after a `task` that threw. */
export function every(clock: Clock, intervalMs: number, task: () => void): Cancel {
  let cancel = clock.after(intervalMs, tick);
  function tick(): void {
    cancel = clock.after(intervalMs, tick);
    task();
  }
  return () => cancel();
}
