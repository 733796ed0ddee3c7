// Carries the outbox to the server, one message at a time: the next leaves when the one before it is
// stored or refused. So the order holds whatever is refused, lost or repeated on the way.

import type { Cancel } from "../clock.ts";
import { ChatError } from "../errors.ts";
import type { Message } from "../message.ts";
import type { ClientFrame } from "../protocol.ts";
import { Backoff } from "./backoff.ts";
import { MAX_UNSENT, type Outbox, type Unsent } from "./outbox.ts";
import type { Timer } from "./platform.ts";

/**
 * How long the server may take to store or refuse one message. A server without its disk refuses
 * within 11 s, so beyond this something was lost and a new connection is the way to find out.
 */
export const CONFIRM_MS = 15_000;

/** What a {@linkcode Delivery} needs. */
export interface DeliveryOptions {
  readonly outbox: Outbox;
  readonly timer: Timer;
  readonly random: () => number;
  readonly send: (frame: ClientFrame) => void;
  /** Gives up on the connection. */
  readonly drop: () => void;
  /** The message of that id has to wait, and goes again by itself. */
  readonly delayed: (id: string, error: ChatError) => void;
}

type Fate = PromiseWithResolvers<Message>;

/** The road from the outbox to the log. */
export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #backoff: Backoff;
  readonly #fates = new Map<string, Fate>();
  #running = false;
  #inFlight: string | undefined;
  // Either for the answer to what is in flight, or until it may go again.
  #cancelWait: Cancel | undefined;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.random);
  }

  /** Queues `draft`; an id that waits already is only waited for. See `ChatClient.send`. */
  add(draft: Unsent): Promise<Message> {
    const { outbox } = this.#options;
    if (!outbox.has(draft.id)) {
      if (outbox.isFull) {
        const reason = `${MAX_UNSENT} messages are waiting to be sent already`;
        throw new ChatError("rate_limited", `Cannot send: ${reason}`);
      }
      outbox.add(draft);
    }
    let fate = this.#fates.get(draft.id);
    if (fate === undefined) this.#fates.set(draft.id, fate = Promise.withResolvers());
    this.#next();
    return fate.promise;
  }

  /** There is a connection and it has a name. Calling it again changes nothing. */
  start(): void {
    this.#running = true;
    this.#next();
  }

  /** There is none any more. What was in flight may or may not have arrived: it goes again. */
  stop(): void {
    this.#running = false;
    this.#settle();
  }

  /** These are stored. */
  stored(messages: readonly Message[]): void {
    for (const message of messages) {
      if (!this.#options.outbox.remove(message.id)) continue;
      this.#backoff.reset();
      this.#fates.get(message.id)?.resolve(message);
      this.#fates.delete(message.id);
      if (message.id === this.#inFlight) this.#settle();
    }
    this.#next();
  }

  /** The server did not take the message of that id. */
  refused(id: string, error: ChatError): void {
    if (id !== this.#inFlight) return;
    this.#settle();
    if (error.code === "rate_limited" || error.code === "not_saved") {
      const delay = (error.retryAfterSeconds ?? 0) * 1000 + this.#backoff.next();
      this.#wait(delay, () => this.#next());
      this.#options.delayed(id, error);
    } else if (error.code === "not_joined") {
      this.#options.drop();
    } else {
      this.#fail(id, error);
      this.#next();
    }
  }

  /** The server closed the connection over what is in flight, so it must not go again. */
  refuseInFlight(error: ChatError): void {
    if (this.#inFlight !== undefined) this.refused(this.#inFlight, error);
  }

  /** Forgets the message of that id, which may be on its way already; see `ChatClient.discard`. */
  discard(id: string, reason: unknown): boolean {
    const wasWaiting = this.#fail(id, reason);
    if (id === this.#inFlight) this.#settle();
    this.#next();
    return wasWaiting;
  }

  /** Rejects every promise; what is in the outbox stays there. */
  abandon(reason: unknown): void {
    for (const fate of this.#fates.values()) fate.reject(reason);
    this.#fates.clear();
  }

  #next(): void {
    const { outbox, send, drop } = this.#options;
    const { head } = outbox;
    if (!this.#running || head === undefined || this.#cancelWait !== undefined) return;
    this.#inFlight = head.id;
    this.#wait(CONFIRM_MS, drop);
    send({ type: "send", ...head });
  }

  #wait(delayMs: number, task: () => void): void {
    this.#cancelWait = this.#options.timer.after(delayMs, () => {
      this.#cancelWait = undefined;
      task();
    });
  }

  /** Nothing is in flight and nothing is waited for. */
  #settle(): void {
    this.#inFlight = undefined;
    this.#cancelWait?.();
    this.#cancelWait = undefined;
  }

  /** Returns whether it was waiting. */
  #fail(id: string, reason: unknown): boolean {
    this.#fates.get(id)?.reject(reason);
    this.#fates.delete(id);
    return this.#options.outbox.remove(id);
  }
}
