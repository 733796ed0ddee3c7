// One conversation: the newest messages, the Set of connections with their cursors, and who is here.
// Everything said comes in by `deliver` and goes out by `flush`, one frame a connection as a rule. Knows
// nothing of HTTP, files or real sockets, and has no clock of its own.

import { lags } from "./announcer.ts";
import type { Cancel, Clock } from "./clock.ts";
import { Connection, type ConnectionOptions } from "./connection.ts";
import { type Encoded, Encodings } from "./encodings.ts";
import { History, type ReadonlyHistory } from "./history.ts";
import { MAX_UNREAD_BYTES, WINDOW_MESSAGES } from "./limits.ts";
import type { StoredMessage } from "./message.ts";
import { NOBODY_ELSE, type Outlet } from "./outlet.ts";
import { type NameKeeper, People } from "./people.ts";
import type { PresenceEvents } from "./presence.ts";

/** There is no event for a socket that has room again, so it is looked at this often. */
export const LAG_RETRY_MS = 50;
/** A reader that took nothing for this long is closed with 1013. */
export const STUCK_MS = 30_000;

/** What a room tells those who count and log. */
export interface RoomEvents extends PresenceEvents {
  /** `batch` has been handed to every connection that could take it. */
  delivered(batch: readonly StoredMessage[]): void;
  /** One flush: `frames` frames with `messages` messages in all. */
  flushed(messages: number, frames: number): void;
  /** A reader fell out of the window and lost `messages`. */
  skipped(connection: Connection, messages: number): void;
  /** A reader is being closed because it takes nothing. */
  stuck(connection: Connection): void;
  /** A socket threw while being sent to, which none should; the connection is out. */
  sendFailed(connection: Connection, error: unknown): void;
}

/** What a room is made of. */
export interface RoomOptions {
  readonly clock: Pick<Clock, "now" | "after">;
  readonly events: RoomEvents;
  readonly names: NameKeeper;
  /** Where other nodes hear of the people of this one. @default {NOBODY_ELSE} */
  readonly others?: Outlet;
  /** Messages kept for readers that are behind. @default {WINDOW_MESSAGES} */
  readonly window?: number;
}

/** A conversation and everyone who follows it. */
export class Room {
  /** Who is here, also on other nodes. */
  readonly people: People;
  readonly #clock: Pick<Clock, "now" | "after">;
  readonly #events: RoomEvents;
  readonly #window: number;
  #history: History;
  readonly #connections = new Set<Connection>();
  #cancelRetry: Cancel | undefined;

  constructor(options: RoomOptions) {
    const { clock, events, names, others = NOBODY_ELSE } = options;
    this.#clock = clock;
    this.#events = events;
    this.#window = options.window ?? WINDOW_MESSAGES;
    this.#history = new History(this.#window);
    this.people = new People({ clock, names, others, audience: this, events });
  }

  /** The newest messages. */
  get history(): ReadonlyHistory {
    return this.#history;
  }

  /** Everyone who follows. */
  get connections(): ReadonlySet<Connection> {
    return this.#connections;
  }

  /** The names that are here or on another node. */
  get online(): string[] {
    return this.people.names;
  }

  /** How many names are here or on another node. */
  get onlineCount(): number {
    return this.people.size;
  }

