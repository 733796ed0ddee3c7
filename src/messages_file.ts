// The JSON file of the conversation as text: how it is written, how it is read, and what can be saved
// from one that is damaged. Opens no file.

import * as v from "valibot";
import { isMessageId, type StoredMessage, toStored } from "./message.ts";

/** What a file of the conversation holds. */
export interface MessagesFile {
  readonly log: string;
  readonly messages: readonly StoredMessage[];
}

// Half of the numbers that can be counted with: a log that goes on from a larger one would soon repeat
// itself, and be a damaged file at the next start.
const MAX_SEQ = 2 ** 52;

// Looser than what a sender may say: a newer Unicode may count the clusters of a name otherwise, and
// that must not turn a good file into a damaged one.
const MessageSchema = v.object({
  seq: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(MAX_SEQ)),
  id: v.pipe(v.string(), v.check(isMessageId)),
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(1024)),
  text: v.pipe(v.string(), v.minLength(1), v.maxLength(8192)),
  time: v.pipe(v.string(), v.check(isTime)),
});

const FileSchema = v.object({
  version: v.literal(1),
  log: v.pipe(v.string(), v.check(isMessageId)),
  messages: v.array(v.unknown()),
});

/** One message a line, so that a person and a line-based tool can read it. */
export function encodeFile({ log, messages }: MessagesFile): string {
  const lines = messages.map((message) => message.json).join(",\n");
  return `{"version":1,"log":${JSON.stringify(log)},"messages":[\n${lines}\n]}\n`;
}

/**
 * Reads a file's text; `undefined` when anything in it is not as it was written. Of more than `max`
 * messages the newest are kept, and only they are looked at.
 */
export function decodeFile(text: string, max: number): MessagesFile | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const file = v.safeParse(FileSchema, value);
  if (!file.success) return undefined;
  const messages: StoredMessage[] = [];
  for (const item of file.output.messages.slice(-max)) {
    const message = v.safeParse(MessageSchema, item);
    if (!message.success) return undefined;
    messages.push(toStored(message.output));
  }
  return isLog(messages) ? { log: file.output.log, messages } : undefined;
}

// An object without objects inside, which is what a message is. No character can be matched in two
// ways, so that no damage makes it slow.
const STRING = `"[^"\\\\]*(?:\\\\[^][^"\\\\]*)*"`;
const FIELD = `\\s*${STRING}\\s*:\\s*(?:${STRING}|[-+.\\w]+)\\s*`;
const FLAT_OBJECT = new RegExp(`^\\{${FIELD}(?:,${FIELD})*\\}`);

// A message of the largest size, each character escaped, is shorter. The engine keeps a way back for
// every repetition, and where megabytes repeat it throws: "Maximum call stack size exceeded".
const MAX_OBJECT_LENGTH = 64 * 1024;

/**
 * Finds every whole message in a damaged text, in the order in which they stand, the newest `max` of
 * them. An id that stands twice counts once; when the numbers do not rise, all are numbered anew.
 */
export function salvage(text: string, max: number): StoredMessage[] {
  const byId = new Map<string, StoredMessage>();
  for (let at = text.indexOf("{"); at !== -1; at = text.indexOf("{", at)) {
    const found = FLAT_OBJECT.exec(text.slice(at, at + MAX_OBJECT_LENGTH))?.[0];
    const message = found === undefined ? undefined : readMessage(found);
    if (message !== undefined && !byId.has(message.id)) byId.set(message.id, message);
    at += found?.length ?? 1;
  }
  const messages = [...byId.values()].slice(-max);
  if (isLog(messages)) return messages;
  return messages.map((message, index) => toStored({ ...message, seq: index + 1 }));
}

function readMessage(json: string): StoredMessage | undefined {
  try {
    const message = v.safeParse(MessageSchema, JSON.parse(json));
    return message.success ? toStored(message.output) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isLog(messages: readonly StoredMessage[]): boolean {
  const ids = new Set(messages.map((message) => message.id));
  return ids.size === messages.length &&
    messages.every((message, i) => i === 0 || message.seq > (messages[i - 1]?.seq ?? 0));
}

function isTime(time: string): boolean {
  const date = new Date(time);
  return !Number.isNaN(date.getTime()) && date.toISOString() === time;
}
