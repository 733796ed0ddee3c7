// The log: one event a fact, with fields, as lines for people or as JSON lines for programs. Never the
// text of a message, never a key.

import {
  configure,
  getJsonLinesFormatter,
  getLogger,
  getTextFormatter,
  type Logger,
  type LogRecord,
  reset,
  type Sink,
} from "@logtape/logtape";
import { LineQueue } from "./line_queue.ts";

/** What the server writes its events to. */
export type Log = Pick<Logger, "debug" | "info" | "warn" | "error">;

/** How much is logged, and in which form. */
export interface LogOptions {
  readonly level: "debug" | "info" | "warning" | "error";
  readonly format: "text" | "json";
  /** `lines` lines will never be written, because the output is stuck or gone. */
  readonly dropped: (lines: number) => void;
}

// What breaks lines, speaks to a terminal or turns the order of writing. JSON escapes only a part of it.
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/**
 * Sets up the log of the process and returns it. Everything goes to standard output: it is the log,
 * and standard error is for the one line that says why there is none.
 */
export async function openLog(options: LogOptions): Promise<Log> {
  const format = options.format === "json"
    ? getJsonLinesFormatter({ properties: "flatten" })
    : getTextFormatter({ timestamp: "rfc3339", category: () => "", format: toLine });
  await configure({
    reset: true,
    sinks: { out: createSink(format, options.dropped) },
    loggers: [
      { category: "parley", lowestLevel: options.level, sinks: ["out"] },
      // LogTape says about itself what is worth knowing only when something is wrong with it.
      { category: ["logtape", "meta"], lowestLevel: "warning", sinks: ["out"] },
    ],
  });
  return getLogger("parley");
}

/**
 * Writes what waits and lets go of what {@linkcode openLog} set up. Never resolves as long as the output
 * is stuck.
 */
export async function closeLog(): Promise<void> {
  await reset();
}

// Returns a sink that never waits: a log that nobody takes or can see must not hold up the chat, nor
// end it.
function createSink(
  format: (record: LogRecord) => string,
  dropped: LogOptions["dropped"],
): Sink & AsyncDisposable {
  const lines = new LineQueue({ write: (bytes) => Deno.stdout.write(bytes), dropped });
  const sink = (record: LogRecord) => lines.push(escapeUnprintable(format(record).trimEnd()));
  // LogTape disposes of its sinks when it is reset.
  return Object.assign(sink, { [Symbol.asyncDispose]: () => lines.flush() });
}

// All of it stands in quotes, where this is an escape of JSON.
function escapeUnprintable(line: string): string {
  return line.replace(
    UNPRINTABLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function toLine({ timestamp, level, message, record }: {
  timestamp: string | null;
  level: string;
  message: string;
  record: LogRecord;
}): string {
  const fields = Object.entries(record.properties).map(([name, value]) =>
    ` ${name}=${show(value)}`
  );
  return `${timestamp ?? ""} ${level} ${message}${fields.join("")}`;
}

// Quoted when it is no plain word, so that what a stranger chose cannot begin a line of its own.
function show(value: unknown): string {
  if (value instanceof Error) return JSON.stringify(`${value.name}: ${value.message}`);
  if (typeof value === "string") return /^[\w.:/@-]+$/.test(value) ? value : JSON.stringify(value);
  return JSON.stringify(value) ?? "undefined";
}
