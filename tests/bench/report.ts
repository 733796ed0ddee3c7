// How a benchmark says what it measured: a table on standard output.

const encoder = new TextEncoder();

/** Prints a title and rows of a name and a value, in columns. */
export function report(title: string, rows: readonly (readonly [name: string, value: string])[]) {
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
  Deno.stdout.writeSync(encoder.encode(`${title}\n${lines.join("\n")}\n\n`));
}

/** The nearest-rank percentile of `values`, which need not be sorted; NaN when there are none. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? NaN;
}

/** Milliseconds with as many digits as make sense. */
export function ms(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 0)} ms`;
}

/** Bytes in mebibytes. */
export function mebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

/** A count, or a rate, with the thousands marked. */
export function count(value: number): string {
  return Math.round(value).toLocaleString("en");
}
