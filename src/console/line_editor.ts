// The line at the bottom of a terminal that somebody types on, and rows that appear above it. Node's
// readline edits the line; this adds what a chat needs of it.

import process from "node:process";
import * as readline from "node:readline";
import { PassThrough } from "node:stream";
import { LINE_BREAK, PASTE_MARKS_OFF, PASTE_MARKS_ON, PasteReader } from "./paste.ts";

/** Typed lines that the arrow keys bring back. */
const HISTORY_LINES = 200;

/** What a {@linkcode LineEditor} tells. */
export interface LineEditorOptions {
  /** Enter was pressed; what was typed is gone from the screen. */
  readonly typed: (text: string) => void;
  /** Ctrl+C, Ctrl+D, {@linkcode LineEditor.close}, or the terminal is gone. */
  readonly left: () => void;
}

/** A line to type on. Uses standard input and output, which must be a terminal. */
export class LineEditor {
  readonly #line: readline.Interface;
  // Rows of the typed line above its last one, as of the last Enter.
  #height = 0;
  // Whether the cursor stands on the typed line.
  #isShown = false;
  #isClosed = false;

  constructor({ typed, left }: LineEditorOptions) {
    const { stdin, stdout } = process;
    const keys = readKeys();
    const line = readline.createInterface({
      input: keys,
      output: stdout,
      terminal: true,
      prompt: "> ",
      historySize: HISTORY_LINES,
    });
    this.#line = line;
    // Both before readline's own listeners: its key is about to be handled, its line to be redrawn.
    keys.prependListener("keypress", (_, key: readline.Key) => this.#pressed(key));
    stdout.prependListener("resize", () => this.#resized());
    line.on("line", (text) => {
      this.#erase();
      typed(text.replaceAll(LINE_BREAK, "\n"));
    });
    line.on("SIGINT", () => this.close());
    // Stopping would hang: `deno task` does not stop with its child, so the shell does not take over.
    line.on("SIGTSTP", () => {});
    line.on("close", () => {
      this.#isClosed = true;
      stdin.setRawMode(false);
      stdout.write(`${this.#isShown ? "\n" : ""}${PASTE_MARKS_OFF}`);
      left();
    });
    stdout.write(PASTE_MARKS_ON);
    this.prompt();
  }

  /** Writes `rows` above the line that is being typed, however high it is, and puts that back. */
  print(rows: readonly string[]): void {
    const { stdout } = process;
    if (this.#isClosed) return void stdout.write(`${rows.join("\n")}\n`);
    const above = this.#line.getCursorPos().rows;
    readline.moveCursor(stdout, 0, -above);
    readline.cursorTo(stdout, 0);
    readline.clearScreenDown(stdout);
    // Drawing the typed line again begins with going up to where it was; that far down it must be.
    stdout.write(`${rows.join("\n")}\n${"\n".repeat(above)}`);
    this.#isShown = true;
    this.#line.prompt(true);
  }

  /** Shows an empty line to type on. */
  prompt(): void {
    this.#isShown = true;
    this.#line.prompt();
  }

  /** Gives the terminal back. */
  close(): void {
    if (this.#isClosed) return;
    this.#toEnd();
    this.#line.close();
  }

  #pressed({ name }: readline.Key): void {
    if (name !== "return" && name !== "enter") return;
    this.#toEnd();
    this.#height = this.#line.getCursorPos().rows;
  }

  #toEnd(): void {
    this.#line.write(null, { ctrl: true, name: "e" });
  }

  // The cursor is below the typed line, which is to make room.
  #erase(): void {
    const { stdout } = process;
    this.#isShown = false;
    readline.moveCursor(stdout, 0, -this.#height - 1);
    readline.cursorTo(stdout, 0);
    readline.clearScreenDown(stdout);
  }

  // The terminal has wrapped the line anew by itself; readline would go up as far as it was high before
  // and draw over the rows above.
  #resized(): void {
    Object.assign(this.#line, { prevRows: this.#line.getCursorPos().rows });
  }
}

/** What is typed on the terminal, key by key, with what is pasted as one of them. */
function readKeys(): PassThrough {
  const { stdin } = process;
  const keys = new PassThrough();
  const pastes = new PasteReader();
  stdin.setRawMode(true);
  stdin.setEncoding("utf8");
  stdin.on("data", (chunk: string) => {
    for (const { text, isPasted } of pastes.read(chunk)) {
      // Pasted text at once: readline draws the line anew for every key. Events instead of writes, which
      // would come later than these.
      if (isPasted) keys.emit("keypress", text, {});
      else keys.emit("data", text);
    }
  });
  stdin.on("end", () => keys.emit("end"));
  return keys;
}
