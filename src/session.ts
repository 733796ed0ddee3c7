// What one WebSocket client says and is answered, in either dialect. Speaks through a room and a
// store; has no socket, no clock and no limits on sizes: the socket's owner has those.

import type { Connection, Peer } from "./connection.ts";
import { ChatError, toChatError } from "./errors.ts";
import { assertNoWait } from "./guard.ts";
import { normalizeText } from "./message.ts";
import type { NameRegistry } from "./name_registry.ts";
import type { WireLimits } from "./protocol.ts";
import type { Room } from "./room.ts";
import { Sequence, type Task } from "./sequence.ts";
import type { MessageStore } from "./store.ts";

/** What a client that is connected can cause. */
export interface Session {
  readonly connection: Connection;
  /** Handles one message of the client; what it cannot accept it answers with a refusal. */
  receive(data: string): void;
  /** Answers with a refusal that is about no message. */
  refuse(error: ChatError): void;
}

/** What sessions share. */
export interface SessionDeps {
  readonly room: Room;
  readonly store: MessageStore;
  readonly names: NameRegistry;
  readonly limits: WireLimits;
  /** A fresh id for a message whose sender cannot choose one. */
  readonly newId: () => string;
  /** Called for every refusal, after it was sent. */
  readonly refused: (error: ChatError) => void;
}

/** A socket with a rate. */
export interface RatedPeer extends Peer {
  /** Takes a token of the client's rate; returns the seconds to wait when there is none, else 0. */
  takeToken(kind: "message" | "join"): number;
}

/** What one session has of its own. */
export interface SessionOptions {
  readonly peer: RatedPeer;
}

/** What sessions of both dialects have in common. */
export abstract class BaseSession implements Session {
  abstract readonly connection: Connection;
  protected readonly deps: SessionDeps;
  readonly #peer: RatedPeer;
  readonly #sequence = new Sequence();

  constructor(deps: SessionDeps, options: SessionOptions) {
    this.deps = deps;
    this.#peer = options.peer;
  }

  abstract receive(data: string): void;

  refuse(error: ChatError, id?: string): void {
    const { connection } = this;
    this.deps.room.send(connection, connection.dialect.error(error, id));
    this.deps.refused(error);
  }

  /** @throws {ChatError} `rate_limited` when the client has no token left. */
  protected takeToken(kind: "message" | "join"): void {
    assertNoWait(this.#peer.takeToken(kind));
  }

  /** Whether the client is still there. */
  protected get isHere(): boolean {
    return this.deps.room.connections.has(this.connection);
  }

  /**
   * Runs `task` after everything that the client has said before, if it is still there by then; what it
   * throws becomes the answer.
   */
  protected inOrder(task: Task, id?: string): void {
    const isTaken = this.#sequence.run(() => this.isHere ? this.attempt(task, id) : undefined);
    if (isTaken) return;
    const why = "Cannot take this yet: too much waits for the answer to a name; wait 1 s";
    this.refuse(new ChatError("rate_limited", why, { retryAfterSeconds: 1 }), id);
  }

  /** Runs `task`; what it throws becomes the answer. */
  protected attempt(task: Task, id?: string): void | Promise<void> {
    const refuse = (error: unknown) => this.refuse(toChatError(error), id);
    try {
      return task()?.catch(refuse);
    } catch (error) {
      refuse(error);
    }
  }

  /** Stores a message. That it is stored, the sender learns when it comes back. */
  protected say(id: string, rawText: string): void {
    this.inOrder(() => {
      const { name } = this.connection;
      if (name === undefined) {
        throw new ChatError("not_joined", "Cannot send: join with a name first");
      }
      const text = normalizeText(rawText);
      this.takeToken("message");
      const { room, store } = this.deps;
      store.append({ id, name, text }).then(
        ({ message, isNew }) => {
          if (!isNew) room.resend(this.connection, message);
        },
        (error) => this.refuse(toChatError(error), id),
      );
    }, id);
  }
}
