// A free name for somebody whose name is taken.

import { ChatError } from "./errors.ts";
import { MAX_NAME_CODE_POINTS, MAX_NAME_GRAPHEMES } from "./limits.ts";
import { truncateGraphemes } from "./message.ts";

// Beyond this many taken numbers a random ending is proposed: the search must not become slow work
// that a stranger can ask for.
const MAX_NUMBER_PROPOSED = 100;

/** How to know a free name, and what to end one with when its numbers are taken. */
export interface FreeNameOptions {
  readonly isFree: (name: string) => boolean;
  /** At least six random characters. */
  readonly newKey: () => string;
}

/** `name` when it is free, else the first free one of `name-2`, `name-3` and so on. */
export function freeName(name: string, { isFree, newKey }: FreeNameOptions): string {
  if (isFree(name)) return name;
  for (let n = 2; n < MAX_NUMBER_PROPOSED; n++) {
    const candidate = withSuffix(name, `-${n}`);
    if (isFree(candidate)) return candidate;
  }
  return withSuffix(name, `-${newKey().slice(0, 6)}`);
}

/** The refusal of a name that has an owner; `free` is one that has none. */
export function nameTaken(free: string): ChatError {
  return new ChatError(
    "name_taken",
    `Cannot use this name: somebody here has it; "${free}" is free`,
  );
}

// Whatever the name, what comes out is short enough to be one.
function withSuffix(name: string, suffix: string): string {
  const clusters = truncateGraphemes(name, MAX_NAME_GRAPHEMES - suffix.length);
  const stem = [...clusters].slice(0, MAX_NAME_CODE_POINTS - suffix.length).join("");
  return stem.trimEnd() + suffix;
}
