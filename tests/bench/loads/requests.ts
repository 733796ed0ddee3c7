// HTTP: the page again and again, and messages by POST.

import { idOf, textOf } from "../dialects.ts";
import { HttpConnection } from "../http_connection.ts";
import { percentile } from "../statistics.ts";
import { startLap } from "../stopwatch.ts";
import { busy, type Measurements, startCommits, type Target } from "./target.ts";

type Ask = (connection: HttpConnection) => Promise<void>;

/** `GET /` from `together` connections, of a room in which `messages` were said. */
export async function page(
  target: Target,
  size: { together: number; messages: number; warmUpSeconds: number; seconds: number },
): Promise<Measurements> {
  await repeat(target, { together: 1, requests: size.messages }, poster());
  const get: Ask = (connection) => connection.ask("GET", "/", 200);
  await repeat(target, { together: size.together, seconds: size.warmUpSeconds }, get);
  return await repeat(target, { together: size.together, seconds: size.seconds }, get);
}

/** `POST /messages` with `together` of them under way at any time; each answer is a message stored. */
export async function post(
  target: Target,
  size: { together: number; warmUpSeconds: number; seconds: number },
): Promise<Measurements> {
  const say = poster();
  await repeat(target, { together: size.together, seconds: size.warmUpSeconds }, say);
  const commits = await startCommits(target);
  return { ...await repeat(target, size, say), ...await commits() };
}

function poster(): Ask {
  let said = 0;
  return async (connection) => {
    const number = ++said;
    const body = { name: "Poster", id: idOf(number), text: textOf(number) };
    await connection.ask("POST", "/messages", 201, JSON.stringify(body));
  };
}

async function repeat(
  { port, pids }: Target,
  { together, seconds, requests = Infinity }: {
    together: number;
    seconds?: number;
    requests?: number;
  },
  ask: Ask,
): Promise<Measurements> {
  const connections = await Promise.all(
    Array.from({ length: together }, () => HttpConnection.open(port)),
  );
  const waits: number[] = [];
  const endLap = startLap(pids);
  const until = performance.now() + (seconds ?? Infinity) * 1000;
  await Promise.all(connections.map(async (connection) => {
    while (waits.length < requests && performance.now() < until) {
      const askedAt = performance.now();
      await ask(connection);
      waits.push(performance.now() - askedAt);
    }
    connection.close();
  }));
  const lap = endLap();
  return {
    requestsPerSecond: waits.length / lap.seconds,
    requestsPerCpuSecond: waits.length / lap.serverCpu,
    p50Ms: percentile(waits, 0.5),
    p99Ms: percentile(waits, 0.99),
    ...busy(lap),
  };
}
