// Connections themselves: what one costs while nothing is said, and how fast they come.

import { ChatSocket, openAll } from "../chat_socket.ts";
import { startLap } from "../stopwatch.ts";
import { busy, type Measurements, memoryMb, socketOptions, type Target } from "./target.ts";

/** Memory of the server for each of `connections`, after `restSeconds`; the first ones do not count. */
export async function idle(
  target: Target,
  size: { warmUp: number; connections: number; restSeconds: number },
): Promise<Measurements> {
  const options = socketOptions(target, { onMessage: () => {}, bufferBytes: 1024 });
  const rest = () => new Promise((resolve) => setTimeout(resolve, size.restSeconds * 1000));
  await openAll(size.warmUp, options);
  await rest();
  const before = memoryMb(target);
  await openAll(size.connections, options);
  await rest();
  return { kibPerConnection: (memoryMb(target) - before) * 1024 / size.connections };
}

/** Connections a second: opened until the server has said its first word, and broken off. */
export async function connect(
  target: Target,
  size: { together: number; warmUp: number; connections: number },
): Promise<Measurements> {
  const options = socketOptions(target, { onMessage: () => {}, bufferBytes: 1024 });
  async function openAndClose(count: number): Promise<void> {
    let left = count;
    await Promise.all(Array.from({ length: size.together }, async () => {
      while (left-- > 0) (await ChatSocket.open(options)).close();
    }));
  }
  await openAndClose(size.warmUp);
  const endLap = startLap(target.pids);
  await openAndClose(size.connections);
  const lap = endLap();
  return {
    connectionsPerSecond: size.connections / lap.seconds,
    connectionsPerCpuSecond: size.connections / lap.serverCpu,
    ...busy(lap),
  };
}
