// The terminal client as a program: arguments in, a terminal or a pipe, an exit status out. Needs
// --allow-net, and for --cursor the right to read and write that file.

import type { ChatClient } from "./client/client.ts";
import { systemClock } from "./clock.ts";
import { readCursor, writeCursor } from "./console/cursor_file.ts";
import { linesOf } from "./console/input.ts";
import { CONSOLE_HELP, type ConsoleOptions, parseConsoleOptions } from "./console/options.ts";
import { runPipe } from "./console/pipe.ts";
import { runTerminal } from "./console/terminal.ts";
import { createClient, httpUrl } from "./create_client.ts";
import { ChatError, StartError } from "./errors.ts";
import { parseSince, type Since } from "./protocol.ts";

/**
 * Runs the terminal client; resolves with its exit status.
 *
 * @throws {StartError} for arguments that cannot be used, a cursor that cannot be read or written, a
 * server that cannot be reached for the log of a plain `--since`, or a name that cannot be had.
 */
export async function runConsole(args: readonly string[]): Promise<number> {
  const options = parseConsoleOptions(args);
  if (options === "help") {
    print(CONSOLE_HELP);
    return 0;
  }
  const since = await findSince(options);
  const client = createClient({
    url: options.url,
    // It keeps no key: the next run under this name must not find it taken by the last.
    borrow: true,
    ...(since === undefined ? {} : { since }),
  });
  try {
    return await run(client, options);
  } catch (error) {
    if (error instanceof ChatError) throw new StartError(error.message, { cause: error });
    throw error;
  }
}

async function run(client: ChatClient, options: ConsoleOptions): Promise<number> {
  const { name, url, cursor, json } = options;
  const isTyped = Deno.stdin.isTerminal();
  const signal = stopSignal();
  if (isTyped && Deno.stdout.isTerminal() && !json && cursor === undefined) {
    const hasColours = !Deno.noColor;
    return await runTerminal({ client, clock: systemClock, name, url, hasColours, signal });
  }
  return await runPipe({
    client,
    clock: systemClock,
    name,
    json,
    // Somebody at a keyboard ends it when they want to.
    follow: options.follow || isTyped,
    input: linesOf(Deno.stdin.readable),
    print,
    warn: (line) => write(Deno.stderr, `parley: ${line}`),
    remember: async (since) => {
      if (cursor !== undefined) await writeCursor(cursor, since);
    },
    signal,
  });
}

/** Aborts when the process is told to end. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  for (const signal of signals) Deno.addSignalListener(signal, () => stop.abort());
  return stop.signal;
}

async function findSince({ since, cursor, url }: ConsoleOptions): Promise<Since | undefined> {
  const stored = cursor === undefined ? undefined : await readCursor(cursor);
  if (stored !== undefined || since === undefined) return stored;
  const whole = parseSince(since);
  if (whole !== undefined) return whole;
  // A bare number is meant for whatever log the server has.
  const found = parseSince(`${await fetchLog(url)}:${since}`);
  if (found !== undefined) return found;
  throw new StartError(`Cannot start: --since is "${since}", it must be a number or LOG:NUMBER`, {
    exitStatus: 2,
  });
}

async function fetchLog(url: string): Promise<string> {
  try {
    const response = await fetch(httpUrl(url, "messages.json"));
    const body: unknown = await response.json();
    const log = typeof body === "object" && body !== null && "log" in body ? body.log : undefined;
    if (typeof log === "string") return log;
  } catch (cause) {
    throw new StartError(`Cannot reach "${url}": is the server running there?`, { cause });
  }
  throw new StartError(`Cannot read from "${url}": what answers there is no Parley`);
}

function print(line: string): void {
  write(Deno.stdout, line);
}

function write(stream: { writeSync(bytes: Uint8Array): number }, line: string): void {
  const bytes = new TextEncoder().encode(`${line}\n`);
  for (let written = 0; written < bytes.length;) {
    written += stream.writeSync(bytes.subarray(written));
  }
}

if (import.meta.main) {
  try {
    Deno.exit(await runConsole(Deno.args));
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    write(Deno.stderr, error.message);
    Deno.exit(error.exitStatus);
  }
}
