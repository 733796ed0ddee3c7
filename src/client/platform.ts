// What the headless client needs of the world it runs in. Browsers, Deno and Node have all of it
// under these very names, so the real things fit without a wrapper, and so do a test's fakes.

import type { Clock } from "../clock.ts";
import type { Since } from "../protocol.ts";

/** The part of a `WebSocket` that the client uses; the global class fits as it is. */
export interface ClientSocket {
  /** Only called after the first frame has come in, so the socket is open. */
  send(data: string): void;
  close(): void;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: "close", listener: (event: { readonly code: number }) => void): void;
}

/** Begins to open a socket that speaks `protocol`. */
export type OpenSocket = (url: string, protocol: string) => ClientSocket;

/** The only thing the client asks of time: to be called once, `delayMs` from now. */
export type Timer = Pick<Clock, "after">;

/** Strings by name; `localStorage` fits. No method may throw: a full disk must not stop a chat. */
export interface KeyValueStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** What a `ChatClient` is made of. */
export interface ChatClientOptions {
  /**
   * The server's socket, for example `ws://localhost:8000/ws`; or those of several servers of one
   * cluster. It begins at the first, and goes on at the next when a connection is lost or refused.
   */
  readonly url: string | readonly string[];
  /** For example `(url, protocol) => new WebSocket(url, protocol)`. */
  readonly openSocket: OpenSocket;
  /** For example `systemClock` of `src/clock.ts`. */
  readonly timer: Timer;
  /** From 0 up to but not including 1; for example `Math.random`. */
  readonly random: () => number;
  /** Unique for ever among all senders: 1 to 64 of `A-Z a-z 0-9 _ -`. */
  readonly newId: () => string;
  /** Keeps the name and its key. @default {memoryStorage()} */
  readonly identityStorage?: KeyValueStorage;
  /**
   * Whether the name is free for others as soon as this client is gone. For programs that keep no
   * identity: the server would keep the name for a key that nobody has any more. @default {false}
   */
  readonly borrow?: boolean;
  /**
   * Keeps what is not stored yet. Two clients that run at once must not share it: each would
   * overwrite what the other has waiting. @default {memoryStorage()}
   */
  readonly outboxStorage?: KeyValueStorage;
  /** The last message that is known already; what follows it comes as `messages`. */
  readonly since?: Since;
}

/**
 * Remembers for as long as it lives, for programs that keep nothing.
 *
 * @example
 * ```ts
 * import { memoryStorage } from "./platform.ts";
 *
 * const storage = memoryStorage();
 * storage.setItem("colour", "blue");
 * storage.getItem("colour"); // "blue"
 * ```
 */
export function memoryStorage(): KeyValueStorage {
  const values = new Map<string, string>();
  return {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
  };
}
