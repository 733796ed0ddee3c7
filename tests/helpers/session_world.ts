// Sessions with a real room, real names and a store in memory; only time and sockets are fake.

import type { Draft } from "../../src/message.ts";
import { JsonSession } from "../../src/json_session.ts";
import { Names } from "../../src/names.ts";
import { type Since, wireLimits } from "../../src/protocol.ts";
import { Room } from "../../src/room.ts";
import type { RatedPeer, SessionDeps } from "../../src/session.ts";
import { TextSession } from "../../src/text_session.ts";
import { AskedNames } from "./asked_names.ts";
import { FakeClock } from "./fake_clock.ts";
import { FakePeer } from "./fake_peer.ts";
import { MemoryDisk, MemoryStore } from "./memory_store.ts";
import { EventLog } from "./room_world.ts";

/** A client as the server sees it. */
export interface Client<S extends JsonSession | TextSession> {
  readonly session: S;
  readonly peer: FakePeer;
}

/** How a {@linkcode SessionWorld} is furnished. */
export interface SessionWorldOptions {
  /** Messages in a welcome. @default 3 */
  readonly history?: number;
  readonly window?: number;
  /** What was said before the server started. */
  readonly disk?: MemoryDisk;
  /** Whether a name is only had when {@linkcode SessionWorld.asked} answers. @default false */
  readonly asks?: boolean;
}

/** A server without a network. */
export class SessionWorld {
  readonly clock = new FakeClock();
  readonly events = new EventLog();
  readonly disk: MemoryDisk;
  readonly store: MemoryStore;
  readonly names: Names;
  /** Who asks for names when `asks` is set. */
  readonly asked: AskedNames;
  readonly room: Room;
  /** The codes of all refusals. */
  readonly refused: string[] = [];
  /** Seconds for which there is no token of a kind. */
  readonly wait = { message: 0, join: 0 };
  readonly #deps: SessionDeps;
  #made = 0;

  constructor(options: SessionWorldOptions = {}) {
    const { history = 3, disk = new MemoryDisk(), asks = false, ...room } = options;
    this.disk = disk;
    this.store = new MemoryStore({ disk, history: 1000 });
    this.names = new Names({
      now: () => this.clock.now(),
      newKey: () => `key-${++this.#made}`.padEnd(22, "_"),
    });
    this.asked = new AskedNames(this.names);
    this.room = new Room({ clock: this.clock, events: this.events, names: this.names, ...room });
    this.room.load(this.store.recent);
    this.store.tail((batch) => this.room.deliver(batch));
    this.#deps = {
      room: this.room,
      store: this.store,
      names: asks ? this.asked : this.names,
      limits: wireLimits({ rate: 5, history }),
      newId: () => `made-${++this.#made}`,
      refused: (error) => this.refused.push(error.code),
    };
  }

  /** A client of the JSON dialect; its welcome is in its frames. */
  json(options: { since?: Since; cookieKey?: string } = {}): Client<JsonSession> {
    const peer = new FakePeer();
    const session = new JsonSession(this.#deps, {
      peer: this.#rated(peer),
      since: options.since,
      cookieKey: options.cookieKey,
    });
    return { peer, session };
  }

  /** A client of the JSON dialect that has a name and has read everything. */
  async joined(name: string): Promise<Client<JsonSession>> {
    const client = this.json();
    client.session.receive(JSON.stringify({ type: "join", name }));
    await this.settle();
    client.peer.read();
    return client;
  }

  /** A client of the text dialect; its greeting is in its frames. */
  text(options: { name?: string; history?: number; peer?: FakePeer } = {}): Client<TextSession> {
    const { peer = new FakePeer() } = options;
    const session = new TextSession(this.#deps, {
      peer: this.#rated(peer),
      name: options.name,
      history: options.history ?? 0,
    });
    return { peer, session };
  }

  #rated(peer: FakePeer): RatedPeer {
    return Object.assign(peer, { takeToken: (kind: "message" | "join") => this.wait[kind] });
  }

  /** Says something that has nobody to be answered. */
  async say(draft: Partial<Draft> = {}): Promise<void> {
    await this.store.append({ id: `said-${++this.#made}`, name: "Zoe", text: "hello", ...draft });
  }

  /** Lets happen what happens by itself, presence too; less than the 5 s after which names leave. */
  async settle(): Promise<void> {
    // The store answers a few turns later.
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    this.clock.advance(1000);
  }
}
