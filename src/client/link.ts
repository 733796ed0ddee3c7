// The way to the server: one socket at a time, opened again for as long as it takes. Knows when it is
// up and what comes in, not what it means.

import type { Cancel } from "../clock.ts";
import type { ClientFrame, ServerFrame } from "../protocol.ts";
import { SUBPROTOCOL } from "../subprotocol.ts";
import { Backoff } from "./backoff.ts";
import { decodeServerFrame } from "./frames.ts";
import { Heartbeat } from "./heartbeat.ts";
import type { ClientSocket, OpenSocket, Timer } from "./platform.ts";

/**
 * `connecting`: a socket is being opened. `connected`: the server has said welcome. `waiting`: the
 * last attempt failed or the connection was lost, the next attempt comes by itself. `closed`: not
 * begun, or closed by {@linkcode Link.close}.
 */
export type Status = "closed" | "connecting" | "connected" | "waiting";

/** How long the first frame may take, from the call that opens the socket. */
export const WELCOME_MS = 10_000;
/** A connection that lasted this long was a good one: the next wait is short again. */
export const STABLE_MS = 5_000;
/** How long a connection has to prove itself when somebody comes back to their device. */
export const WAKE_ANSWER_MS = 3_000;

const FLOODING = 1008;

/** What a {@linkcode Link} reports. */
export interface LinkListener {
  status(status: Status): void;
  /** A frame came in, `welcome` first; never `pong`. */
  frame(frame: ServerFrame): void;
  /**
   * A connection that had said welcome is gone. `code` is the one of the close event (RFC 6455,
   * section 7.4.1), or 1006 when this side gave up on it.
   */
  lost(code: number): void;
}

/** What a {@linkcode Link} is made of. */
export interface LinkOptions {
  /** How many servers there are to choose from; at least one. */
  readonly servers: number;
  /** Asked before each attempt, because the place to resume from moves; `server` counts from 0. */
  readonly url: (server: number) => string;
  readonly openSocket: OpenSocket;
  readonly timer: Timer;
  readonly random: () => number;
  readonly listener: LinkListener;
}

/** One connection, renewed for ever: at the next server whenever one fails, and then at the first again. */
export class Link {
  readonly #options: LinkOptions;
  readonly #backoff: Backoff;
  readonly #heartbeat: Heartbeat;
  #status: Status = "closed";
  #server = 0;
  // The socket in use. Events of any other socket are ignored: one that was given up may still
  // deliver what was under way, and closes long after its successor is open.
  #socket: ClientSocket | undefined;
  #cancelRetry: Cancel | undefined;
  #cancelStable: Cancel | undefined;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.random, options.servers);
    this.#heartbeat = new Heartbeat(options.timer, {
      ping: () => this.send({ type: "ping" }),
      dead: () => this.drop(),
    });
  }

  get status(): Status {
    return this.#status;
  }

  /** Begins; does nothing when it has begun. */
  open(): void {
    if (this.#status === "closed") this.#connect();
  }

  /** Sends `frame`, or drops it when there is no connection: what must arrive is sent on welcome. */
  send(frame: ClientFrame): void {
    if (this.#status === "connected") this.#socket?.send(JSON.stringify(frame));
  }

  /** Gives up on the current connection and waits for the next. */
  drop(): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    // First out of use, then closed: the close event of a dead network comes minutes later.
    this.#lose(1006);
    socket.close();
  }

  /** The device or its network is back: connects at once, or makes the connection prove itself. */
  wake(): void {
    if (this.#status === "waiting") this.#connect();
    else if (this.#status === "connected") this.#heartbeat.probe(WAKE_ANSWER_MS);
  }

  /** Ends it, quietly: nothing is reported but the status. */
  close(): void {
    const socket = this.#socket;
    this.#release();
    this.#setStatus("closed");
    socket?.close();
  }

  #connect(): void {
    this.#release();
    // Throws when the address is none, and then nothing has begun.
    const socket = this.#options.openSocket(this.#options.url(this.#server), SUBPROTOCOL);
    this.#socket = socket;
    this.#setStatus("connecting");
    this.#heartbeat.expect(WELCOME_MS);
    socket.addEventListener("message", ({ data }) => {
      if (socket === this.#socket) this.#receive(data);
    });
    socket.addEventListener("close", ({ code }) => {
      if (socket === this.#socket) this.#lose(code);
    });
  }

  #receive(data: unknown): void {
    this.#heartbeat.heard();
    const frame = decodeServerFrame(data);
    if (frame === undefined || frame.type === "pong") return;
    if (frame.type === "welcome") {
      this.#cancelStable = this.#options.timer.after(STABLE_MS, () => this.#backoff.reset());
      this.#setStatus("connected");
    }
    this.#options.listener.frame(frame);
  }

  #lose(code: number): void {
    const wasConnected = this.#status === "connected";
    this.#release();
    this.#server = (this.#server + 1) % this.#options.servers;
    const delay = code === FLOODING ? this.#backoff.long() : this.#backoff.next();
    this.#cancelRetry = this.#options.timer.after(delay, () => this.#connect());
    this.#setStatus("waiting");
    if (wasConnected) this.#options.listener.lost(code);
  }

  #release(): void {
    this.#socket = undefined;
    this.#heartbeat.stop();
    this.#cancelRetry?.();
    this.#cancelStable?.();
    this.#cancelRetry = undefined;
    this.#cancelStable = undefined;
  }

  #setStatus(status: Status): void {
    if (status === this.#status) return;
    this.#status = status;
    this.#options.listener.status(status);
  }
}
