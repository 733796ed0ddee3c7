// The code of the shield's thread, as a text inside the program: see `assets.ts`.

import { StartError } from "../errors.ts";

/** @throws {StartError} when it has not been built. */
export async function loadBundle(): Promise<string> {
  try {
    // Imported late, so that a missing bundle is one clear line and not a failure to load the program.
    return (await import("../../static/shield.js", { with: { type: "text" } })).default;
  } catch (cause) {
    throw new StartError(
      'Cannot start: the shield is not built; run "deno task build", or start with "deno task start"',
      { cause },
    );
  }
}
