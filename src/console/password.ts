// The password of a room, before anything else is tried: a socket that is refused cannot tell why.

import { promptSecret } from "@std/cli/prompt-secret";
import { httpUrl, passwordHeaders } from "../create_client.ts";
import { StartError } from "../errors.ts";

/** Wrong passwords that may be typed before the program ends. */
const TRIES = 3;

/** How long a server may take to say whether it wants one. */
const ANSWER_MS = 5_000;

/** Where a password may come from. */
export interface PasswordSource {
  /** The server. */
  readonly url: string;
  readonly file: string | undefined;
  /** Whether somebody is there who can be asked. */
  readonly isTerminal: boolean;
}

/**
 * The password of the room at `url`, `undefined` when it asks for none or cannot be reached: whoever
 * connects then tries again anyway.
 *
 * @throws {StartError} when the file cannot be read, or the room wants another password.
 */
export async function findPassword(source: PasswordSource): Promise<string | undefined> {
  const { url, file, isTerminal } = source;
  const given = file === undefined ? undefined : await readPassword(file);
  if (await mayEnter(url, given)) return given;
  if (given !== undefined) {
    throw new StartError(`Cannot enter "${url}": the password in "${file}" is not the one`);
  }
  for (let tries = 0; isTerminal && tries < TRIES; tries++) {
    const typed = ask();
    if (typed === null || typed === "") break;
    if (await mayEnter(url, typed)) return typed;
  }
  throw new StartError(`Cannot enter "${url}": it needs a password; give it with --password-file`);
}

// With the echo off before it asks: the library turns it off a moment after, and whoever is quick, or
// pastes, would see the password.
function ask(): string | null {
  Deno.stdin.setRaw(true, { cbreak: Deno.build.os !== "windows" });
  try {
    return promptSecret("Password:", { mask: "" });
  } finally {
    Deno.stdin.setRaw(false);
  }
}

async function mayEnter(url: string, password: string | undefined): Promise<boolean> {
  let response: Response;
  try {
    response = await fetch(httpUrl(url, "messages.json"), {
      method: "HEAD",
      headers: passwordHeaders(password),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
  } catch (error) {
    // Out of reach or silent, which is the connection's business.
    if (error instanceof TypeError || error instanceof DOMException) return true;
    throw error;
  }
  await response.body?.cancel();
  if (response.status === 429) {
    const seconds = response.headers.get("retry-after") ?? "60";
    throw new StartError(`Cannot enter "${url}": too many wrong passwords; wait ${seconds} s`);
  }
  return response.status !== 401;
}

async function readPassword(path: string): Promise<string> {
  try {
    // An editor ends a file with a newline that is not part of it.
    return (await Deno.readTextFile(path)).replace(/\r?\n$/, "");
  } catch (cause) {
    const why = cause instanceof Deno.errors.NotCapable
      ? `Deno was not allowed to; give --allow-read="${path}"`
      : cause instanceof Deno.errors.NotFound
      ? "there is no such file"
      : "it is no file that can be read";
    throw new StartError(`Cannot read the password in "${path}": ${why}`, { cause });
  }
}
