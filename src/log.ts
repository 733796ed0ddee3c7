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
} from "@logtape/logtape";

/** What the server writes its events to. */
export type Log = Pick<Logger, "debug" | "info" | "warn" | "error">;

/** How much is logged, and in which form. */
export interface LogOptions {
  readonly level: "debug" | "info" | "warning" | "error";
  readonly format: "text" | "json";
}

const encoder = new TextEncoder();

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
    sinks: { out: createSink(format) },
    loggers: [
      { category: "parley", lowestLevel: options.level, sinks: ["out"] },
      // LogTape says about itself what is worth knowing only when something is wrong with it.
      { category: ["logtape", "meta"], lowestLevel: "warning", sinks: ["out"] },
    ],
  });
  return getLogger("parley");
}

/** Lets go of what {@linkcode openLog} set up. */
export async function closeLog(): Promise<void> {
  await reset();
}

// Returns a sink that goes quiet for good when nobody reads the output any more (`… | head`): a log
// that nobody can see must not end the chat.
function createSink(format: (record: LogRecord) => string): (record: LogRecord) => void {
  let isOpen = true;
  return (record) => {
    if (!isOpen) return;
    const line = encoder.encode(`${escapeUnprintable(format(record).trimEnd())}\n`);
    try {
      for (let written = 0; written < line.length;) {
        written += Deno.stdout.writeSync(line.subarray(written));
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
      isOpen = false;
    }
  };
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
