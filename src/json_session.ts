// A client of the JSON dialect: what each of its frames causes.

import type { Connection } from "./connection.ts";
import { MAX_FRAME_BYTES } from "./limits.ts";
import { normalizeName } from "./message.ts";
import {
  type ClientFrame,
  decodeFrame,
  encodeJoined,
  encodeWelcome,
  jsonDialect,
  PONG,
  type Since,
} from "./protocol.ts";
import { BaseSession, type SessionDeps, type SessionOptions } from "./session.ts";

/** What the JSON dialect takes from the upgrade request. */
export interface JsonOptions extends SessionOptions {
  readonly since: Since | undefined;
  /** The key of the page's cookie: used for a name when `join` brings none. */
  readonly cookieKey: string | undefined;
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
        return this.inOrder(() => this.#join(frame));
      case "send":
        return this.say(frame.id, frame.text);
      case "typing":
        return this.inOrder(() => room.typing(this.connection));
      case "ping":
        // Out of turn: it asks whether anybody is there, and waits five seconds for the answer.
        return room.send(this.connection, PONG);
    }
  }

  #join(frame: Extract<ClientFrame, { type: "join" }>): void | Promise<void> {
    const wanted = normalizeName(frame.name);
    this.takeToken("join");
    const given = frame.key ?? this.#cookieKey;
    const borrow = frame.borrow === true;
    const claim = this.deps.names.claim(wanted, given, { borrow });
    return whenHad(claim, ({ name, key }) => {
      if (this.isHere) return this.#enter(name, key);
      // Nobody will ever know a key that was made for it, or come back for what was only borrowed.
      if (key !== given || borrow) this.deps.names.forget(name);
    });
  }

  #enter(name: string, key: string): void {
    const { room } = this.deps;
    // The answer first, so that a client knows its own name when it reads who has joined.
    room.send(this.connection, encodeJoined(name, key));
    room.join(this.connection, name);
  }
}

/** Uses `value`, at once when it is no promise. */
function whenHad<T>(value: T | Promise<T>, use: (value: T) => void): void | Promise<void> {
  return value instanceof Promise ? value.then(use) : use(value);
}
