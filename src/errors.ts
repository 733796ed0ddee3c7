// What Parley says when it refuses: stable codes for programs, sentences for people. One table, so
// that an HTTP status, a WebSocket error frame and a metric label can never disagree.

const STATUS_OF = {
  bad_request: 400,
  name_invalid: 400,
  text_invalid: 400,
  unauthorized: 401,
  not_joined: 403,
  origin: 403,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  name_taken: 409,
  too_large: 413,
  unsupported_type: 415,
  host: 421,
  upgrade_required: 426,
  rate_limited: 429,
  internal: 500,
  not_saved: 503,
  too_many_connections: 503,
} as const;

/** The stable name of a refusal, the same in HTTP, in both WebSocket dialects and in metrics. */
export type ErrorCode = keyof typeof STATUS_OF;

/** All codes, for metrics that want every label from the start. */
export const ERROR_CODES = Object.keys(STATUS_OF) as readonly ErrorCode[];

/** What a {@linkcode ChatError} can carry beside its sentence. */
export interface ChatErrorOptions {
  /** What went wrong underneath; logged, never shown. */
  cause?: unknown;
  /** Whole seconds after which trying again makes sense (RFC 9110, section 10.2.3). */
  retryAfterSeconds?: number;
}

/**
 * A refusal that is meant for the person or program on the other side. Its message says what could
 * not be done, why, and what to do; it never holds a path, a stack or somebody's text.
 */
export class ChatError extends Error {
  readonly code: ErrorCode;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, message: string, options: ChatErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = "ChatError";
    this.code = code;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  /** The HTTP status of this code. */
  get status(): number {
    return STATUS_OF[this.code];
  }
}

/** Returns `error` when it is a refusal, else an `internal` one that hides it and keeps it as cause. */
export function toChatError(error: unknown): ChatError {
  if (error instanceof ChatError) return error;
  return new ChatError("internal", "Cannot answer: the server made a mistake; try again", {
    cause: error,
  });
}

/** What `error` says of itself, to go after a colon. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : "for an unknown reason";
}

/** Whether the process, or the machine, has no file descriptor left. */
export function isOutOfDescriptors(error: unknown): boolean {
  return error instanceof Error && "code" in error &&
    (error.code === "EMFILE" || error.code === "ENFILE");
}

/**
 * The program cannot start or go on, and the person who started it can mend it. Printed as one line,
 * without a stack; `exitStatus` is 2 for wrong usage and 1 for everything else.
 */
export class StartError extends Error {
  readonly exitStatus: 1 | 2;

  constructor(message: string, options: { exitStatus?: 1 | 2; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = "StartError";
    this.exitStatus = options.exitStatus ?? 1;
  }
}
