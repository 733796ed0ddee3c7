// One client on its way through the shield to the server: bytes in both directions, and a deadline for
// everything that somebody could let us wait for.

import { concat, FrameWatch } from "./frame_watch.ts";

/** What is waited for, and for how many seconds at most. */
const SECONDS = {
  /** The head of the first request. */
  head: 10,
  /** From the first byte of a request to the first of its answer, a slow body included. */
  answer: 15,
  /** The server, with nothing under way. Sockets it pings every 15 s, until it closes them. */
  server: 60,
  /** That the client takes a chunk, 64 KiB at most: slower than any line that is in use. */
  taking: 30,
  /** That the client leaves when one of us is done with it. */
  leaving: 5,
} as const;

/** A longer head is that of no handshake. */
const MAX_HEAD_BYTES = 16 * 1024;

/** Bytes to make room for in a read: ten thousand idle connections must cost little. */
const READ_BYTES = { idle: 1024, busy: 64 * 1024 };

/** What a {@linkcode Passage} is made of. */
export interface PassageOptions {
  readonly client: Deno.TcpConn;
  readonly server: Deno.TcpConn;
  /** Tells the server whose connection it is, and whether nothing but frames can follow its first head. */
  readonly introduce: (isSocket: boolean) => Promise<void>;
  /** Is told when the client has everything that the server had for it. */
  readonly onServed: () => void;
  /** The client let us wait for too long, or has done what none may do. */
  readonly onCut: (reason: "deadline" | "protocol") => void;
}

/** One connection, from its acceptance to its end. */
export class Passage {
  readonly #options: PassageOptions;
  readonly #due = new Map<keyof typeof SECONDS, number>([["head", SECONDS.head]]);
  readonly #over = Promise.withResolvers<void>();
  /** Counted and not read from a clock: a machine that stood still has not let anybody wait. */
  #second = 0;
  #frames: FrameWatch | undefined;
  /** Whether the server hears no more of the client. */
  #isDone = false;
  /** Bytes that it may send all the same. */
  #lingering = 256 * 1024;

  constructor(options: PassageOptions) {
    this.#options = options;
  }

  /** Another second has passed. */
  tick(): void {
    this.#second++;
    for (const [what, second] of this.#due) {
      if (second > this.#second) continue;
      // The other two end what is over: idle connections of browsers, and who was cut before.
      if (what !== "server" && what !== "leaving") this.#options.onCut("deadline");
      return this.#over.resolve();
    }
  }

  /** Resolves when both connections are to be closed; rejects with the first error of either. */
  async run(): Promise<void> {
    await Promise.race([this.#pass(), this.#over.promise]);
  }

  async #pass(): Promise<void> {
    const chunks = chunksOf(this.#options.client);
    let [first, head] = [new Uint8Array(), ""];
    while (head === "" && first.length < MAX_HEAD_BYTES) {
      const { value } = await chunks.next();
      if (value === undefined) return;
      first = concat(first, value);
      // To an empty line, with the line ends that servers take: both kinds.
      head = /^.*?\n\r?\n/s.exec(new TextDecoder("latin1").decode(first))?.[0] ?? "";
    }
    // HTTP/2 has requests inside of requests, which no deadline here would see.
    if (head.startsWith("PRI ")) return this.#options.onCut("protocol");
    // Without this header there is no handshake (RFC 6455, section 4.2.1).
    const isSocket = /\nsec-websocket-key/i.test(head);
    if (isSocket) this.#frames = new FrameWatch(head.length);
    this.#due.delete("head");
    this.#await("answer");
    await this.#options.introduce(isSocket);
    await this.#say(first);
    await Promise.all([this.#up(chunks), this.#down()]);
  }

  async #up(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    // What comes too late is read: closed with bytes unread, the client would see a reset (RFC 1122,
    // section 4.2.2.13) and perhaps not what it was told last. Who sends on and on is owed nothing.
    for await (const chunk of chunks) {
      if (!this.#isDone) await this.#say(chunk);
      else if ((this.#lingering -= chunk.length) < 0) return;
    }
    if (!this.#isDone) await this.#options.server.closeWrite();
  }

  async #say(chunk: Uint8Array): Promise<void> {
    const { server, onCut } = this.#options;
    if (this.#frames === undefined) {
      this.#due.delete("server");
      if (!this.#due.has("answer")) this.#await("answer");
    }
    const { pass, fault } = this.#frames?.push(chunk) ?? { pass: chunk };
    await writeAll(server, pass);
    if (fault === undefined) return;
    onCut("protocol");
    this.#isDone = true;
    this.#await("leaving");
    // A Close frame in the client's name: the server answers with the same code, which tells the client.
    await writeAll(server, new Uint8Array([136, 130, 0, 0, 0, 0, fault >> 8, fault & 255]));
  }

  async #down(): Promise<void> {
    const { client, server, onServed } = this.#options;
    for await (const chunk of chunksOf(server)) {
      this.#due.delete("answer");
      this.#await("server");
      this.#await("taking");
      await writeAll(client, chunk);
      this.#due.delete("taking");
    }
    this.#isDone = true;
    this.#await("leaving");
    await client.closeWrite();
    onServed();
  }

  #await(what: keyof typeof SECONDS): void {
    this.#due.set(what, this.#second + SECONDS[what]);
  }
}

/** What a connection says; each chunk is good until the next one is asked for. */
async function* chunksOf(connection: Deno.TcpConn): AsyncGenerator<Uint8Array, undefined> {
  for (let buffer = new Uint8Array(READ_BYTES.idle);;) {
    const count = await connection.read(buffer);
    if (count === null) return;
    yield buffer.subarray(0, count);
    const size = count < READ_BYTES.idle ? READ_BYTES.idle : READ_BYTES.busy;
    if (size !== buffer.length) buffer = new Uint8Array(size);
  }
}

async function writeAll(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
}
