// WebSocket by hand (RFC 6455), for what the standard one will not do: send in fragments, answer
// nothing, break off, read nothing.

import { type RawAnswer, RawConnection } from "./raw_connection.ts";
import { frameWith, textFrames } from "./wire_frame.ts";

/** RFC 6455, section 5.2. */
export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** One frame. */
export interface RawFrame {
  readonly opcode: number;
  /** Whether it is the last one of its message. */
  readonly isLast: boolean;
  readonly payload: Uint8Array;
}

/** What a handshake needs; each may be replaced. */
export const HANDSHAKE: Readonly<Record<string, string>> = {
  connection: "Upgrade",
  upgrade: "websocket",
  "sec-websocket-version": "13",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
};

/** How to open a {@linkcode RawWebSocket}. */
export interface OpenOptions {
  /** @default "/ws" */
  readonly path?: string;
  /** Beside those of the handshake, or in their place. */
  readonly headers?: Readonly<Record<string, string>>;
  /** When the connection is closed at the latest. @default what {@linkcode RawConnection} has */
  readonly withinMs?: number;
}

const decoder = new TextDecoder();

/** A client that does only what it is told. */
export class RawWebSocket implements Disposable {
  readonly connection: RawConnection;
  /** The answer to the upgrade request. */
  readonly answer: RawAnswer;

  private constructor(connection: RawConnection, answer: RawAnswer) {
    this.connection = connection;
    this.answer = answer;
  }

  /** Asks for an upgrade, whatever the answer will be. */
  static async open(
    port: number,
    options: OpenOptions = {},
  ): Promise<RawWebSocket> {
    const connection = await RawConnection.open(port, options);
    try {
      const headers = { ...HANDSHAKE, ...options.headers };
      await connection.writeHead({ path: options.path ?? "/ws", headers });
      return new RawWebSocket(connection, await connection.readHead());
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  /** Sends one frame, masked as a client must. */
  async write({ payload, ...frame }: RawFrame): Promise<void> {
    await this.connection.write(frameWith(payload, frame));
  }

  /** Sends texts, a frame each, in one go. */
  async sendAll(texts: readonly string[]): Promise<void> {
    await this.connection.write(textFrames(texts));
  }

  /** Reads the next frame of the server. */
  async read(): Promise<RawFrame> {
    const [first = 0, second = 0] = await this.connection.read(2);
    const bytes = (second & 127) < 126 ? 0 : (second & 127) === 126 ? 2 : 8;
    const extended = await this.connection.read(bytes);
    const length = bytes === 0 ? second : extended.reduce((sum, byte) => sum * 256 + byte, 0);
    const payload = await this.connection.read(length);
    return { opcode: first & 15, isLast: first >= 128, payload };
  }

  /** Reads on until the server closes, and returns why it did. */
  async readClose(): Promise<{ code: number; reason: string }> {
    let frame = await this.read();
    while (frame.opcode !== OPCODE.close) frame = await this.read();
    const [high = 0, low = 0, ...reason] = frame.payload;
    return { code: high * 256 + low, reason: decoder.decode(new Uint8Array(reason)) };
  }

  [Symbol.dispose](): void {
    this.connection.close();
  }
}
