// What is made of many measurements.

/** The nearest-rank percentile of `values`, which need not be sorted; NaN when there are none. */
export function percentile(values: ArrayLike<number>, part: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? NaN;
}

/** The median of `values`; of an even count the lower one of the two in the middle. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}
