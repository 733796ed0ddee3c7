// What becomes of a file that is damaged: a whole one with what could be saved, and the damaged one
// beside it as it was.

import type { Clock } from "./clock.ts";
import type { DataDirectory } from "./data_directory.ts";
import { StartError } from "./errors.ts";
import { encodeFile, type MessagesFile, salvage } from "./messages_file.ts";

/** What a repair needs. */
export interface RepairDeps {
  readonly directory: DataDirectory;
  /** Messages kept in the file. */
  readonly history: number;
  readonly clock: Pick<Clock, "date">;
  /** A fresh id for a log. */
  readonly newLogId: () => string;
}

/** A file that is not what `encodeFile` writes. */
export interface Damaged {
  readonly name: string;
  readonly text: string;
  readonly bytes: Uint8Array;
}

const encoder = new TextEncoder();

/**
 * Saves what can be saved as a new log: readers must not take it for the one they know.
 *
 * @throws {StartError} when the disk refuses the new file; the damaged one is then still in its place.
 */
export async function repair(
  { clock, directory, history, newLogId }: RepairDeps,
  { name, text, bytes }: Damaged,
): Promise<{ file: MessagesFile; copiedTo: string }> {
  const stamp = clock.date().toISOString().replaceAll(/[:.]/g, "-");
  const copiedTo = `${name}.corrupt-${stamp}`;
  const file = { log: newLogId(), messages: salvage(text, history) };
  try {
    // The copy first: whatever happens between the two, nothing is gone.
    await directory.replace(copiedTo, bytes);
    await directory.replace(name, encoder.encode(encodeFile(file)));
  } catch (error) {
    // Parts of copies would fill the disk for good if it is started again and again.
    await directory.removeTemporary(copiedTo);
    throw new StartError(
      `Cannot mend the damaged "${name}": the disk refused the new file; make room and start again`,
      { cause: error },
    );
  }
  return { file, copiedTo };
}
