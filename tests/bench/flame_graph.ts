// A call tree as an SVG: as wide as the time it took, callers above, whose code it is by colour.

import { escape } from "@std/html/entities";
import type { Call, Owner } from "./call_tree.ts";

const WIDTH = 1200;
const ROW = 18;
const TOP = 48;

/** What is narrower cannot be seen. */
const MIN_WIDTH = 0.8;

/** The width of a letter, about. */
const LETTER = 6.6;

const COLOURS: Record<Owner, { fill: string; label: string }> = {
  parley: { fill: "#7fc8a9", label: "Parley" },
  deno: { fill: "#8fb8de", label: "Deno's own JavaScript" },
  package: { fill: "#f3c178", label: "packages" },
  engine: { fill: "#cfcfcf", label: "native: calls into Deno and V8" },
};

/** Draws `root` with all below it. */
export function renderFlameGraph(root: Call, title: string): string {
  const boxes: string[] = [];
  let depth = 0;
  function draw(call: Call, at: { x: number; level: number }): void {
    const width = call.microseconds / root.microseconds * WIDTH;
    if (width < MIN_WIDTH) return;
    depth = Math.max(depth, at.level + 1);
    boxes.push(box(call, { ...at, width, share: call.microseconds / root.microseconds }));
    let { x } = at;
    for (const each of [...call.calls.values()].sort((a, b) => b.microseconds - a.microseconds)) {
      draw(each, { x, level: at.level + 1 });
      x += each.microseconds / root.microseconds * WIDTH;
    }
  }
  draw(root, { x: 0, level: 0 });
  const height = TOP + depth * ROW + 4;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" ` +
    `font-family="ui-monospace, monospace" font-size="11">\n` +
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>\n` +
    `<text x="4" y="16" font-size="14">${escape(title)}</text>\n${legend()}\n${
      boxes.join("\n")
    }\n</svg>\n`;
}

interface Place {
  readonly x: number;
  readonly level: number;
  readonly width: number;
  readonly share: number;
}

function box({ name, owner }: Call, { x, level, width, share }: Place): string {
  const y = TOP + level * ROW;
  const letters = Math.floor((width - 6) / LETTER);
  const shown = name.length <= letters ? name : `${name.slice(0, Math.max(0, letters - 1))}…`;
  const label = letters < 3
    ? ""
    : `<text x="${round(x + 3)}" y="${y + 13}">${escape(shown)}</text>`;
  return `<g><title>${escape(name)}: ${(share * 100).toFixed(1)} %</title>` +
    `<rect x="${round(x)}" y="${y}" width="${round(width - 0.4)}" height="${ROW - 1}" ` +
    `fill="${COLOURS[owner].fill}"/>${label}</g>`;
}

function legend(): string {
  return Object.values(COLOURS).map(({ fill, label }, n) => {
    const x = 4 + n * 230;
    return `<rect x="${x}" y="24" width="12" height="12" fill="${fill}"/>` +
      `<text x="${x + 18}" y="34">${label}</text>`;
  }).join("\n");
}

function round(value: number): string {
  return String(Number(value.toFixed(1)));
}
