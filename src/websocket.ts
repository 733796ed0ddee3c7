// From an upgrade request to a session, and from a real socket's events to the session's calls. Here
// are the limits that need a socket: sizes, floods, and what Deno's sockets do that others do not.

import type { Clock } from "./clock.ts";
import { ChatError } from "./errors.ts";
import { type Admissions, messageRate, type Rate, TokenBucket } from "./guard.ts";
import { MAX_MESSAGE_BYTES } from "./limits.ts";
import { JsonSession } from "./json_session.ts";
import type { Observer } from "./observer.ts";
import { cookieKey } from "./posting.ts";
import { parseSince } from "./protocol.ts";
import type { RatedPeer, Session, SessionDeps, SessionOptions } from "./session.ts";
import { SUBPROTOCOL } from "./subprotocol.ts";
import { TextSession } from "./text_session.ts";
import type { Visitor } from "./visitor.ts";

/** Deno pings after half of it without a frame, and closes what has not answered by the end. */
const IDLE_TIMEOUT_SECONDS = 30;

/** An upgrade that was answered and never opened (the client left) is forgotten after this long. */
const OPENING_MS = 10_000;

/**
 * Frames of any kind. Far above what the rate of messages lets through: who exceeds it does not listen
 * to refusals, and is closed with 1008.
 */
const FRAME_RATE: Rate = { perSecond: 100, burst: 1000 };

/** Changes of name. */
const JOIN_RATE: Rate = { perSecond: 1, burst: 10 };

const UNLIMITED = messageRate(0);

/** What WebSockets need from the server. */
export interface WebSocketDeps {
  readonly session: SessionDeps;
  readonly admissions: Admissions;
  readonly observer: Observer;
  readonly clock: Clock;
  /** Messages a second, 0 for no limit; then frames and joins have none either. */
  readonly rate: number;
}

/**
 * Answers `GET /ws`: 101, and a session from then on.
 *
 * @throws {ChatError} `upgrade_required` or `bad_request` when it is no WebSocket handshake (RFC 6455,
 * section 4.2.1), `too_many_connections` before there is a socket.
 */
export function upgrade(deps: WebSocketDeps, request: Request, visitor: Visitor): Response {
  checkHandshake(request);
  const isJson = offersSubprotocol(request.headers);
  // Now, because Deno does not let a request be read that has been upgraded.
  const open = opener(request, isJson);
  const release = deps.admissions.admit(visitor.address);
  try {
    const { socket, response } = Deno.upgradeWebSocket(request, {
      idleTimeout: IDLE_TIMEOUT_SECONDS,
      ...(isJson ? { protocol: SUBPROTOCOL } : {}),
    });
    new SocketOwner(deps, { socket, release, visitor, open });
    return response;
  } catch (cause) {
    release();
    throw new ChatError("bad_request", "Cannot open a WebSocket: the handshake is not valid", {
      cause,
    });
  }
}

type Open = (deps: SessionDeps, options: SessionOptions) => Session;

function opener(request: Request, isJson: boolean): Open {
  const { searchParams } = new URL(request.url);
  if (!isJson) {
    const name = searchParams.get("name") ?? undefined;
    const asked = searchParams.get("history") ?? "";
    const history = /^\d{1,6}$/.test(asked) ? Number(asked) : 0;
    return (deps, options) => new TextSession(deps, { ...options, name, history });
  }
  const since = parseSince(searchParams.get("since"));
  const key = cookieKey(request);
  return (deps, options) => new JsonSession(deps, { ...options, since, cookieKey: key });
}

function checkHandshake({ method, headers }: Request): void {
  if (method !== "GET" || headers.get("upgrade")?.toLowerCase() !== "websocket") {
    throw new ChatError("upgrade_required", "Cannot answer this: /ws speaks WebSocket only");
  }
  if (headers.get("sec-websocket-version") !== "13") {
    throw new ChatError("upgrade_required", "Cannot open a WebSocket: version 13 is needed");
  }
  if (!/^[A-Za-z0-9+/]{22}==$/.test(headers.get("sec-websocket-key") ?? "")) {
    throw new ChatError("bad_request", "Cannot open a WebSocket: Sec-WebSocket-Key is not valid");
  }
}

function offersSubprotocol(headers: Headers): boolean {
  const offered = (headers.get("sec-websocket-protocol") ?? "").split(",");
  return offered.some((each) => each.trim() === SUBPROTOCOL);
}

interface SocketOptions {
  readonly socket: WebSocket;
  /** Gives back the place among the connections. */
  readonly release: () => void;
  readonly visitor: Visitor;
  readonly open: Open;
}

/**
 * One socket from its upgrade to its end. A throw in a handler would end the process, so each one
 * catches; `close` may come twice or not at all, so ending is idempotent and has a deadline.
 */
