// The terminal client as a program: arguments in, a terminal or a pipe, an exit status out. Needs
// --allow-net, and for --cursor the right to read and write that file.

import type { ChatClient } from "./client/client.ts";
import { systemClock } from "./clock.ts";
import { openCursor, readCursor, writeCursor } from "./console/cursor_file.ts";
import { linesOf } from "./console/input.ts";
import { consoleHelp, type ConsoleOptions, parseConsoleOptions } from "./console/options.ts";
import { runPipe } from "./console/pipe.ts";
import { findPassword } from "./console/password.ts";
import { fetchPlace } from "./console/place.ts";
import { firstReachable } from "./console/servers.ts";
import { Sockets } from "./console/sockets.ts";
import { runTerminal } from "./console/terminal.ts";
import { createClient, openSocket } from "./create_client.ts";
import { ChatError, StartError } from "./errors.ts";
import { parseSince, type Since } from "./protocol.ts";

/**
 * Runs the terminal client; resolves with its exit status.
 *
 * @throws {StartError} for arguments that cannot be used, a password that is not the room's, a cursor
 * that cannot be read or written, a server that cannot be reached for the log of a plain `--since`, or a
 * name that cannot be had.
 */
export async function runConsole(args: readonly string[]): Promise<number> {
  const options = parseConsoleOptions(args);
  if (options === "help") {
    print(consoleHelp());
    return 0;
  }
  const url = await firstReachable(options.urls);
  const password = await findPassword({
    url,
    file: options.passwordFile,
    isTerminal: Deno.stdin.isTerminal() && Deno.stdout.isTerminal(),
  });
  const since = await findSince(options, { url, password });
  const sockets = new Sockets((url, protocol) => openSocket(url, protocol, password));
  const client = createClient({
    url: options.urls,
    openSocket: (url, protocol) => sockets.open(url, protocol),
    // It keeps no key: the next run under this name must not find it taken by the last.
    borrow: true,
    ...(since === undefined ? {} : { since }),
  });
  try {
    return await run(client, options);
  } catch (error) {
    if (error instanceof ChatError || error instanceof RangeError) {
      throw new StartError(error.message, { cause: error });
    }
    throw error;
  } finally {
    await sockets.closed();
  }
}

async function run(client: ChatClient, options: ConsoleOptions): Promise<number> {
  const { name, urls, cursor, json } = options;
  const isTyped = Deno.stdin.isTerminal();
  const signal = stopSignal();
  if (isTyped && Deno.stdout.isTerminal() && !json && cursor === undefined) {
    const hasColours = !Deno.noColor;
    return await runTerminal({ client, clock: systemClock, name, urls, hasColours, signal });
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

/** Where to ask what is asked before there is a connection. */
interface Door {
  readonly url: string;
  readonly password: string | undefined;
}

/** Where to begin. What the cursor says goes before what `--since` says: it is newer. */
async function findSince(
  { since, cursor }: ConsoleOptions,
  { url, password }: Door,
): Promise<Since | undefined> {
  if (since === undefined) {
    return cursor === undefined ? undefined : await openCursor(cursor, url, password);
  }
  const stored = cursor === undefined ? undefined : await readCursor(cursor);
  const begin = stored ?? parseSince(since) ?? await placeOf(since, { url, password });
  if (cursor !== undefined && stored === undefined) await writeCursor(cursor, begin);
  return begin;
}

/** A bare number is meant for whatever log the server has, and is never beyond its end. */
async function placeOf(seq: string, { url, password }: Door): Promise<Since> {
  // Any log's id will do to see whether it is a number.
  const wanted = parseSince(`log:${seq}`);
  if (wanted === undefined) {
    throw new StartError(`Cannot start: --since is "${seq}", it must be SEQ or LOG:SEQ`, {
      exitStatus: 2,
    });
  }
  const newest = await fetchPlace(url, password);
  return { log: newest.log, seq: Math.min(wanted.seq, newest.seq) };
}

/** Prints `line`; returns whether there is anybody to read it. */
function print(line: string): boolean {
  try {
    write(Deno.stdout, line);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) return false;
    throw error;
  }
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
