// Who is here, on this node and on all others: tells each what the other cannot see, and everyone who
// came, who went and who is writing.

import { Announcer, type Audience } from "./announcer.ts";
import type { Clock } from "./clock.ts";
import type { Connection } from "./connection.ts";
import { HeldNames } from "./held_names.ts";
import type { Outlet } from "./outlet.ts";
import { Presence, type PresenceEvents } from "./presence.ts";

/** The part of the registry of names that a room needs. */
export interface NameKeeper {
  /** `name` has a connection. */
  hold(name: string): void;
  /** `name` has none any more. */
  release(name: string): void;
}

/** What {@linkcode People} are made of. */
export interface PeopleOptions {
  readonly clock: Pick<Clock, "now" | "after">;
  readonly names: NameKeeper;
  readonly others: Outlet;
  readonly audience: Audience;
  readonly events: PresenceEvents;
}

// No other node has this id.
const HERE = "";

/** The people of a room. A node is one holder of a name, however many connections it has there. */
export class People {
  readonly #here: HeldNames<Connection>;
  readonly #presence: Presence<string>;
  readonly #announcer: Announcer;

  constructor({ clock, names, others, audience, events }: PeopleOptions) {
    this.#announcer = new Announcer(clock, audience, others);
    this.#presence = new Presence(clock, {
      joined: (name) => {
        events.joined(name);
        this.#announcer.joined(name);
      },
      left: (name) => {
        events.left(name);
        this.#announcer.left(name);
      },
    });
    this.#here = new HeldNames({
      held: (name) => {
        names.hold(name);
        this.#presence.enter(HERE, name);
        others.held(name);
      },
      released: (name) => {
        names.release(name);
        this.#presence.leave(HERE, name);
        others.released(name);
      },
    });
  }

  /** The names that are here or on another node, in the order in which they came. */
  get names(): string[] {
    return this.#presence.names;
  }

  /** How many names are here or on another node. */
  get size(): number {
    return this.#presence.size;
  }

  /** `connection` speaks by `name`; saying so twice is saying it once. */
  enter(connection: Connection, name: string): void {
    this.#here.enter(connection, name);
  }

  /** `connection` does not speak by `name` any more; saying so twice is saying it once. */
  leave(connection: Connection, name: string): void {
    this.#here.leave(connection, name);
  }

  /** `name` is writing. */
  typing(name: string): void {
    this.#announcer.typing(name);
  }

  /** `name` has sent what it was writing. */
  spoke(name: string): void {
    this.#announcer.spoke(name);
  }

  /** Tells a reader that lagged what it missed. */
  catchUp(connection: Connection): void {
    this.#announcer.catchUp(connection);
  }

  /** The node of that id has a connection with `name`; saying so twice is saying it once. */
  heldElsewhere(node: string, name: string): void {
    this.#presence.enter(node, name);
  }

  /** That node has none any more, or said goodbye; saying so twice is saying it once. */
  releasedElsewhere(node: string, name: string): void {
    this.#presence.leave(node, name);
  }

  /** That node is silent for so long that it counts as dead; saying so twice is saying it once. */
  lostElsewhere(node: string, name: string): void {
    this.#presence.lose(node, name);
  }

  /** `name` is writing on another node. */
  typingElsewhere(name: string): void {
    this.#announcer.typingElsewhere(name);
  }

  /** Calls off everything that would be told later. */
  close(): void {
    this.#presence.close();
    this.#announcer.close();
  }
}
