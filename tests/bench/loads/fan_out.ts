// One speaks and many read: one message after another, each when everyone has the one before.

import { textFrames } from "../../helpers/wire_frame.ts";
import { openAll } from "../chat_socket.ts";
import { DIALECTS } from "../dialects.ts";
import { percentile } from "../statistics.ts";
import { startLap } from "../stopwatch.ts";
import { type Measurements, rates, socketOptions, startCommits, type Target } from "./target.ts";

/** `warmUp` messages that do not count, then `messages`. The sender reads too. */
export async function fanOut(
  target: Target,
  size: { readers: number; warmUp: number; messages: number },
): Promise<Measurements> {
  const { readers, warmUp, messages } = size;
  const latencies = new Float64Array(messages * readers);
  const last: number[] = [];
  let sentAt = 0;
  let missing = 0;
  let count = 0;
  let whenAllHaveIt = Promise.withResolvers<void>();
  const onMessage = () => {
    latencies[count++] = performance.now() - sentAt;
    if (--missing === 0) whenAllHaveIt.resolve();
  };
  const sockets = await openAll(readers, socketOptions(target, { onMessage }));
  const dialect = DIALECTS[target.dialect];
  const [sender] = sockets;
  await sender?.join(dialect, "Sender");

  async function sendOne(number: number): Promise<void> {
    const frame = textFrames([dialect.say(number, "Sender")]);
    whenAllHaveIt = Promise.withResolvers();
    missing = readers;
    sentAt = performance.now();
    await sender?.write(frame);
    await whenAllHaveIt.promise;
    last.push(performance.now() - sentAt);
  }

  for (let n = 1; n <= warmUp; n++) await sendOne(n);
  const commits = await startCommits(target);
  count = 0;
  last.length = 0;
  const endLap = startLap(target.pids);
  for (let n = 1; n <= messages; n++) await sendOne(warmUp + n);
  const lap = endLap();
  return {
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    lastP50Ms: percentile(last, 0.5),
    ...rates(messages * readers, lap),
    microsecondsPerDelivery: lap.serverCpu / (messages * readers) * 1e6,
    ...await commits(),
  };
}
