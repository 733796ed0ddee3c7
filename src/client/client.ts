// The headless client of Parley: for the web page, the console, bots and tests. It connects,
// resumes, joins and delivers by itself; what it needs of the world is passed in.

import { ChatError } from "../errors.ts";
import { isMessageId, type Message, normalizeText } from "../message.ts";
import type { ServerFrame, Since, WireLimits } from "../protocol.ts";
import { Delivery } from "./delivery.ts";
import type { ClientEvent } from "./events.ts";
import { Link, type Status } from "./link.ts";
import { Membership } from "./membership.ts";
import { Outbox, type Unsent } from "./outbox.ts";
import { type ChatClientOptions, memoryStorage } from "./platform.ts";
import { Reader } from "./reader.ts";
import { TypingSignal } from "./typing_signal.ts";

const TOO_LARGE = 1009;

/**
 * A reader and writer of one Parley, a server or a cluster, that stays connected until it is closed.
 *
 * Nothing it does needs the connection to be up at that moment: a name is asked for and messages are
 * sent as soon as they can be, in the order in which they were given.
 *
 * @example A bot that answers
 * ```ts
 * import { systemClock } from "../clock.ts";
 * import { ChatClient } from "./client.ts";
 *
 * const client = new ChatClient({
 *   url: "ws://localhost:8000/ws",
 *   openSocket: (url, protocol) => new WebSocket(url, protocol),
 *   timer: systemClock,
 *   random: Math.random,
 *   newId: () => crypto.randomUUID(),
 * });
 * client.listen((event) => {
 *   if (event.type !== "messages") return;
 *   for (const { text } of event.messages) {
 *     if (text === "!ping") client.send("pong").catch(console.error);
 *   }
 * });
 * client.connect();
 * await client.join("Echo");
 * ```
 */
export class ChatClient {
  readonly #listeners = new Set<(event: ClientEvent) => void>();
  readonly #options: ChatClientOptions;
  readonly #link: Link;
  readonly #reader: Reader;
  readonly #membership: Membership;
  readonly #outbox: Outbox;
  readonly #delivery: Delivery;
  readonly #typing: TypingSignal;
  #limits: WireLimits | undefined;

