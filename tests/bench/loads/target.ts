// The server that a load goes to, and what all loads need of it.

import { readMetrics } from "../../helpers/metrics_page.ts";
import { residentMb } from "../../helpers/process_facts.ts";
import type { ChatSocketOptions } from "../chat_socket.ts";
import { type DialectName, DIALECTS } from "../dialects.ts";
import { quantileBetween } from "../histogram.ts";
import type { Lap } from "../stopwatch.ts";

/** Where to, and in which words. */
export interface Target {
  readonly port: number;
  /** All processes of the server. */
  readonly pids: readonly number[];
  readonly dialect: DialectName;
}

/** Resident megabytes of the server. */
export function memoryMb({ pids }: Target): number {
  return pids.reduce((sum, pid) => sum + residentMb(pid), 0);
}

/** What a load has measured; the units are in the names. */
export type Measurements = Record<string, number>;

/** How to open a socket to `target`. */
export function socketOptions(
  { port, dialect }: Target,
  options: Pick<ChatSocketOptions, "onMessage" | "bufferBytes">,
): ChatSocketOptions {
  return { port, dialect: DIALECTS[dialect], ...options };
}

/** What every load of deliveries says: how many a second, and what they cost. */
export function rates(deliveries: number, lap: Lap): Measurements {
  return {
    deliveriesPerSecond: deliveries / lap.seconds,
    deliveriesPerCpuSecond: deliveries / lap.serverCpu,
    ...busy(lap),
  };
}

/** Processors that were busy: with the server, with the load, and with whatever else runs here. */
export function busy({ seconds, serverCpu, loadCpu, othersCpu }: Lap): Measurements {
  return {
    serverBusy: serverCpu / seconds,
    loadBusy: loadCpu / seconds,
    othersBusy: othersCpu / seconds,
  };
}

/** What a server that stores says of its commits; nothing for the others. */
export async function startCommits(target: Target): Promise<() => Promise<Measurements>> {
  // Of several nodes on one port another one may answer each time.
  if (target.dialect !== "parley" || target.pids.length > 1) return () => Promise.resolve({});
  const read = async () => {
    const metrics = await readMetrics(`http://127.0.0.1:${target.port}`);
    const value = (name: string) => metrics.get(name) ?? NaN;
    return {
      metrics,
      commits: value("chat_store_commits_total"),
      seconds: value("chat_store_commit_seconds_sum"),
      messages: value("chat_messages_total"),
      frames: value("chat_frames_sent_total"),
      deliveries: value("chat_deliveries_total"),
    };
  };
  const before = await read();
  return async () => {
    const after = await read();
    const commits = after.commits - before.commits;
    return {
      commitMs: (after.seconds - before.seconds) / commits * 1000,
      commitP99Ms: 1000 *
        quantileBetween([before.metrics, after.metrics], "chat_store_commit_seconds", 0.99),
      messagesPerCommit: (after.messages - before.messages) / commits,
      messagesPerFrame: (after.deliveries - before.deliveries) / (after.frames - before.frames),
    };
  };
}
