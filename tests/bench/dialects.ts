// How each server wants to be spoken to over a WebSocket: the address, what comes before the first message,
// and what a message looks like on the way in.

import { MARK, NUMBER_DIGITS } from "./message_scanner.ts";

/** What is said before a client may speak: send `send`, and wait for a text with `expect` in it. */
export interface Step {
  readonly send?: string;
  readonly expect: string;
}

/** One way of speaking. */
export interface Dialect {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What makes a connection a reader. */
  readonly opening: readonly Step[];
  /** What makes a reader a speaker; `name` is its own. */
  joining(name: string): readonly Step[];
  /** The text of the frame that says message `number`. */
  say(number: number, name: string): string;
}

/** The length of what people write in a chat: a sentence. */
const SENTENCE = "a sentence of the length that people write in a chat";

/** The text of message `number`. */
export function textOf(number: number): string {
  return `${MARK}${String(number).padStart(NUMBER_DIGITS, "0")} ${SENTENCE}`;
}

/** An id as Parley's own clients choose them. */
export function idOf(number: number): string {
  return `message-of-bench-${String(number).padStart(NUMBER_DIGITS, "0")}`;
}

// The same five fields that Parley sends, ready made: the peers have nothing to do but pass it on.
function ready(number: number, name: string): string {
  const time = "2026-11-21T22:48:56.799Z";
  return JSON.stringify({ seq: number, id: idOf(number), name, text: textOf(number), time });
}

const plain: Dialect = {
  path: "/",
  headers: {},
  opening: [],
  joining: () => [],
  say: ready,
};

const parley: Dialect = {
  path: "/ws",
  headers: { "sec-websocket-protocol": "parley.v1" },
  opening: [{ expect: '{"type":"welcome"' }],
  joining: (name) => [{
    send: JSON.stringify({ type: "join", name }),
    expect: '{"type":"joined"',
  }],
  say: (number) => JSON.stringify({ type: "send", id: idOf(number), text: textOf(number) }),
};

// Engine.IO 4 over a WebSocket from the start: 0 is open, 40 enters the namespace, 42 is an event.
const socketIo: Dialect = {
  path: "/socket.io/?EIO=4&transport=websocket",
  headers: {},
  opening: [{ expect: '0{"sid"' }, { send: "40", expect: '40{"sid"' }],
  joining: () => [],
  say: (number, name) => `42["message",${ready(number, name)}]`,
};

/** The dialects by name. */
export const DIALECTS = { plain, parley, socketIo } as const;

/** The name of a dialect. */
export type DialectName = keyof typeof DIALECTS;
