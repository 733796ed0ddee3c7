// The border: what comes from a server is checked here, and only here, before anything believes it.

import * as v from "valibot";
import { ERROR_CODES } from "../errors.ts";
import type { Message } from "../message.ts";
import type { ServerFrame } from "../protocol.ts";

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const names = v.array(v.string());

const messages = v.array(v.object({
  seq: count,
  id: v.string(),
  name: v.string(),
  text: v.string(),
  time: v.pipe(v.string(), v.isoTimestamp()),
}));

const limits = v.object({
  name: count,
  text: count,
  frame: count,
  rate: v.number(),
  burst: v.number(),
  history: count,
});

const frame: v.GenericSchema<unknown, ServerFrame> = v.variant("type", [
  v.object({
    type: v.literal("welcome"),
    log: v.string(),
    reset: v.boolean(),
    messages,
    online: names,
    limits,
  }),
  v.object({ type: v.literal("joined"), name: v.string(), key: v.string() }),
  v.object({ type: v.literal("messages"), messages, skipped: v.exactOptional(count) }),
  v.object({ type: v.literal("presence"), joined: names, left: names, online: count }),
  v.object({ type: v.literal("typing"), names }),
  v.object({ type: v.literal("pong") }),
  v.object({
    type: v.literal("error"),
    // A code from a newer server still has a sentence to show.
    code: v.fallback(v.picklist(ERROR_CODES), "internal"),
    message: v.string(),
    id: v.exactOptional(v.string()),
    retryAfter: v.exactOptional(v.pipe(v.number(), v.finite(), v.minValue(0))),
  }),
]);

/**
 * Reads one frame of the JSON dialect. Returns `undefined` for what this version does not know, so
 * that a newer server can say more than this client understands. Never throws.
 */
export function decodeServerFrame(data: unknown): ServerFrame | undefined {
  if (typeof data !== "string") return undefined;
  const result = v.safeParse(v.pipe(v.string(), v.parseJson(), frame), data);
  return result.success ? result.output : undefined;
}

/** Reads the answer to `GET /messages.json`; `undefined` when it is none. Never throws. */
export function decodeLog(text: string): readonly Message[] | undefined {
  const result = v.safeParse(v.pipe(v.string(), v.parseJson(), v.object({ messages })), text);
  return result.success ? result.output.messages : undefined;
}
