// Somebody with a socket who never gives up: comes back by itself, goes on where it was, says again what
// it got no answer for, and holds that it misses nothing and sees nothing twice.

import type { Message } from "../../src/message.ts";
import type { ServerFrame } from "../../src/protocol.ts";
import type { Ledger } from "./ledger.ts";
import type { Target } from "./poster.ts";
import { RETRY_MS } from "./poster.ts";
import { Timers } from "./timers.ts";

/** How to make a {@linkcode Speaker}. */
export interface SpeakerOptions {
  readonly target: Target;
  readonly ledger: Ledger;
  /** Without one it only reads. */
  readonly name: string | undefined;
  readonly underWay: number;
  readonly pauseMs: number;
}

interface Sent {
  readonly at: number;
  tries: number;
}

/** One who talks and reads by socket. */
export class Speaker {
  sent = 0;
  welcomes = 0;
  lastSeq = 0;
  readonly refusals = new Map<string, number>();
  /** Milliseconds from sending to having it back, of what was stored at the first try. */
  readonly waits: number[] = [];
  readonly #options: SpeakerOptions;
  readonly #open = new Map<string, Sent>();
  readonly #timers = new Timers();
  readonly #ready = Promise.withResolvers<void>();
  #socket: WebSocket | undefined;
  #gone: Promise<void> = Promise.resolve();
  #log: string | undefined;
  #key: string | undefined;
  #isJoined = false;
  #isFinishing = false;
  #isClosed = false;

  constructor(options: SpeakerOptions) {
    this.#options = options;
    this.#connect();
  }

  /** Nothing that it said is still without an answer, and it begins nothing new. */
  get isDone(): boolean {
    return this.#isFinishing && this.#open.size === 0;
  }

  /** Resolves when it is there for the first time. */
  ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** Begins nothing new. */
  finish(): void {
    this.#isFinishing = true;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#ready.resolve();
    this.#timers.clear();
    this.#socket?.close();
    await this.#gone;
  }

  #connect(): void {
    const url = new URL("/ws", this.#options.target.url.replace("http", "ws"));
    if (this.#log !== undefined) url.searchParams.set("since", `${this.#log}:${this.lastSeq}`);
    const socket = new WebSocket(url, "parley.v1");
    const gone = Promise.withResolvers<void>();
    this.#socket = socket;
    this.#gone = gone.promise;
    socket.onmessage = ({ data }) => this.#receive(JSON.parse(data));
    // What goes wrong is told by the close event that follows.
    socket.onerror = (event) => event.preventDefault();
    socket.onclose = () => {
      gone.resolve();
      this.#isJoined = false;
      if (!this.#isClosed) this.#timers.after(RETRY_MS, () => this.#connect());
    };
  }

  #receive(frame: ServerFrame): void {
    switch (frame.type) {
      case "welcome":
        return this.#begin(frame);
      case "joined":
        this.#key = frame.key;
        this.#isJoined = true;
        for (const id of this.#open.keys()) this.#send(id);
        this.#ready.resolve();
        return this.#talk();
      case "messages":
        if (frame.skipped !== undefined) this.#options.ledger.wrong(`Skipped ${frame.skipped}`);
        return this.#take(frame.messages);
      case "error":
        return this.#refused(frame.code, frame.id);
    }
  }

  #begin(welcome: Extract<ServerFrame, { type: "welcome" }>): void {
    const { ledger, name } = this.#options;
    this.welcomes++;
    const isFirst = this.#log === undefined;
    if (!isFirst && (welcome.reset || welcome.log !== this.#log)) {
      ledger.wrong(`I2: a reader at ${this.lastSeq} was sent back to the beginning`);
    }
    this.#log = welcome.log;
    if (isFirst) this.lastSeq = (welcome.messages[0]?.seq ?? 1) - 1;
    this.#take(welcome.messages);
    if (name === undefined) this.#ready.resolve();
    else this.#socket?.send(JSON.stringify({ type: "join", name, key: this.#key }));
  }

  #take(messages: readonly Message[]): void {
    for (const message of messages) {
      this.#options.ledger.note(message);
      const sent = this.#open.get(message.id);
      if (sent !== undefined) this.#stored(message.id, sent);
      // What it said again and was stored before comes back, to it alone.
      if (message.seq <= this.lastSeq && message.name === this.#options.name) continue;
      if (message.seq !== this.lastSeq + 1) {
        this.#options.ledger.wrong(`I2: a reader was shown ${message.seq} after ${this.lastSeq}`);
      }
      this.lastSeq = message.seq;
    }
  }

  #stored(id: string, { at, tries }: Sent): void {
    this.#open.delete(id);
    if (tries === 1) this.waits.push(performance.now() - at);
    this.#timers.after(this.#options.pauseMs, () => this.#talk());
  }

  #refused(code: string, id: string | undefined): void {
    this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
    if (code !== "not_saved" && code !== "rate_limited" && code !== "name_taken") {
      this.#options.ledger.wrong(`Refused with ${code}`);
    }
    if (code === "name_taken") return this.#socket?.close();
    if (id !== undefined) this.#timers.after(RETRY_MS, () => this.#send(id));
  }

  #talk(): void {
    if (this.#options.name === undefined || !this.#isJoined) return;
    while (!this.#isFinishing && !this.#isClosed && this.#open.size < this.#options.underWay) {
      const id = crypto.randomUUID();
      this.#open.set(id, { at: performance.now(), tries: 0 });
      this.sent++;
      this.#send(id);
    }
  }

  #send(id: string): void {
    const sent = this.#open.get(id);
    if (sent === undefined || !this.#isJoined) return;
    sent.tries++;
    this.#socket?.send(JSON.stringify({ type: "send", id, text: `${id} said` }));
  }
}
