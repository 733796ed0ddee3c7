// Everyone says many things at once, all wait until everyone has heard everything, and again.

import { type Lap, startLap } from "../stopwatch.ts";
import { type Measurements, memoryMb, rates, startCommits, type Target } from "./target.ts";
import { Talk } from "./talk.ts";

/** `warmUp` bursts that do not count, then bursts for `seconds`. */
export async function burst(
  target: Target,
  size: { clients: number; messages: number; together: number; warmUp: number; seconds: number },
): Promise<Measurements> {
  const talk = await Talk.open(target, size.clients);
  for (let n = 0; n < size.warmUp; n++) await talk.prepare(size)();
  const commits = await startCommits(target);
  const until = performance.now() + size.seconds * 1000;
  const work = await repeat(target, { talk, ...size }, () => {
    return performance.now() >= until;
  });
  return {
    ...rates(work.deliveries, work.lap),
    deliveriesPerSecond: work.deliveries / work.seconds,
    ...await commits(),
  };
}

/**
 * Bursts until `total` messages were said, and what a delivery cost and the server had of memory on the
 * way: after each power of ten, in microseconds of processor time and MB.
 */
export async function age(
  target: Target,
  size: { clients: number; messages: number; together: number; total: number },
): Promise<Measurements> {
  const talk = await Talk.open(target, size.clients);
  const found: Measurements = {};
  for (let decade = 1_000; decade <= size.total; decade *= 10) {
    const { deliveries, lap } = await repeat(target, { talk, ...size }, () => {
      return talk.said >= decade;
    });
    found[`microsecondsTo${decade}`] = lap.serverCpu / deliveries * 1e6;
    found[`memoryMbAt${decade}`] = memoryMb(target);
  }
  return found;
}

// Burst after burst. `seconds` is the time of the bursts alone, and not of making the next one ready;
// processor time is all of it, for a server may still tidy up then.
async function repeat(
  { pids }: Target,
  { talk, messages, together }: { talk: Talk; messages: number; together: number },
  isDone: () => boolean,
): Promise<{ deliveries: number; seconds: number; lap: Lap }> {
  const endLap = startLap(pids);
  let deliveries = 0;
  let seconds = 0;
  while (!isDone()) {
    const send = talk.prepare({ messages, together });
    const startedAt = performance.now();
    deliveries += await send();
    seconds += (performance.now() - startedAt) / 1000;
  }
  return { deliveries, seconds, lap: endLap() };
}
