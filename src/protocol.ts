// The words on the wire: what a client may say in JSON (`parley.v1`, HTTP bodies) and how the server
// says things in both WebSocket dialects. Encodes and decodes; decides nothing.

import * as v from "valibot";
import { ChatError, type ErrorCode } from "./errors.ts";
import { burstOf, MAX_MESSAGE_BYTES, MAX_NAME_GRAPHEMES, MAX_TEXT_CODE_POINTS } from "./limits.ts";
import { isMessageId, type Message, type StoredMessage } from "./message.ts";

/** Where a reader stands: the last `seq` it has, in the log of that id. */
export interface Since {
  readonly log: string;
  readonly seq: number;
}

/** The limits a client needs to know, in the units of `limits.ts`; `rate` 0 means no limit. */
export interface WireLimits {
  readonly name: number;
  readonly text: number;
  readonly frame: number;
  readonly rate: number;
  readonly burst: number;
  readonly history: number;
}

/** Who came and who went since the last such frame; `online` is the count afterwards. */
export interface PresenceChange {
  readonly joined: readonly string[];
  readonly left: readonly string[];
  readonly online: number;
}

/** Everything the server can send in the JSON dialect. */
export type ServerFrame =
  | {
    type: "welcome";
    log: string;
    reset: boolean;
    messages: Message[];
    online: string[];
    limits: WireLimits;
  }
  | { type: "joined"; name: string; key: string }
  | { type: "messages"; messages: Message[]; skipped?: number }
  | { type: "presence" } & PresenceChange
  | { type: "typing"; names: string[] }
  | { type: "pong" }
  | { type: "error"; code: ErrorCode; message: string; id?: string; retryAfter?: number };

const ClientFrameSchema = v.variant("type", [
  v.object({
    type: v.literal("join"),
    name: v.string(),
    key: v.optional(v.string()),
    borrow: v.optional(v.boolean()),
  }),
  v.object({
    type: v.literal("send"),
    id: v.pipe(v.string(), v.check(isMessageId)),
    text: v.string(),
  }),
  v.object({ type: v.literal("typing") }),
  v.object({ type: v.literal("ping") }),
]);

const PostSchema = v.object({
  name: v.string(),
  text: v.string(),
  id: v.optional(v.pipe(v.string(), v.check(isMessageId))),
  key: v.optional(v.string()),
});

/** Everything a client can send in the JSON dialect. */
export type ClientFrame = v.InferOutput<typeof ClientFrameSchema>;

/** The body of `POST /messages`, and the fields of the form. */
export type Post = v.InferOutput<typeof PostSchema>;

/** A frame that was understood, or the refusal; `id` when it was about a message. */
export type Decoded =
  | { readonly frame: ClientFrame }
  | { readonly error: ChatError; readonly id: string | undefined };

/** Reads one frame of the JSON dialect. Never throws; unknown fields are ignored. */
export function decodeFrame(data: string): Decoded {
  const value = parseJson(data);
  const result = v.safeParse(ClientFrameSchema, value);
  if (result.success) return { frame: result.output };
  const id = (value as { id?: unknown } | null | undefined)?.id;
  return {
    error: new ChatError("bad_request", `Cannot read this frame: ${describe(result.issues[0])}`),
    id: typeof id === "string" && isMessageId(id) ? id : undefined,
  };
}

/**
 * Reads the body of `POST /messages`, or the fields of the form as an object.
 *
 * @throws {ChatError} `bad_request` when it is no JSON object with those fields.
 */
export function decodePost(body: unknown): Post {
  const result = v.safeParse(PostSchema, typeof body === "string" ? parseJson(body) : body);
  if (result.success) return result.output;
  throw new ChatError("bad_request", `Cannot read this request: ${describe(result.issues[0])}`);
}

/** Reads `<log>:<seq>`; anything else is `undefined`, which means "from the start". */
export function parseSince(value: string | null): Since | undefined {
  const match = /^([A-Za-z0-9_-]{1,64}):(0|[1-9][0-9]{0,15})$/.exec(value ?? "");
  const seq = Number(match?.[2]);
  return match?.[1] !== undefined && Number.isSafeInteger(seq) ? { log: match[1], seq } : undefined;
}

