// What one WebSocket client says and is answered, in either dialect. Speaks through a room and a
// store; has no socket, no clock and no limits on sizes: the socket's owner has those.

import type { Connection, Peer } from "./connection.ts";
import { ChatError, toChatError } from "./errors.ts";
import { assertNoWait } from "./guard.ts";
import { MAX_FRAME_BYTES } from "./limits.ts";
import { normalizeName, normalizeText } from "./message.ts";
import type { Names } from "./names.ts";
import {
  type ClientFrame,
  decodeFrame,
  encodeJoined,
  encodeWelcome,
  jsonDialect,
  PONG,
  type Since,
  textDialect,
  type WireLimits,
} from "./protocol.ts";
import type { Room } from "./room.ts";
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
  readonly names: Names;
  readonly limits: WireLimits;
  /** A fresh id for a message whose sender cannot choose one. */
  readonly newId: () => string;
  /** Called for every refusal, after it was sent. */
  readonly refused: (error: ChatError) => void;
}

/** What one session has of its own. */
export interface SessionOptions {
  readonly peer: Peer;
  /** Takes a token of the client's rate; returns the seconds to wait when there is none, else 0. */
  readonly takeToken: (kind: "message" | "join") => number;
}

/** What the JSON dialect takes from the upgrade request. */
export interface JsonOptions extends SessionOptions {
  readonly since: Since | undefined;
  /** The key of the page's cookie: used for a name when `join` brings none. */
  readonly cookieKey: string | undefined;
}

/** What the text dialect takes from the upgrade request. */
export interface TextOptions extends SessionOptions {
  readonly name: string | undefined;
  /** How many of the last messages to begin with. */
  readonly history: number;
}

abstract class BaseSession implements Session {
  abstract readonly connection: Connection;
  protected readonly deps: SessionDeps;
  protected readonly takeToken: SessionOptions["takeToken"];

  constructor(deps: SessionDeps, options: SessionOptions) {
    this.deps = deps;
    this.takeToken = options.takeToken;
  }

  abstract receive(data: string): void;

  refuse(error: ChatError, id?: string): void {
    const { connection } = this;
    this.deps.room.send(connection, connection.dialect.error(error, id));
    this.deps.refused(error);
  }

  /** Runs `action`; what it throws becomes the answer. */
  protected attempt(action: () => void, id?: string): void {
    try {
      action();
    } catch (error) {
      this.refuse(toChatError(error), id);
    }
  }

  /** Stores a message. That it is stored, the sender learns when it comes back. */
  protected say(id: string, rawText: string): void {
    this.attempt(() => {
      const { name } = this.connection;
      if (name === undefined) {
        throw new ChatError("not_joined", "Cannot send: join with a name first");
      }
      const text = normalizeText(rawText);
      assertNoWait(this.takeToken("message"));
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

/** A client of `parley.v1`. Making one sends the welcome. */
export class JsonSession extends BaseSession {
  readonly connection: Connection;
  readonly #cookieKey: string | undefined;

  constructor(deps: SessionDeps, options: JsonOptions) {
    super(deps, options);
    this.#cookieKey = options.cookieKey;
    const { room, store, limits } = deps;
    const { since } = options;
    const { history } = room;
    const resumed = since?.log === store.log ? history.since(since.seq) : undefined;
    const from = resumed ?? Math.max(history.start, history.end - limits.history);
    // What does not fit comes after it, as if it had just been said.
    const messages = history.fitting(from, MAX_FRAME_BYTES);
    const cursor = from + messages.length;
    this.connection = room.add({ peer: options.peer, dialect: jsonDialect, cursor });
    const { online } = room;
    const welcome = { log: store.log, reset: resumed === undefined, messages, online, limits };
    room.send(this.connection, encodeWelcome(welcome));
  }

  receive(data: string): void {
    const decoded = decodeFrame(data);
    if ("error" in decoded) this.refuse(decoded.error, decoded.id);
    else this.#handle(decoded.frame);
  }

  #handle(frame: ClientFrame): void {
    const { room } = this.deps;
    switch (frame.type) {
      case "join":
        return this.attempt(() => this.#join(frame));
      case "send":
        return this.say(frame.id, frame.text);
      case "typing":
        return room.typing(this.connection);
      case "ping":
        return room.send(this.connection, PONG);
    }
  }

  #join(frame: Extract<ClientFrame, { type: "join" }>): void {
    const { room, names } = this.deps;
    const wanted = normalizeName(frame.name);
    assertNoWait(this.takeToken("join"));
    const { name, key } = names.claim(wanted, frame.key ?? this.#cookieKey, {
      borrow: frame.borrow === true,
    });
    // The answer first, so that a client knows its own name when it reads who has joined.
    room.send(this.connection, encodeJoined(name, key));
    room.join(this.connection, name);
  }
}

/** A client that speaks plain lines. Making one sends the greeting and the history asked for. */
export class TextSession extends BaseSession {
  readonly connection: Connection;

  constructor(deps: SessionDeps, options: TextOptions) {
    super(deps, options);
    const { room, names, limits } = deps;
    const { history } = room;
    const from = Math.max(history.start, history.end - Math.min(options.history, limits.history));
    // As in a welcome: what does not fit comes after it, as if it had just been said.
    const past = history.fitting(from, MAX_FRAME_BYTES);
    const cursor = from + past.length;
    this.connection = room.add({ peer: options.peer, dialect: textDialect, cursor });
    const name = names.borrow(this.#wantedName(options.name));
    room.send(this.connection, `You are ${name}`);
    for (const line of textDialect.messages(past, 0)) room.send(this.connection, line);
    room.join(this.connection, name);
  }

  receive(data: string): void {
    this.say(this.deps.newId(), data);
  }

  #wantedName(raw: string | undefined): string {
    const guest = `guest-${this.deps.newId().slice(0, 4)}`;
    let name = guest;
    if (raw !== undefined) this.attempt(() => void (name = normalizeName(raw)));
    return name;
  }
}
