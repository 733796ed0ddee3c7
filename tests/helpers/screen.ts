// What somebody sees who looks at a terminal: the part of ECMA-48 that our programs and Node's readline
// write, on a grid of characters.

/** Twice as wide as others: East Asian wide characters and emoji. */
const WIDE =
  /[\u{1100}-\u{115F}\u{2E80}-\u{A4CF}\u{AC00}-\u{D7A3}\u{F900}-\u{FAFF}\u{FF00}-\u{FF60}]|\p{Emoji_Presentation}/u;

// deno-lint-ignore no-control-regex -- control characters are what it is about
const PART = /\x1b\[(?<parameters>[?\d;]*)(?<final>[A-Za-z])|[\x00-\x1f]|[^\x00-\x1f]/gsu;

/** Stands in the right half of a wide character. */
const RIGHT_HALF = "";

/** A screen. What leaves it at the top is gone. */
export class Screen {
  readonly height: number;
  /** What was switched on by `CSI ? number h`, and not off. */
  readonly modes = new Set<string>();
  #width: number;
  #grid: string[][] = [[]];
  #row = 0;
  // May be one beyond the last: a terminal only wraps when the next character comes.
  #column = 0;
  #written = "";

  constructor(width: number, height: number) {
    this.#width = width;
    this.height = height;
  }

  /** The rows without white space at their ends, without the empty ones at the bottom. */
  get rows(): string[] {
    const rows = this.#grid.map((cells) =>
      Array.from(cells, (cell) => cell ?? " ").join("").trimEnd()
    );
    while (rows.at(-1) === "" && rows.length - 1 > this.#row) rows.pop();
    return rows;
  }

  /** Everything that programs wrote, as they wrote it. */
  get written(): string {
    return this.#written;
  }

  /** A program writes `text`. */
  write(text: string): void {
    this.#written += text;
    for (const { 0: part, groups } of text.matchAll(PART)) {
      if (groups?.["final"] !== undefined) this.#obey(groups["final"], groups["parameters"] ?? "");
      else if (part < " ") this.#control(part);
      else this.#put(part);
    }
  }

  #control(character: string): void {
    if (character === "\r") this.#column = 0;
    if (character === "\n") this.#lineFeed();
    if (character === "\b") this.#column = Math.max(0, this.#column - 1);
    if (character === "\t") this.#column = Math.min(this.#width - 1, (this.#column | 7) + 1);
  }

  #put(character: string): void {
    const width = WIDE.test(character) ? 2 : 1;
    if (this.#column + width > this.#width) {
      this.#column = 0;
      this.#lineFeed();
    }
    const cells = this.#cells(this.#row);
    cells[this.#column] = character;
    if (width === 2) cells[this.#column + 1] = RIGHT_HALF;
    this.#column += width;
  }

  #lineFeed(): void {
    this.#row++;
    if (this.#row < this.height) return;
    this.#grid.shift();
    this.#row--;
  }

  #cells(row: number): string[] {
    while (this.#grid.length <= row) this.#grid.push([]);
    return this.#grid[row] ?? [];
  }

  #obey(final: string, parameters: string): void {
    const count = Number(parameters) || 1;
    const column = Math.min(this.#column, this.#width - 1);
    if (final === "A") this.#row = Math.max(0, this.#row - count);
    else if (final === "B") this.#row = Math.min(this.height - 1, this.#row + count);
    else if (final === "C") this.#column = Math.min(this.#width - 1, column + count);
    else if (final === "D") this.#column = Math.max(0, column - count);
    else if (final === "G") this.#column = count - 1;
    else if (final === "J") this.#clearDown();
    else if (final === "K") this.#cells(this.#row).length = this.#column;
    else if (final === "h") this.modes.add(parameters);
    else if (final === "l") this.modes.delete(parameters);
    else if (final !== "m") throw new Error(`The screen does not know CSI ${parameters}${final}`);
  }

  #clearDown(): void {
    this.#grid.splice(this.#row + 1);
    const cells = this.#cells(this.#row);
    cells.length = Math.min(cells.length, this.#column);
  }
}