/** `JSON.parse` that answers `undefined` for what is no JSON; the schemas refuse that. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function describe(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue);
  if (path === null) return "it must be a JSON object";
  if (issue.received === "undefined") return `the field "${path}" is missing`;
  if (issue.type === "check") return `"${path}" must be 1 to 64 of A-Z a-z 0-9 _ -`;
  return `"${path}" must be ${issue.expected ?? "valid"}`;
}

/** How a room speaks to one kind of client. Each returned string is one WebSocket frame. */
export interface Dialect {
  readonly name: "json" | "text";
  /** `skipped` messages before these were lost to this reader. */
  messages(batch: readonly StoredMessage[], skipped: number): string[];
  /** Whether a reader hears of the name that it has itself as of any other. */
  readonly tellsOfSelf: boolean;
  presence(change: PresenceChange): string[];
  typing(names: readonly string[]): string[];
  error(error: ChatError, id: string | undefined): string;
}

/** The JSON dialect, one object a frame. */
export const jsonDialect: Dialect = {
  name: "json",
  messages(batch, skipped) {
    const gap = skipped > 0 ? `"skipped":${skipped},` : "";
    return [`{"type":"messages",${gap}"messages":${encodeList(batch)}}`];
  },
  tellsOfSelf: true,
  presence: (change) => [encode({ type: "presence", ...change })],
  typing: (names) => [encode({ type: "typing", names: [...names] })],
  error: (error, id) =>
    encode({
      type: "error",
      code: error.code,
      message: error.message,
      ...(id === undefined ? {} : { id }),
      ...(error.retryAfterSeconds === undefined ? {} : { retryAfter: error.retryAfterSeconds }),
    }),
};

/** The text dialect: lines for people with a bare WebSocket tool, one frame each. */
export const textDialect: Dialect = {
  name: "text",
  messages(batch, skipped) {
    const lines = batch.map(({ name, text }) => `${name}: ${text}`);
    return skipped > 0 ? [`! Missed ${skipped} messages: reading too slowly`, ...lines] : lines;
  },
  tellsOfSelf: false,
  presence: ({ joined, left }) => [...linesOf(joined, "joined"), ...linesOf(left, "left")],
  typing: () => [],
  error: (error) => `! ${error.message}`,
};

/**
 * Names that come or go together and have a line each. A line each for a crowd would be as many frames as there
 * are pairs of people.
 */
export const MAX_LINES_TOGETHER = 5;

function linesOf(names: readonly string[], what: "joined" | "left"): string[] {
  if (names.length <= MAX_LINES_TOGETHER) return names.map((name) => `${name} has ${what}`);
  const [first, second] = names;
  return [`${first}, ${second} and ${names.length - 2} more have ${what}`];
}

/** The first frame of the JSON dialect. */
export function encodeWelcome(welcome: {
  log: string;
  reset: boolean;
  messages: readonly StoredMessage[];
  online: readonly string[];
  limits: WireLimits;
}): string {
  const { log, reset, messages, online, limits } = welcome;
  return `{"type":"welcome","log":${JSON.stringify(log)},"reset":${reset},` +
    `"messages":${encodeList(messages)},"online":${JSON.stringify(online)},` +
    `"limits":${JSON.stringify(limits)}}`;
}

/** The answer to `join`. */
export function encodeJoined(name: string, key: string): string {
  return encode({ type: "joined", name, key });
}

/** The answer to `ping`. */
export const PONG: string = encode({ type: "pong" });

/** The document of `GET /messages.json`; the file has the same shape, one message a line. */
export function encodeLog(log: string, messages: readonly StoredMessage[]): string {
  return `{"version":1,"log":${JSON.stringify(log)},"messages":${encodeList(messages)}}\n`;
}

/** The limits as the server announces them. */
export function wireLimits(options: { rate: number; history: number }): WireLimits {
  return {
    name: MAX_NAME_GRAPHEMES,
    text: MAX_TEXT_CODE_POINTS,
    frame: MAX_MESSAGE_BYTES,
    rate: options.rate,
    burst: burstOf(options.rate),
    history: options.history,
  };
}

function encodeList(messages: readonly StoredMessage[]): string {
  return `[${messages.map((message) => message.json).join(",")}]`;
}

function encode(frame: ServerFrame): string {
  return JSON.stringify(frame);
}
