// The terminal client in a pseudo-terminal.

import { LOCKED } from "./lock.ts";
import { PseudoTerminal, type TerminalOptions } from "./pseudo_terminal.ts";

const CONSOLE = new URL("../../src/console.ts", import.meta.url).href;

/** Who starts it, and in what terminal. */
export interface ConsoleTerminalOptions extends TerminalOptions {
  /** @default {"Ann"} */
  readonly name?: string;
  /** Further servers. @default {[]} */
  readonly others?: readonly string[];
  /** What starts it: a command and its arguments, before the client's own. @default {[]} */
  readonly launcher?: readonly string[];
}

/** What the client says first to Ann. */
export const YOU_ARE_ANN = "You are Ann. /help shows the commands.";

/** A terminal in which somebody starts the client of the server at `url`. */
export async function openConsole(
  url: string,
  { name = "Ann", others = [], launcher = [], ...options }: ConsoleTerminalOptions = {},
): Promise<PseudoTerminal> {
  const run = [Deno.execPath(), "run", ...LOCKED, "--no-prompt", "--allow-net"];
  const args = [CONSOLE, name, url, ...others];
  return await PseudoTerminal.open([...launcher, ...run, ...args], options);
}

/** {@linkcode openConsole}, until the name is had. */
export async function joinConsole(
  url: string,
  options: ConsoleTerminalOptions = {},
): Promise<PseudoTerminal> {
  const terminal = await openConsole(url, options);
  await terminal.sees(`You are ${options.name ?? "Ann"}.`);
  return terminal;
}
