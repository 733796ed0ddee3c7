// Tells everyone in a room who came, who went and who is writing: gathered, so that a class that
// comes in together costs a few frames and not a frame for each pair of people.

import type { Clock } from "./clock.ts";
import type { Connection } from "./connection.ts";
import { MAX_BUFFERED_BYTES } from "./limits.ts";
import type { Outlet } from "./outlet.ts";
import { PresenceDelta } from "./presence.ts";
import { PresenceFrames } from "./presence_frames.ts";
import { Throttle } from "./throttle.ts";

/** At most four presence frames a second. */
export const PRESENCE_INTERVAL_MS = 250;
/** At most two typing frames a second. */
export const TYPING_INTERVAL_MS = 500;

/** What an {@linkcode Announcer} needs of its room. */
export interface Audience {
  readonly connections: Iterable<Connection>;
  /** How many names are here. */
  readonly onlineCount: number;
  /** Hands one frame to the socket. */
  handOver(connection: Connection, frame: string): void;
  /** Somebody missed something because they lag: ask again when they may have room. */
  retryLater(): void;
}

/** Whether `connection` has too much waiting in its socket to be sent more. */
export function lags(connection: Connection): boolean {
  return connection.peer.buffersOver(MAX_BUFFERED_BYTES);
}

/** The voice of a room for everything that is no message. */
export class Announcer {
  readonly #audience: Audience;
  readonly #presenceThrottle: Throttle;
  readonly #typingThrottle: Throttle;
  readonly #typists = new Set<string>();
  readonly #typistsElsewhere = new Set<string>();
  readonly #others: Pick<Outlet, "typing">;
  #delta = new PresenceDelta();

  /** `others` hear who of those here is writing, as often as the audience. */
  constructor(
    clock: Pick<Clock, "now" | "after">,
    audience: Audience,
    others: Pick<Outlet, "typing">,
  ) {
    this.#audience = audience;
    this.#others = others;
    this.#presenceThrottle = new Throttle(clock, PRESENCE_INTERVAL_MS, () => this.#tellPresence());
    this.#typingThrottle = new Throttle(clock, TYPING_INTERVAL_MS, () => this.#tellTyping());
  }

  /** A name has come. */
  joined(name: string): void {
    this.#delta.join(name);
    this.#presenceThrottle.request();
  }

  /** A name has gone. */
  left(name: string): void {
    this.#delta.leave(name);
    this.#presenceThrottle.request();
  }

  /** A name is writing. */
  typing(name: string): void {
    this.#typists.add(name);
    this.#typingThrottle.request();
  }

  /** A name is writing on another node. */
  typingElsewhere(name: string): void {
    this.#typistsElsewhere.add(name);
    this.#typingThrottle.request();
  }

  /** A name has sent what it was writing: told after the message, it would look like more to come. */
  spoke(name: string): void {
    this.#typists.delete(name);
    this.#typistsElsewhere.delete(name);
  }

  /** Tells a reader that lagged what it missed. */
  catchUp(connection: Connection): void {
    const { missed } = connection;
    if (missed === undefined) return;
    connection.missed = undefined;
    this.#tell(connection, new PresenceFrames(missed, this.#audience.onlineCount));
  }

  /** Calls off what has not been told yet. */
  close(): void {
    this.#presenceThrottle.cancel();
    this.#typingThrottle.cancel();
  }

  #tellPresence(): void {
    const delta = this.#delta;
    this.#delta = new PresenceDelta();
    const frames = new PresenceFrames(delta, this.#audience.onlineCount);
    for (const connection of this.#audience.connections) {
      if (!connection.follows) continue;
      if (connection.missed === undefined && !lags(connection)) {
        this.#tell(connection, frames);
        continue;
      }
      connection.missed ??= new PresenceDelta();
      connection.missed.append(delta);
      this.#audience.retryLater();
    }
  }

  #tell(connection: Connection, frames: PresenceFrames): void {
    for (const frame of frames.of(connection)) this.#audience.handOver(connection, frame);
  }

  // Typing is stale in a second: who lags is not told later.
  #tellTyping(): void {
    const here = [...this.#typists];
    const names = [...new Set([...here, ...this.#typistsElsewhere])];
    this.#typists.clear();
    this.#typistsElsewhere.clear();
    if (here.length > 0) this.#others.typing(here);
    for (const connection of this.#audience.connections) {
      const others = names.filter((name) => name !== connection.name);
      if (others.length === 0 || !connection.follows || lags(connection)) continue;
      for (const frame of connection.dialect.typing(others)) {
        this.#audience.handOver(connection, frame);
      }
    }
  }
}
