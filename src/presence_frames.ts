// The frames that tell who came and who went. All readers of one dialect share them, but for those who are
// not to hear of themselves: in a crowd that comes together, everyone would be written for everyone.

import type { Connection } from "./connection.ts";
import type { PresenceDelta } from "./presence.ts";
import type { Dialect } from "./protocol.ts";

/** Encodes one change, once for each dialect. Good for as long as the change stays as it is. */
export class PresenceFrames {
  readonly #delta: PresenceDelta;
  readonly #online: number;
  readonly #shared = new Map<Dialect, readonly string[]>();

  /** `online` is how many names are here after the change. */
  constructor(delta: PresenceDelta, online: number) {
    this.#delta = delta;
    this.#online = online;
  }

  /** What `connection` is told. */
  of({ dialect, name }: Pick<Connection, "dialect" | "name">): readonly string[] {
    const { joined, left } = this.#delta;
    if (!dialect.tellsOfSelf && name !== undefined && (joined.has(name) || left.has(name))) {
      return this.#encode(dialect, name);
    }
    let frames = this.#shared.get(dialect);
    if (frames === undefined) this.#shared.set(dialect, frames = this.#encode(dialect));
    return frames;
  }

  #encode(dialect: Dialect, self?: string): readonly string[] {
    const others = (names: ReadonlySet<string>) => [...names].filter((name) => name !== self);
    return dialect.presence({
      joined: others(this.#delta.joined),
      left: others(this.#delta.left),
      online: this.#online,
    });
  }
}
