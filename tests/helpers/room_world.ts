// A room with everything around it in a test's hands.

import type { Connection } from "../../src/connection.ts";
import type { StoredMessage } from "../../src/message.ts";
import { type Dialect, jsonDialect } from "../../src/protocol.ts";
import { Room, type RoomEvents } from "../../src/room.ts";
import { FakeClock } from "./fake_clock.ts";
import { FakePeer } from "./fake_peer.ts";
import { seqs } from "./stored_messages.ts";

/** Writes down what a room tells. */
export class EventLog implements RoomEvents {
  readonly batches: number[][] = [];
  readonly flushes: { messages: number; frames: number }[] = [];
  readonly skips: { connection: Connection; messages: number }[] = [];
  readonly stuckOnes: Connection[] = [];
  readonly failures: { connection: Connection; error: unknown }[] = [];
  /** `joined Ann`, `left Ann`, in their order. */
  readonly people: string[] = [];

  delivered(batch: readonly StoredMessage[]): void {
    this.batches.push(seqs(batch));
  }

  flushed(messages: number, frames: number): void {
    this.flushes.push({ messages, frames });
  }

  skipped(connection: Connection, messages: number): void {
    this.skips.push({ connection, messages });
  }

  stuck(connection: Connection): void {
    this.stuckOnes.push(connection);
  }

  sendFailed(connection: Connection, error: unknown): void {
    this.failures.push({ connection, error });
  }

  joined(name: string): void {
    this.people.push(`joined ${name}`);
  }

  left(name: string): void {
    this.people.push(`left ${name}`);
  }
}

/** A room, its clock, its events and who holds which name. */
export class RoomWorld {
  readonly clock = new FakeClock();
  readonly events = new EventLog();
  /** `hold Ann`, `release Ann`, in their order. */
  readonly held: string[] = [];
  /** What other nodes heard: `held Ann`, `released Ann`, `typing Ann Bob`. */
  readonly told: string[] = [];
  readonly room: Room;

  constructor(options: { window?: number } = {}) {
    this.room = new Room({
      clock: this.clock,
      events: this.events,
      names: {
        hold: (name) => void this.held.push(`hold ${name}`),
        release: (name) => void this.held.push(`release ${name}`),
      },
      others: {
        held: (name) => void this.told.push(`held ${name}`),
        released: (name) => void this.told.push(`released ${name}`),
        typing: (names) => void this.told.push(`typing ${names.join(" ")}`),
      },
      ...options,
    });
  }

  /** Adds a reader that has everything said so far. */
  add(dialect: Dialect = jsonDialect): { peer: FakePeer; connection: Connection } {
    const peer = new FakePeer();
    return { peer, connection: this.room.add({ peer, dialect, cursor: this.room.history.end }) };
  }
}
