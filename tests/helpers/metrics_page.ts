// What `GET /metrics` says, as numbers.

/** Reads the samples of a server; a sample is named as it stands there, with its labels. */
export async function readMetrics(url: string): Promise<ReadonlyMap<string, number>> {
  const response = await fetch(new URL("/metrics", url));
  return parseMetrics(await response.text());
}

/** Reads the Prometheus text format, as far as the server uses it. */
export function parseMetrics(text: string): ReadonlyMap<string, number> {
  const samples = new Map<string, number>();
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const space = line.lastIndexOf(" ");
    samples.set(line.slice(0, space), Number(line.slice(space + 1)));
  }
  return samples;
}

/** Asks again until `wanted` holds; the counts of sockets that broke follow a moment later. */
export async function untilMetrics(
  url: string,
  wanted: (metrics: ReadonlyMap<string, number>) => boolean,
): Promise<ReadonlyMap<string, number>> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    const metrics = await readMetrics(url);
    if (wanted(metrics)) return metrics;
    if (performance.now() > deadline) {
      throw new Error(`The metrics never became as wanted: ${Deno.inspect(metrics)}`);
    }
  }
}
