// A world for the headless client in which nothing happens by itself: time moves when told, sockets
// say what they are told and remember what was said to them.

import { assert } from "@std/assert";
import type { Cancel } from "../src/clock.ts";
import { ChatClient } from "../src/client/client.ts";
import type { ClientEvent } from "../src/client/events.ts";
import type { ChatClientOptions, ClientSocket, Timer } from "../src/client/platform.ts";
import type { Message } from "../src/message.ts";
import type { ClientFrame, ServerFrame } from "../src/protocol.ts";

/** A timer whose hands a test turns. */
export class FakeTimer implements Timer {
  now = 0;
  #tasks: { at: number; task: () => void }[] = [];

  after(delayMs: number, task: () => void): Cancel {
    const entry = { at: this.now + delayMs, task };
    this.#tasks.push(entry);
    return () => this.#tasks = this.#tasks.filter((other) => other !== entry);
  }

  /** Lets `ms` pass; what falls due runs at its own moment, also what is added on the way. */
  advance(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const next = this.#tasks.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#tasks = this.#tasks.filter((entry) => entry !== next);
      this.now = next.at;
      next.task();
    }
    this.now = end;
  }

  /** Milliseconds until each task, soonest first. */
  get pending(): number[] {
    return this.#tasks.map(({ at }) => at - this.now).sort((a, b) => a - b);
  }
}

/** The client's end of a connection, with the server's end in the test's hands. */
export class FakeSocket implements ClientSocket {
  readonly url: URL;
  readonly protocol: string;
  readonly sent: ClientFrame[] = [];
  closed = false;
  readonly #onMessage: ((event: { data: unknown }) => void)[] = [];
  readonly #onClose: ((event: { code: number }) => void)[] = [];

  constructor(url: string, protocol: string) {
    this.url = new URL(url);
    this.protocol = protocol;
  }

  send(data: string): void {
    this.sent.push(JSON.parse(data));
  }

  close(): void {
    this.closed = true;
  }

  addEventListener(type: "message", listener: (event: { data: unknown }) => void): void;
  addEventListener(type: "close", listener: (event: { code: number }) => void): void;
  // deno-lint-ignore no-explicit-any -- the two overloads above say what it is
  addEventListener(type: "message" | "close", listener: (event: any) => void): void {
    (type === "message" ? this.#onMessage : this.#onClose).push(listener);
  }

  /** The server sends `frame`. */
  receive(frame: ServerFrame | Record<string, unknown>): void {
    this.receiveText(JSON.stringify(frame));
  }

  /** The server sends something that may be no frame at all. */
  receiveText(data: unknown): void {
    for (const listener of this.#onMessage) listener({ data });
  }

  /** The connection ends. */
  end(code = 1006): void {
    for (const listener of this.#onClose) listener({ code });
  }

  /** The frames of one type that the client sent. */
  sentOf<Type extends ClientFrame["type"]>(type: Type): Extract<ClientFrame, { type: Type }>[] {
    return this.sent.filter((frame): frame is Extract<ClientFrame, { type: Type }> =>
      frame.type === type
    );
  }
}

/** A client with a fake world around it. */
export class World {
  readonly timer = new FakeTimer();
  readonly sockets: FakeSocket[] = [];
  readonly events: ClientEvent[] = [];
  readonly client: ChatClient;
  #lastId = 0;

  constructor(options: Partial<ChatClientOptions> = {}) {
    this.client = new ChatClient({
      url: "ws://chat.test/ws",
      openSocket: (url, protocol) => {
        const socket = new FakeSocket(url, protocol);
        this.sockets.push(socket);
        return socket;
      },
      timer: this.timer,
      random: () => 0.5,
      newId: () => `id-${++this.#lastId}`,
      ...options,
    });
    this.client.listen((event) => this.events.push(event));
  }

  /** The newest socket. */
  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    assert(socket !== undefined, "no socket was opened");
    return socket;
  }

  /** The events of one type, so far. */
  eventsOf<Type extends ClientEvent["type"]>(type: Type): Extract<ClientEvent, { type: Type }>[] {
    return this.events.filter((event): event is Extract<ClientEvent, { type: Type }> =>
      event.type === type
    );
  }

  /** Connects, if it has not begun, and lets the server say welcome. */
  welcome(frame: Partial<Extract<ServerFrame, { type: "welcome" }>> = {}): FakeSocket {
    this.client.connect();
    this.socket.receive(welcome(frame));
    return this.socket;
  }

  /** {@linkcode welcome}, and the server accepts the name. */
  join(name = "Ann"): FakeSocket {
    const socket = this.welcome();
    // Its promise only rejects in tests that close the client, and those look at other things.
    this.client.join(name).catch(() => undefined);
    socket.receive({ type: "joined", name, key: "k".repeat(22) });
    return socket;
  }

  /** The connection breaks, another is opened, and the server says welcome again. */
  reconnect(frame: Partial<Extract<ServerFrame, { type: "welcome" }>> = {}): FakeSocket {
    this.socket.end();
    this.client.wake();
    return this.welcome({ reset: false, ...frame });
  }
}

/** A `welcome` of the log `log1`. */
export function welcome(
  frame: Partial<Extract<ServerFrame, { type: "welcome" }>> = {},
): ServerFrame {
  return {
    type: "welcome",
    log: "log1",
    reset: true,
    messages: [],
    online: [],
    limits: { name: 32, text: 2000, frame: 32768, rate: 5, burst: 20, history: 100 },
    ...frame,
  };
}

/** A stored message. */
export function message(seq: number, fields: Partial<Message> = {}): Message {
  return {
    seq,
    id: `m${seq}`,
    name: "Bob",
    text: `text ${seq}`,
    time: "2026-11-21T22:48:56.799Z",
    ...fields,
  };
}

/** Only the `seq` of each message. */
export function seqs(messages: readonly Message[]): number[] {
  return messages.map(({ seq }) => seq);
}
