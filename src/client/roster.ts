// Who is here, from the list in `welcome` and the changes after it.

import type { PresenceChange } from "../protocol.ts";

/** The names of everyone present, in the order in which they came. */
export class Roster {
  #names = new Set<string>();
  // Here before the connection broke and not back yet. After a restart of the server everyone comes
  // back within seconds, and nobody wants to read that.
  #missing = new Set<string>();

  get names(): readonly string[] {
    return [...this.#names];
  }

  /** Starts over with `names`. Those who were here until now may come back unmentioned for a while. */
  reset(names: readonly string[]): void {
    const before = this.#names;
    this.#names = new Set(names);
    this.#missing = before.difference(this.#names);
  }

  /** The while is over: who comes from now on is mentioned. */
  forgetMissing(): void {
    this.#missing.clear();
  }

  /**
   * Applies a change and returns what of it is news: the list in `welcome` may already have somebody
   * whose coming is announced a moment later.
   */
  apply({ joined, left }: Pick<PresenceChange, "joined" | "left">): {
    readonly joined: readonly string[];
    readonly left: readonly string[];
  } {
    const gone = left.filter((name) => this.#names.delete(name));
    const come = joined.filter((name) => !this.#names.has(name));
    for (const name of come) this.#names.add(name);
    return { joined: come.filter((name) => !this.#missing.delete(name)), left: gone };
  }
}
