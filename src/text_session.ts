// A client of the text dialect: a greeting, and from then on everything that it sends is a message.

import type { Connection } from "./connection.ts";
import { toChatError } from "./errors.ts";
import { MAX_FRAME_BYTES } from "./limits.ts";
import { normalizeName } from "./message.ts";
import { textDialect } from "./protocol.ts";
import { BaseSession, type SessionDeps, type SessionOptions } from "./session.ts";

/** What the text dialect takes from the upgrade request. */
export interface TextOptions extends SessionOptions {
  readonly name: string | undefined;
  /** How many of the last messages to begin with. */
  readonly history: number;
}

/** A client that speaks plain lines. Making one sends the greeting and the history asked for. */
export class TextSession extends BaseSession {
  readonly connection: Connection;

  constructor(deps: SessionDeps, options: TextOptions) {
    super(deps, options);
    const { room, names } = deps;
    const cursor = room.history.end;
    this.connection = room.add({
      peer: options.peer,
      dialect: textDialect,
      cursor,
      follows: false,
    });
    const wanted = this.#wantedName(options.name);
    const greet = (name: string) => this.#greet(name, options.history);
    this.inOrder(() => {
      const lent = names.borrow(wanted);
      if (!(lent instanceof Promise)) return greet(lent);
      return lent.then(greet, (error) => this.#turnAway(error));
    });
  }

  receive(data: string): void {
    this.say(this.deps.newId(), data);
  }

  #greet(name: string, asked: number): void {
    const { room, names, limits } = this.deps;
    if (!this.isHere) return names.forget(name);
    const { history } = room;
    const from = Math.max(history.start, history.end - Math.min(asked, limits.history));
    // As in a welcome: what does not fit comes after it, as if it had just been said.
    const past = history.fitting(from, MAX_FRAME_BYTES);
    room.send(this.connection, `You are ${name}`);
    for (const line of textDialect.messages(past, 0)) room.send(this.connection, line);
    room.follow(this.connection, from + past.length);
    room.join(this.connection, name);
  }

  // It has no way to ask for a name again but to come again.
  #turnAway(error: unknown): void {
    this.refuse(toChatError(error));
    this.deps.room.close(this.connection, 1013, "no name can be had now");
  }

  #wantedName(raw: string | undefined): string {
    const guest = `guest-${this.deps.newId().slice(0, 4)}`;
    let name = guest;
    if (raw !== undefined) this.attempt(() => void (name = normalizeName(raw)));
    return name;
  }
}
