// A room at work: many clients, each now and then says something, and it matters how soon it is seen.

import { textFrames } from "../../helpers/wire_frame.ts";
import { openAll } from "../chat_socket.ts";
import { DIALECTS } from "../dialects.ts";
import { percentile } from "../statistics.ts";
import { startLap } from "../stopwatch.ts";
import { type Measurements, rates, socketOptions, startCommits, type Target } from "./target.ts";

/** `clients` in turn say `perSecond` messages a second together, for `seconds` after `warmUpSeconds`. */
export async function latency(
  target: Target,
  size: { clients: number; perSecond: number; warmUpSeconds: number; seconds: number },
): Promise<Measurements> {
  const { clients, perSecond } = size;
  const warmUp = Math.round(size.warmUpSeconds * perSecond);
  const total = warmUp + Math.round(size.seconds * perSecond);
  const sentAt = new Float64Array(total + 1);
  const latencies = new Float64Array((total - warmUp) * clients);
  let counted = 0;
  let missing = total * clients;
  const allIsThere = Promise.withResolvers<void>();
  const onMessage = (number: number) => {
    if (number > warmUp) latencies[counted++] = performance.now() - (sentAt[number] ?? NaN);
    if (--missing === 0) allIsThere.resolve();
  };
  const sockets = await openAll(clients, socketOptions(target, { onMessage }));
  const dialect = DIALECTS[target.dialect];
  await Promise.all(sockets.map((socket, n) => socket.join(dialect, `Client ${n}`)));

  async function say(from: number, to: number): Promise<void> {
    const startedAt = performance.now();
    for (let number = from; number <= to; number++) {
      const rest = startedAt + (number - from + 1) * 1000 / perSecond - performance.now();
      if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
      const frame = textFrames([dialect.say(number, `Client ${number % clients}`)]);
      sentAt[number] = performance.now();
      await sockets[number % clients]?.write(frame);
    }
  }

  await say(1, warmUp);
  const commits = await startCommits(target);
  const endLap = startLap(target.pids);
  await say(warmUp + 1, total);
  await allIsThere.promise;
  const lap = endLap();
  return {
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    maxMs: percentile(latencies, 1),
    ...rates(latencies.length, lap),
    ...await commits(),
  };
}
