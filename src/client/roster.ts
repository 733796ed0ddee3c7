// Who is here, from the list in `welcome` and the changes after it.

import type { PresenceChange } from "../protocol.ts";

/** The names of everyone present, in the order in which they came. */
export class Roster {
  #names = new Set<string>();

  get names(): readonly string[] {
    return [...this.#names];
  }

  /** Starts over with `names`. */
  reset(names: readonly string[]): void {
    this.#names = new Set(names);
  }

  /**
   * Applies a change and returns what it really changed: the list in `welcome` may already have
   * somebody whose coming is announced a moment later.
   */
  apply({ joined, left }: Pick<PresenceChange, "joined" | "left">): {
    readonly joined: readonly string[];
    readonly left: readonly string[];
  } {
    return {
      left: left.filter((name) => this.#names.delete(name)),
      joined: joined.filter((name) => {
        if (this.#names.has(name)) return false;
        this.#names.add(name);
        return true;
      }),
    };
  }
}