  constructor(options: ChatClientOptions) {
    const { timer, random } = options;
    const emit = this.#emit.bind(this);
    const urls = [options.url].flat();
    this.#options = options;
    this.#reader = new Reader({ timer, since: options.since, emit });
    this.#outbox = new Outbox(options.outboxStorage ?? memoryStorage());
    this.#link = new Link({
      servers: urls.length,
      url: (server) => this.#url(urls[server] ?? ""),
      openSocket: options.openSocket,
      timer,
      random,
      listener: {
        status: (status) => emit({ type: "status", status }),
        frame: (frame) => this.#receive(frame),
        lost: (code) => this.#lost(code),
      },
    });
    const send = this.#link.send.bind(this.#link);
    this.#typing = new TypingSignal(timer, () => send({ type: "typing" }));
    this.#membership = new Membership({
      storage: options.identityStorage ?? memoryStorage(),
      borrow: options.borrow ?? false,
      timer,
      random,
      send,
      refused: (name, error) => emit({ type: "refused", name, error }),
    });
    this.#delivery = new Delivery({
      outbox: this.#outbox,
      timer,
      random,
      send,
      drop: () => this.#link.drop(),
      delayed: (id, error) => emit({ type: "delayed", id, error }),
    });
  }

  /** Whether there is a connection. */
  get status(): Status {
    return this.#link.status;
  }

  /** The name this client speaks by, or will as soon as it can; the stored one at first. */
  get name(): string | undefined {
    return this.#membership.name;
  }

  /** Who is here, in the order in which they came; as of the last connection while there is none. */
  get online(): readonly string[] {
    return this.#reader.online;
  }

  /** Where reading goes on: the last message it has. `undefined` before the first connection. */
  get since(): Since | undefined {
    return this.#reader.since;
  }

  /** What the server allows; `undefined` before the first connection. */
  get limits(): WireLimits | undefined {
    return this.#limits;
  }

  /**
   * What is not stored yet, oldest first; at first what an earlier run left. It is sent by itself;
   * `send` with the same id tells how it went.
   */
  get unsent(): readonly Unsent[] {
    return this.#outbox.unsent;
  }

  /** Calls `listener` with everything that happens from now on, in order, until the result is called. */
  listen(listener: (event: ClientEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Connects, and stays connected until {@linkcode close}. Calling it again changes nothing. */
  connect(): void {
    this.#link.open();
  }

  /**
   * Asks for `name`, now or as soon as there is a connection, in place of the name it had. Resolves
   * with the name as the server writes it. After a reconnect the name is asked for again.
   *
   * @throws {ChatError} `name_taken`, with a free name in the message; `name_invalid`. A name it had
   * before stays.
   * @throws {DOMException} `AbortError` when it was closed or asked for another name meanwhile.
   */
  join(name: string): Promise<string> {
    return this.#membership.join(name);
  }

  /**
   * Says `text`: as soon as there is a connection with a name, after what was sent before it, again
   * after every reconnect until it is stored, and never twice. Resolves with the stored message, which
   * listeners have seen by then. Giving an `id` that still waits waits for it again; giving one that is
   * stored already resolves with what was stored.
   *
   * @throws {ChatError} `text_invalid`; `rate_limited` when 100 wait already; or what the server
   * refused it with. It is not sent again then.
   * @throws {DOMException} `AbortError` when the client was closed first; the message stays in the
   * outbox.
   */
  async send(text: string, id: string = this.#options.newId()): Promise<Message> {
    if (!isMessageId(id)) {
      throw new TypeError(`Cannot send: the id is "${id}", it must be 1 to 64 of A-Z a-z 0-9 _ -`);
    }
    return await this.#delivery.add({ id, text: normalizeText(text) });
  }

  /**
   * Gives up on the message of that id; whoever waits for it gets an `AbortError`. Returns whether it
   * was still waiting. One that was on its way at this moment may be stored all the same.
   */
  discard(id: string): boolean {
    return this.#delivery.discard(
      id,
      new DOMException("Cannot send: the message was discarded", "AbortError"),
    );
  }

  /** Tells the others that something is being written; to be called at every key, it is gathered. */
  typing(): void {
    if (this.#membership.joined) this.#typing.key();
  }

  /**
   * To be called when the device or its network may have come back: connects at once instead of
   * waiting, or makes a connection that only looks open prove itself within 3 s.
   */
  wake(): void {
    this.#link.wake();
  }

  /** Disconnects and rejects what waits. {@linkcode connect} may be called again. */
  close(): void {
    this.#link.close();
    this.#leave();
    this.#membership.cancel("the client was closed");
    this.#delivery.abandon(new DOMException("Cannot send: the client was closed", "AbortError"));
  }

  #url(server: string): string {
    const url = new URL(server);
    const { since } = this.#reader;
    if (since !== undefined) url.searchParams.set("since", `${since.log}:${since.seq}`);
    return url.href;
  }

  #receive(frame: ServerFrame): void {
    switch (frame.type) {
      case "welcome":
        this.#limits = frame.limits;
        this.#reader.welcome(frame);
        this.#delivery.stored(frame.messages);
        return this.#membership.connected();
      case "joined":
        this.#membership.accepted(frame);
        this.#emit({ type: "joined", name: frame.name });
        return this.#delivery.start();
      case "messages":
        this.#reader.messages(frame.messages, frame.skipped ?? 0);
        // All of them, also those read before: a repeated message is answered with an old one.
        return this.#delivery.stored(frame.messages);
      case "presence":
        return this.#reader.presence(frame);
      case "typing":
        return this.#reader.typing(frame);
      case "error":
        return this.#refused(frame);
    }
  }

  #refused(frame: Extract<ServerFrame, { type: "error" }>): void {
    const { code, message, id, retryAfter } = frame;
    const options = retryAfter === undefined ? {} : { retryAfterSeconds: retryAfter };
    const error = new ChatError(code, message, options);
    if (id !== undefined) this.#delivery.refused(id, error);
    else if (!this.#membership.answer(error)) this.#emit({ type: "error", error });
  }

  #lost(code: number): void {
    if (code === TOO_LARGE) {
      const error = new ChatError("too_large", "Cannot send: the message is too large");
      this.#delivery.refuseInFlight(error);
    }
    this.#leave();
  }

  #leave(): void {
    this.#membership.lost();
    this.#delivery.stop();
    this.#reader.lost();
    this.#typing.reset();
  }

  #emit(event: ClientEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
