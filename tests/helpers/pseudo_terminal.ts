// A program in a pseudo-terminal, with a person in the test's hands before it: keys in, a screen out.

import { assertEquals } from "@std/assert";
import { Screen } from "./screen.ts";

/** Long, because it only ends tests that would fail anyway. */
const DEADLINE_MS = 15_000;

/** The first thing that a terminal shows: who runs in it. */
const PID = /^pid (\d+)$/m;

/** How to open a terminal. */
export interface TerminalOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: Record<string, string>;
}

/** Why there are no pseudo-terminals here; `undefined` where there are. */
const reason = await findReason();

/** A test that needs a pseudo-terminal; says why when it cannot be had. */
export function terminalTest(name: string, fn: () => Promise<void>): void {
  const why = reason === undefined ? "" : ` (ignored: ${reason})`;
  Deno.test({ name: `${name}${why}`, ignore: reason !== undefined, fn });
}

async function findReason(): Promise<string | undefined> {
  try {
    const command = new Deno.Command("script", { args: ["--version"], stderr: "null" });
    const version = new TextDecoder().decode((await command.output()).stdout);
    return version.includes("util-linux") ? undefined : "script is not the one of util-linux";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "there is no program called script";
    throw error;
  }
}

/** One terminal and the program in it. */
export class PseudoTerminal implements AsyncDisposable {
  readonly screen: Screen;
  readonly #child: Deno.ChildProcess;
  readonly #keys: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #reading: Promise<void>;
  readonly #waiters = new Set<() => void>();
  readonly #encoder = new TextEncoder();
  #pid = 0;

  private constructor(child: Deno.ChildProcess, screen: Screen) {
    this.#child = child;
    this.screen = screen;
    this.#keys = child.stdin.getWriter();
    this.#reading = this.#read();
  }

  /** Starts `command` in a new terminal. */
  static async open(
    command: readonly string[],
    { columns = 60, rows = 24, env = {} }: TerminalOptions = {},
  ): Promise<PseudoTerminal> {
    const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
    const child = new Deno.Command("script", {
      args: [
        "-qefc",
        `stty cols ${columns} rows ${rows}; echo pid $$; exec ${quoted}`,
        "/dev/null",
      ],
      env: { TERM: "xterm-256color", SHELL: "/bin/sh", NO_COLOR: "", ...env },
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const terminal = new PseudoTerminal(child, new Screen(columns, rows));
    await terminal.until((all) => all.some((row) => PID.test(row)), "process");
    terminal.#pid = Number(PID.exec(terminal.screen.rows.join("\n"))?.[1]);
    return terminal;
  }

  /** What is on the screen; every time of day is `hh:mm`. */
  get rows(): string[] {
    return this.screen.rows
      .filter((row) => !PID.test(row))
      .map((row) => row.replace(/^\d\d:\d\d /, "hh:mm "));
  }

  /** Presses keys, or pastes without marks. */
  async type(keys: string): Promise<void> {
    await this.#keys.write(this.#encoder.encode(keys));
  }

  /** Pastes as a terminal does whose program has asked for marks. */
  async paste(text: string): Promise<void> {
    await this.type(`\x1b[200~${text.replaceAll("\n", "\r")}\x1b[201~`);
  }

  /** Waits until the rows are `wanted`. */
  async until(wanted: (rows: readonly string[]) => boolean, what: string): Promise<void> {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.#wake();
    }, DEADLINE_MS);
    while (!wanted(this.screen.rows) && !isLate) {
      await new Promise<void>((resolve) => this.#waiters.add(resolve));
    }
    clearTimeout(timer);
    if (isLate) throw new Error(`No ${what}; the screen is:\n${this.screen.rows.join("\n")}`);
  }

  /** Waits until a row contains `text`. */
  async sees(text: string): Promise<void> {
    await this.until((rows) => rows.some((row) => row.includes(text)), `"${text}"`);
  }

  /** Waits until the last rows are exactly these; fails with the difference. */
  async shows(...expected: string[]): Promise<void> {
    const isShown = () =>
      Deno.inspect(this.rows.slice(-expected.length)) === Deno.inspect(expected);
    try {
      await this.until(isShown, "such rows");
    } catch {
      assertEquals(this.rows.slice(-expected.length), expected);
    }
  }

  /** Waits until the program has ended; resolves with its exit status. */
  async ended(): Promise<number> {
    const { code } = await this.#child.status;
    await this.#reading;
    return code;
  }

  /** Sends a signal to what runs in the terminal. */
  signal(signal: Deno.Signal): void {
    Deno.kill(this.#pid, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      // Ends what runs in it by SIGHUP, as closing a window does.
      this.#child.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
    await this.ended();
    await this.#keys.abort().catch(() => "it has gone with the program");
  }

  async #read(): Promise<void> {
    for await (const text of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      this.screen.write(text);
      this.#wake();
    }
  }

  #wake(): void {
    for (const wake of this.#waiters) wake();
    this.#waiters.clear();
  }
}
