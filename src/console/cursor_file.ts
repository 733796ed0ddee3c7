// The file in which a program remembers where it has read to.

import { StartError } from "../errors.ts";
import { parseSince, type Since } from "../protocol.ts";

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
  const why = error instanceof Deno.errors.NotCapable
    ? `Deno was not allowed to; give --allow-read and --allow-write "${path}" and "${path}.tmp"`
    : error instanceof Error
    ? error.message
    : "for an unknown reason";
  return new StartError(`Cannot ${what} the cursor "${path}": ${why}`, { cause: error });
}