  /** Adds a connection whose socket is open: one that is not would throw when sent to. */
  add(options: ConnectionOptions): Connection {
    const connection = new Connection(options);
    this.#connections.add(connection);
    if (connection.cursor !== this.#history.end) this.retryLater();
    return connection;
  }

  /** From `cursor` on, tells `connection` what everyone is told: it was added as one that waits. */
  follow(connection: Connection, cursor: number): void {
    connection.cursor = cursor;
    connection.follows = true;
    if (cursor !== this.#history.end) this.retryLater();
  }

  /** Gives `connection` a name, in place of the one it had. */
  join(connection: Connection, name: string): void {
    if (!this.#connections.has(connection)) return;
    const before = connection.name;
    connection.name = name;
    // Leaving first: the two may be one name in two spellings, which must not end up with nobody.
    if (before !== undefined && before !== name) this.people.leave(connection, before);
    this.people.enter(connection, name);
  }

  /** Takes `connection` out; doing it again changes nothing. */
  remove(connection: Connection): void {
    if (!this.#connections.delete(connection)) return;
    if (connection.name !== undefined) this.people.leave(connection, connection.name);
  }

  /** Closes `connection`. It is out of the room at once, however long its socket takes. */
  close(connection: Connection, code: number, reason: string): void {
    this.remove(connection);
    connection.peer.close(code, reason);
  }

  /** Closes the connections of `name`, which is somebody else's now: they come back and are told so. */
  expel(name: string): void {
    for (const connection of this.#connections) {
      if (connection.name === name) this.close(connection, 1012, "the name is another's now");
    }
  }

  /** Closes every connection and calls off every timer. */
  closeAll(code: number, reason: string): void {
    for (const connection of this.#connections) this.close(connection, code, reason);
    this.people.close();
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
  }

  /** Takes in what the log held before anyone was here. */
  load(messages: readonly StoredMessage[]): void {
    for (const message of messages) this.#history.push(message);
  }

  /**
   * Forgets everything and takes in `messages`, the past of a log that began anew. Where anybody stood in
   * the old one means nothing in it: every connection is closed with 1012, to come back and begin anew too.
   */
  restart(messages: readonly StoredMessage[]): void {
    this.#history = new History(this.#window);
    this.load(messages);
    for (const connection of this.#connections) this.close(connection, 1012, "the log begins anew");
  }

  /** Appends stored messages, which rise in `seq`, and shows them to everyone. */
  deliver(batch: readonly StoredMessage[]): void {
    for (const message of batch) {
      this.#history.push(message);
      this.people.spoke(message.name);
    }
    this.#flush();
    this.#events.delivered(batch);
  }

  /**
   * Sends a stored message to `connection` again, for a sender that repeated it. Nothing happens when
   * its cursor has yet to reach it: then it comes by itself.
   */
  resend(connection: Connection, message: StoredMessage): void {
    if (this.#history.seqBefore(connection.cursor) < message.seq) return;
    for (const frame of connection.dialect.messages([message], 0)) this.send(connection, frame);
  }

  /** Tells the others that the person behind `connection` is writing. */
  typing(connection: Connection): void {
    if (connection.name !== undefined) this.people.typing(connection.name);
  }

  /** Sends an answer to one connection; one that asks and asks and never reads is closed. */
  send(connection: Connection, frame: string): void {
    if (!this.#connections.has(connection)) return;
    if (connection.peer.buffersOver(MAX_UNREAD_BYTES)) this.#closeStuck(connection);
    else this.handOver(connection, frame);
  }

  /** Closes readers that have taken nothing for {@linkcode STUCK_MS}; to be called every few seconds. */
  sweep(): void {
    const now = this.#clock.now();
    for (const connection of this.#connections) {
      if (connection.stuckFor(now) >= STUCK_MS) this.#closeStuck(connection);
    }
  }

  /** Hands one frame to the socket of a connection that is in the room. */
  handOver(connection: Connection, frame: string): void {
    try {
      connection.send(frame);
    } catch (error) {
      if (!this.#connections.has(connection)) return;
      // One bad socket must not keep the rest of the room from their messages.
      this.remove(connection);
      this.#events.sendFailed(connection, error);
    }
  }

  /** Flushes again in a moment, for those who lag. */
  retryLater(): void {
    this.#cancelRetry ??= this.#clock.after(LAG_RETRY_MS, () => {
      this.#cancelRetry = undefined;
      this.#flush();
    });
  }

  #flush(): void {
    const encodings = new Encodings(this.#history);
    const { end } = this.#history;
    let messages = 0;
    let frames = 0;
    for (const connection of this.#connections) {
      if (!connection.follows) continue;
      if (connection.cursor === end && connection.missed === undefined) continue;
      if (!lags(connection)) {
        this.people.catchUp(connection);
        const encoded = this.#advance(connection, encodings);
        messages += encoded.messages;
        frames += encoded.frames.length;
      }
      if (connection.cursor !== end || connection.missed !== undefined) this.retryLater();
    }
    this.#events.flushed(messages, frames);
  }

  #advance(connection: Connection, encodings: Encodings): Encoded {
    const encoded = encodings.of(connection);
    connection.cursor = encoded.next;
    for (const frame of encoded.frames) this.handOver(connection, frame);
    if (encoded.skipped > 0) this.#events.skipped(connection, encoded.skipped);
    return encoded;
  }

  #closeStuck(connection: Connection): void {
    this.#events.stuck(connection);
    this.close(connection, 1013, "reading too slowly");
  }
}
