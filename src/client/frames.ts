// The border: what comes from a server is checked here, and only here, before anything believes it.

import { ERROR_CODES, type ErrorCode } from "../errors.ts";
import type { Message } from "../message.ts";
import type { ServerFrame } from "../protocol.ts";
import {
  type Guard,
  isBoolean,
  isCount,
  isDuration,
  isListOf,
  isNumber,
  isObjectOf,
  isOptional,
  isString,
  isTime,
  parseAs,
} from "./guards.ts";

type Type = ServerFrame["type"];
type Body<T extends Type> = Omit<Extract<ServerFrame, { type: T }>, "type">;

const isNames = isListOf(isString);
const isMessages = isListOf(isObjectOf<Message>({
  seq: isCount,
  id: isString,
  name: isString,
  text: isString,
  time: isTime,
}));

const BODIES: { readonly [T in Type]: Guard<Body<T>> } = {
  welcome: isObjectOf({
    log: isString,
    reset: isBoolean,
    messages: isMessages,
    online: isNames,
    limits: isObjectOf({
      name: isCount,
      text: isCount,
      frame: isCount,
      rate: isNumber,
      burst: isNumber,
      history: isCount,
    }),
  }),
  joined: isObjectOf({ name: isString, key: isString }),
  messages: isObjectOf<Body<"messages">>({ messages: isMessages, skipped: isOptional(isCount) }),
  presence: isObjectOf({ joined: isNames, left: isNames, online: isCount }),
  typing: isObjectOf({ names: isNames }),
  pong: isObjectOf({}),
  error: isObjectOf<Body<"error">>({
    // A code from a newer server still has a sentence to show; which codes are known is asked below.
    code: (_): _ is ErrorCode => true,
    message: isString,
    id: isOptional(isString),
    retryAfter: isOptional(isDuration),
  }),
};

const hasType = isObjectOf<{ type: Type }>({
  type: (value): value is Type => isString(value) && Object.hasOwn(BODIES, value),
});

function isFrame(value: unknown): value is ServerFrame {
  return hasType(value) && BODIES[value.type](value);
}

/**
 * Reads one frame of the JSON dialect. Returns `undefined` for what this version does not know, so
 * that a newer server can say more than this client understands. Never throws.
 */
export function decodeServerFrame(data: unknown): ServerFrame | undefined {
  const frame = parseAs(data, isFrame);
  if (frame?.type === "error" && !ERROR_CODES.includes(frame.code)) frame.code = "internal";
  return frame;
}

/** Reads the answer to `GET /messages.json`; `undefined` when it is none. Never throws. */
export function decodeLog(text: string): readonly Message[] | undefined {
  return parseAs(text, isObjectOf({ messages: isMessages }))?.messages;
}
