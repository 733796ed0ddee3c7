// The command line of the terminal client.

import { parseArgs } from "@std/cli/parse-args";
import { socketUrl } from "../create_client.ts";
import { StartError } from "../errors.ts";
import { normalizeName } from "../message.ts";

/** Where a server is unless told otherwise. */
export const DEFAULT_URL = "http://localhost:8000";

/** What the terminal client was asked to do. */
export interface ConsoleOptions {
  readonly name: string;
  /** The servers, http or ws: the first is where it begins, the others are for when that one fails. */
  readonly urls: readonly string[];
  /** One JSON object a line, in both directions. */
  readonly json: boolean;
  /** Go on reading when the input has ended. */
  readonly follow: boolean;
  /** Go on after this: `SEQ` of whatever log the server has, or `LOG:SEQ`. */
  readonly since: string | undefined;
  /** Go on where the file says, and keep it up to date. */
  readonly cursor: string | undefined;
  /** Holds the password of the room. */
  readonly passwordFile: string | undefined;
}

/** The text of `--help`. */
export function consoleHelp(): string {
  // An executable is called by its own name.
  const command = Deno.build.standalone ? "parley" : "deno task";
  return `Parley in a terminal.

Usage: ${command} client NAME [URL...] [flags]

NAME is how you are called, URL the server (default ${DEFAULT_URL}). Of
several servers of one cluster the first is where it begins; when a connection
is lost or refused, it goes on at the next.

In a terminal you type and read; /help shows the commands. Otherwise each line of the input is a
message, and each message of others is a line of the output; the exit status is 0 when everything was
stored and 1 when something was not.

  --json           one JSON object a line: messages out, {"text", "id"} in
  --follow         go on reading when the input has ended
  --since SEQ      begin after this message; LOG:SEQ if it must be of that log
  --cursor FILE    begin where the last run stopped, and remember it in FILE
  --password-file FILE
                   the password of the room; without it you are asked, in a terminal
  --help           show this`;
}

/**
 * Reads the arguments; "help" when that is all that was asked for.
 *
 * @throws {StartError} with exit status 2.
 */
export function parseConsoleOptions(args: readonly string[]): ConsoleOptions | "help" {
  const unknown: string[] = [];
  const parsed = parseArgs(args, {
    boolean: ["json", "follow", "help"],
    string: ["_", "since", "cursor", "password-file"],
    unknown(arg, key) {
      if (key === undefined) return true;
      unknown.push(arg);
      return false;
    },
  });
  if (parsed["help"] === true) return "help";
  const [name, ...urls] = parsed._.map(String);
  if (unknown[0] !== undefined) throw usage(`"${unknown[0]}" is not understood`);
  if (name === undefined) throw usage("a name is missing");
  return {
    name: check(() => normalizeName(name)),
    urls: urls.length === 0 ? [DEFAULT_URL] : urls.map((url) => check(() => (socketUrl(url), url))),
    json: parsed["json"] === true,
    follow: parsed["follow"] === true,
    since: value(parsed["since"], "since"),
    cursor: value(parsed["cursor"], "cursor"),
    passwordFile: value(parsed["password-file"], "password-file"),
  };
}

function value(given: unknown, flag: string): string | undefined {
  if (given === undefined) return undefined;
  if (typeof given !== "string" || given === "") throw usage(`--${flag} needs a value`);
  return given;
}

function check<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw usage(error instanceof Error ? error.message : "an argument is not valid");
  }
}

function usage(why: string): StartError {
  // What a check says of a value is a whole sentence already.
  const sentence = why.startsWith("Cannot") ? why : `Cannot start: ${why}`;
  return new StartError(`${sentence}; --help shows how`, { exitStatus: 2 });
}
