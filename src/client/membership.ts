// Under which name this client speaks: asks the server for it, again after every reconnect, and keeps
// the key that proves it.

import type { Cancel } from "../clock.ts";
import { ChatError } from "../errors.ts";
import type { ClientFrame, ServerFrame } from "../protocol.ts";
import { Backoff } from "./backoff.ts";
import { type Identity, loadIdentity, saveIdentity } from "./identity.ts";
import type { KeyValueStorage, Timer } from "./platform.ts";

/** What a {@linkcode Membership} needs. */
export interface MembershipOptions {
  readonly storage: KeyValueStorage;
  /** Whether the name is free again as soon as the connection is gone. */
  readonly borrow: boolean;
  readonly timer: Timer;
  readonly random: () => number;
  readonly send: (frame: ClientFrame) => void;
  /** A name that nobody was waiting for was refused: the one from last time. */
  readonly refused: (name: string, error: ChatError) => void;
}

interface Wish {
  readonly name: string;
  readonly resolve: (name: string) => void;
  readonly reject: (error: unknown) => void;
}

/** A name, had or wished for. */
export class Membership {
  readonly #options: MembershipOptions;
  readonly #backoff: Backoff;
  #identity: Identity;
  #connected = false;
  #joined = false;
  #wish: Wish | undefined;
  // The name in a `join` that has no answer yet. One at a time, because the answer does not say
  // which question it belongs to.
  #asked: string | undefined;
  #cancelRetry: Cancel | undefined;

  constructor(options: MembershipOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.random);
    this.#identity = loadIdentity(options.storage);
  }

  /** The name to speak by, now or as soon as there is a connection. */
  get name(): string | undefined {
    return this.#identity.name;
  }

  /** Whether the server knows this connection by {@linkcode name}. */
  get joined(): boolean {
    return this.#joined;
  }

  /** See `ChatClient.join`. */
  join(name: string): Promise<string> {
    this.cancel("another name was asked for");
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    this.#wish = { name, resolve, reject };
    this.#ask();
    return promise;
  }

  /** There is a connection, and it has no name yet. */
  connected(): void {
    this.#connected = true;
    this.#ask();
  }

  /** The connection is gone. */
  lost(): void {
    this.#connected = false;
    this.#joined = false;
    this.#asked = undefined;
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
  }

  /** The server agreed. */
  accepted({ name, key }: Extract<ServerFrame, { type: "joined" }>): void {
    this.#joined = true;
    this.#backoff.reset();
    this.#remember({ name, key });
    if (this.#wish?.name === this.#answered()) {
      this.#wish?.resolve(name);
      this.#wish = undefined;
    }
    this.#askNext();
  }

  /** Takes an error that is about no message; returns whether it was the answer to a `join`. */
  answer(error: ChatError): boolean {
    const name = this.#answered();
    if (name === undefined) return false;
    if (error.code === "rate_limited" || error.code === "not_saved") {
      const delay = (error.retryAfterSeconds ?? 0) * 1000 + this.#backoff.next();
      this.#cancelRetry = this.#options.timer.after(delay, () => this.#ask());
    } else {
      this.#refuse(name, error);
      this.#askNext();
    }
    return true;
  }

  /** Calls off a wish that has not come true. */
  cancel(reason: string): void {
    this.#wish?.reject(new DOMException(`Cannot join: ${reason}`, "AbortError"));
    this.#wish = undefined;
  }

  #refuse(name: string, error: ChatError): void {
    if (this.#wish?.name === name) {
      this.#wish.reject(error);
      this.#wish = undefined;
    } else if (!this.#joined) {
      const { key } = this.#identity;
      this.#remember(key === undefined ? {} : { key });
      this.#options.refused(name, error);
    }
  }

  #answered(): string | undefined {
    const name = this.#asked;
    this.#asked = undefined;
    return name;
  }

  /** Asks for what is still open: a newer wish, or the old name when the wish was refused. */
  #askNext(): void {
    if (this.#wish !== undefined || !this.#joined) this.#ask();
  }

  #ask(): void {
    const name = this.#wish?.name ?? this.#identity.name;
    if (!this.#connected || this.#asked !== undefined || name === undefined) return;
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    this.#asked = name;
    // Another window may have got the key since this one was opened.
    const key = this.#identity.key ?? loadIdentity(this.#options.storage).key;
    this.#options.send({
      type: "join",
      name,
      ...(key === undefined ? {} : { key }),
      ...(this.#options.borrow ? { borrow: true } : {}),
    });
  }

  #remember(identity: Identity): void {
    this.#identity = identity;
    saveIdentity(this.#options.storage, identity);
  }
}
