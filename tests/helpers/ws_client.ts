// Two small WebSocket clients for tests, one for each dialect, over the standard WebSocket. They share
// nothing with the client that people use: a mistake in that one must not hide one of the server's.

import type { Message } from "../../src/message.ts";
import type { ServerFrame } from "../../src/protocol.ts";
import { withDeadline } from "./deadline.ts";
import { Inbox } from "./inbox.ts";

type Frame<T extends ServerFrame["type"]> = Extract<ServerFrame, { type: T }>;

/** The upgrade request. */
export interface ConnectOptions {
  /** `<log>:<seq>`. */
  readonly since?: string;
  readonly headers?: Record<string, string>;
}

/** How a socket ended. */
export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** A socket and all that came out of it; `T` is what one frame is read as. */
class Client<T> implements AsyncDisposable {
  readonly inbox = new Inbox<T>();
  readonly #socket: WebSocket;
  readonly #closed = Promise.withResolvers<Closed>();

  constructor(socket: WebSocket, read: (data: string) => T) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.inbox.push(read(data));
    socket.onclose = ({ code, reason }) => {
      this.inbox.end(`closed with ${code} "${reason}"`);
      this.#closed.resolve({ code, reason });
    };
  }

  /** How the socket ended, when it has. */
  get closed(): Promise<Closed> {
    return withDeadline(this.#closed.promise, () => "the socket closes");
  }

  /** Sends text, or anything else as JSON. */
  send(frame: unknown): void {
    const isRaw = typeof frame === "string" || frame instanceof Uint8Array;
    this.#socket.send(isRaw ? frame as string : JSON.stringify(frame));
  }

  async close(): Promise<void> {
    this.#socket.close(1000);
    await this.closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** A client of `parley.v1`. */
export class JsonClient extends Client<ServerFrame> {
  /** Opens a socket; resolves when the server has said welcome. */
  static async open(url: string, options: ConnectOptions = {}): Promise<JsonClient> {
    const target = new URL("/ws", url);
    if (options.since !== undefined) target.searchParams.set("since", options.since);
    const socket = open(target, { protocols: ["parley.v1"], headers: options.headers ?? {} });
    const client = new JsonClient(socket, (data) => JSON.parse(data));
    await client.inbox.next(({ type }) => type === "welcome", "welcome");
    return client;
  }

  get welcome(): Frame<"welcome"> {
    const [first] = this.inbox.all;
    if (first?.type !== "welcome") throw new Error(`The first frame is ${Deno.inspect(first)}`);
    return first;
  }

  /** Every message this client was shown, in order. */
  get messages(): Message[] {
    return this.inbox.all.flatMap((frame) => "messages" in frame ? frame.messages : []);
  }

  /** Where this client would resume. */
  get since(): string {
    return `${this.welcome.log}:${this.messages.at(-1)?.seq ?? 0}`;
  }

  /** The first frame of `type` that was not asked for before. */
  async next<T extends ServerFrame["type"]>(
    type: T,
    wanted: (frame: Frame<T>) => boolean = () => true,
  ): Promise<Frame<T>> {
    const isWanted = (frame: ServerFrame) => frame.type === type && wanted(frame as Frame<T>);
    return await this.inbox.next(isWanted, `frame "${type}"`) as Frame<T>;
  }

  /** Joins and returns the key. */
  async join(name: string, key?: string): Promise<string> {
    this.send({ type: "join", name, key });
    return (await this.next("joined")).key;
  }

  /** Sends a text and returns the message when it comes back. */
  async say(text: string, id: string = crypto.randomUUID()): Promise<Message> {
    this.send({ type: "send", id, text });
    return await this.shown(id);
  }

  /** The message with `id`, when this client is shown it. */
  async shown(id: string): Promise<Message> {
    const find = (frame: ServerFrame) =>
      "messages" in frame ? frame.messages.find((message) => message.id === id) : undefined;
    const frame = await this.inbox.seen((each) => find(each) !== undefined, `message ${id}`);
    return find(frame) as Message;
  }

  /** Resolves when everything the server sent before this call has come. */
  async sync(): Promise<void> {
    this.send({ type: "ping" });
    await this.next("pong");
  }
}

/** A client of the text dialect. */
export class TextClient extends Client<string> {
  /** Opens a socket; resolves with its first line read into {@linkcode name}. */
  static async open(url: string, query: Record<string, string> = {}): Promise<TextClient> {
    const target = new URL(`/ws?${new URLSearchParams(query)}`, url);
    const client = new TextClient(open(target, {}), (data) => data);
    await client.line((line) => line.startsWith("You are "));
    return client;
  }

  /** The name that the server gave. */
  get name(): string {
    const greeting = this.inbox.all.find((line) => line.startsWith("You are "));
    return greeting?.slice("You are ".length) ?? "";
  }

  /** The first line that is `wanted` and was not asked for before. */
  line(wanted: string | ((line: string) => boolean)): Promise<string> {
    return typeof wanted === "string"
      ? this.inbox.next((line) => line === wanted, `line "${wanted}"`)
      : this.inbox.next(wanted, "such a line");
  }
}

function open(url: URL, options: WebSocketOptions): WebSocket {
  url.protocol = url.protocol.replace("http", "ws");
  const socket = new WebSocket(url, options);
  // What goes wrong is told by the close event that follows.
  socket.onerror = (event) => event.preventDefault();
  return socket;
}
