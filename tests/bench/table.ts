// The results as tables for people: medians of the rounds, and Parley's ratios to the others.

import type { Column } from "./loads.ts";
import { median } from "./statistics.ts";
import type { LoadResult, Row } from "./suite.ts";

/** A title and a table, a line each. */
export function renderLoad({ plan, rows }: LoadResult): string {
  const parley = rows.find(({ peer }) => peer === "parley");
  const head = [
    "",
    ...plan.columns.flatMap(({ title, compare }) => compare ? [title, "×"] : [title]),
  ];
  const body = rows.map((row) => [
    row.label,
    ...row.failed === undefined
      ? plan.columns.flatMap((column) => cells(column, { row, parley }))
      : [`failed: ${row.failed.split("\n")[0]}`],
  ]);
  return `${plan.name}: ${plan.what}\n\n${align([head, ...body])}\n`;
}

/** The median over the rounds; NaN when it was never measured. */
function medianOf(row: Row, key: string): number {
  return median(row.rounds.flatMap((round) => round[key] ?? []));
}

/** The median of the ratios of Parley to `row`, each of one round. */
export function ratioOf(row: Row, parley: Row, key: string): number {
  return median(row.rounds.flatMap((round, n) => {
    const ours = parley.rounds[n]?.[key];
    const theirs = round[key];
    return ours === undefined || theirs === undefined ? [] : ours / theirs;
  }));
}

function cells(column: Column, { row, parley }: { row: Row; parley: Row | undefined }): string[] {
  const { key, compare, digits = 0 } = column;
  const value = shown(medianOf(row, key), digits);
  if (!compare) return [value];
  const isPeer = parley !== undefined && parley !== row;
  return [value, isPeer ? shown(ratioOf(row, parley, key), 2) : ""];
}

function shown(value: number, digits: number): string {
  if (Number.isNaN(value)) return "";
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return value.toLocaleString("en", options);
}

/** Columns of one width: the first to the left, numbers to the right. */
function align(lines: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const line of lines) {
    line.forEach((cell, at) => widths[at] = Math.max(widths[at] ?? 0, cell.length));
  }
  return lines.map((line) =>
    line.map((cell, at) => at === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[at] ?? 0))
      .join("  ").trimEnd()
  ).join("\n");
}
