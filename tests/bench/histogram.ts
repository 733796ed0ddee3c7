// What a histogram of Prometheus says about the time between two readings of it.

/** Samples of a server, named as in the text format. */
export type Samples = ReadonlyMap<string, number>;

/**
 * The quantile `part` of what `name` has observed between two readings; NaN when that is nothing. As
 * `histogram_quantile` of PromQL has it: within a bucket all values are taken for evenly spread.
 */
export function quantileBetween(
  [before, after]: readonly [Samples, Samples],
  name: string,
  part: number,
): number {
  const buckets = [...after.keys()].flatMap((sample) => {
    const le = sample.startsWith(`${name}_bucket`) && /le="([^"]+)"/.exec(sample)?.[1];
    const count = (after.get(sample) ?? 0) - (before.get(sample) ?? 0);
    return le ? [{ most: le === "+Inf" ? Infinity : Number(le), count }] : [];
  });
  const wanted = (buckets.at(-1)?.count ?? 0) * part;
  let below = { most: 0, count: 0 };
  for (const bucket of buckets) {
    if (bucket.count >= wanted && wanted > 0) {
      const share = (wanted - below.count) / (bucket.count - below.count);
      // Above the last bound nothing is known but the bound.
      return bucket.most === Infinity
        ? below.most
        : below.most + share * (bucket.most - below.most);
    }
    below = bucket;
  }
  return NaN;
}
