// The file in which a program remembers where it has read to.

import { reasonOf, StartError } from "../errors.ts";
import { parseSince, type Since } from "../protocol.ts";
import { fetchPlace } from "./place.ts";

/**
 * Where to begin: where the file says, and without one at the newest message of the server at `url`,
 * which is written down at once. So what is said between two runs is missed by neither.
 *
 * @throws {StartError} as {@linkcode readCursor}, {@linkcode writeCursor} and {@linkcode fetchPlace}.
 */
export async function openCursor(path: string, url: string, password?: string): Promise<Since> {
  const stored = await readCursor(path);
  if (stored !== undefined) return stored;
  const newest = await fetchPlace(url, password);
  await writeCursor(path, newest);
  return newest;
}

/**
 * Reads where the last run stopped; `undefined` when there was none.
 *
 * @throws {StartError} when the file cannot be read or is no cursor: beginning somewhere else would
 * answer again, or skip.
 */
export async function readCursor(path: string): Promise<Since | undefined> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw cannot("read", { path, error });
  }
  const since = parseSince(text.trim());
  if (since === undefined) {
    throw new StartError(
      `Cannot go on from "${path}": it holds no cursor; remove it to begin anew`,
    );
  }
  return since;
}

/** Replaces the cursor as a whole, so that one that is killed leaves the old or the new. */
export async function writeCursor(path: string, { log, seq }: Since): Promise<void> {
  try {
    await Deno.writeTextFile(`${path}.tmp`, `${log}:${seq}\n`);
    await Deno.rename(`${path}.tmp`, path);
  } catch (error) {
    throw cannot("write", { path, error });
  }
}

function cannot(what: string, { path, error }: { path: string; error: unknown }): StartError {
  const why = error instanceof Deno.errors.NotCapable ? notAllowed(path) : reasonOf(error);
  return new StartError(`Cannot ${what} the cursor "${path}": ${why}`, { cause: error });
}

function notAllowed(path: string): string {
  // What an executable may do was fixed when it was made.
  if (Deno.build.standalone) return 'this program may use the directory "data" only';
  return `Deno was not allowed to; give --allow-read and --allow-write "${path}" and "${path}.tmp"`;
}