class SocketOwner implements RatedPeer {
  readonly #deps: WebSocketDeps;
  readonly #options: SocketOptions;
  readonly #frames: TokenBucket;
  readonly #messages: TokenBucket;
  readonly #joins: TokenBucket;
  #session: Session | undefined;
  // No less than what waits in the socket: what did when it was last asked, and all that was sent since.
  #mayBuffer = 0;
  #openedAt = 0;
  #error: string | undefined;
  #hasEnded = false;

  constructor(deps: WebSocketDeps, options: SocketOptions) {
    this.#deps = deps;
    this.#options = options;
    const now = deps.clock.now();
    const isLimited = deps.rate > 0;
    this.#frames = new TokenBucket(isLimited ? FRAME_RATE : UNLIMITED, now);
    this.#messages = new TokenBucket(messageRate(deps.rate), now);
    this.#joins = new TokenBucket(isLimited ? JOIN_RATE : UNLIMITED, now);
    const { socket } = options;
    const cancelDeadline = deps.clock.after(OPENING_MS, () => this.#end(0));
    socket.onopen = () => {
      cancelDeadline();
      this.#guard(() => this.#begin());
    };
    socket.onmessage = ({ data }) => this.#guard(() => this.#receive(data));
    socket.onerror = (event) => {
      this.#error ??= event instanceof ErrorEvent ? event.message : "unknown";
    };
    socket.onclose = ({ code }) => {
      cancelDeadline();
      this.#guard(() => this.#end(code));
    };
  }

  send(frame: string): void {
    // A UTF-16 unit has at most three bytes.
    this.#mayBuffer += frame.length * 3;
    this.#options.socket.send(frame);
  }

  get bufferedAmount(): number {
    return this.#options.socket.bufferedAmount;
  }

  // Asking the socket costs half as much as sending, so it is asked only when it may be so.
  buffersOver(bytes: number): boolean {
    if (this.#mayBuffer > bytes) this.#mayBuffer = this.bufferedAmount;
    return this.#mayBuffer > bytes;
  }

  takeToken(kind: "message" | "join"): number {
    return (kind === "join" ? this.#joins : this.#messages).take(this.#deps.clock.now());
  }

  close(code: number, reason: string): void {
    // Right before Deno looks what has come: closed at any other moment while the next frame is here already,
    // it drops the connection with no Close frame, and the peer never learns why.
    setImmediate(() => this.#options.socket.close(code, reason));
  }

  #begin(): void {
    const { observer, session, clock } = this.#deps;
    const { visitor, open } = this.#options;
    this.#openedAt = clock.now();
    this.#session = open(session, { peer: this });
    observer.connected(this.#session.connection.dialect.name, visitor.address);
  }

  #receive(data: unknown): void {
    const session = this.#session;
    const { room } = this.#deps.session;
    // A socket that is closing goes on receiving for as long as its peer likes.
    if (session === undefined || !room.connections.has(session.connection)) return;
    if (this.#frames.take(this.#deps.clock.now()) > 0) {
      return this.#cut(1008, new ChatError("rate_limited", "flooding"));
    }
    if (isOver(data, MAX_MESSAGE_BYTES)) {
      const message = `a message may have ${MAX_MESSAGE_BYTES} bytes`;
      return this.#cut(1009, new ChatError("too_large", message));
    }
    if (typeof data === "string") return session.receive(data);
    session.refuse(new ChatError("bad_request", "Cannot read this frame: it is binary"));
  }

  #cut(code: number, error: ChatError): void {
    this.#deps.observer.refused(error, "websocket");
    this.#close(code, error.message);
  }

  #close(code: number, reason: string): void {
    if (this.#session !== undefined) this.#deps.session.room.remove(this.#session.connection);
    this.close(code, reason);
  }

  #end(code: number): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const { session, observer, clock } = this.#deps;
    this.#options.release();
    if (this.#session === undefined) return;
    session.room.remove(this.#session.connection);
    observer.disconnected({
      dialect: this.#session.connection.dialect.name,
      address: this.#options.visitor.address,
      code,
      seconds: (clock.now() - this.#openedAt) / 1000,
      ...(this.#error === undefined ? {} : { error: this.#error }),
    });
  }

  #guard(handle: () => void): void {
    try {
      handle();
    } catch (error) {
      this.#deps.observer.fault(error, "websocket");
      this.#close(1011, "the server made a mistake");
    }
  }
}

const encoder = new TextEncoder();

/** Whether a WebSocket message has more than `max` bytes; text is counted in UTF-8. */
function isOver(data: unknown, max: number): boolean {
  if (data instanceof ArrayBuffer) return data.byteLength > max;
  if (data instanceof Blob) return data.size > max;
  if (typeof data !== "string" || data.length > max) return true;
  // A UTF-16 unit has at most three bytes: most messages need no counting.
  return data.length * 3 > max && encoder.encode(data).length > max;
}
