// Every limit that a user of the protocol can meet, with its unit and its reason. The server
// announces the ones a client needs in its `welcome`.

/** Grapheme clusters in a name: what a person counts as letters (UAX #29). */
export const MAX_NAME_GRAPHEMES = 32;

/** Code points in a name: 32 clusters alone could each carry thousands of combining marks. */
export const MAX_NAME_CODE_POINTS = 128;

/** Code points in a text, counted after normalization. */
export const MAX_TEXT_CODE_POINTS = 2000;

/** Characters in a message id: room for a UUID or a ULID with a prefix. */
export const MAX_ID_LENGTH = 64;

/**
 * Bytes in one WebSocket message from a client. 2000 code points fit even when each one is written
 * as two escapes of six bytes in JSON (24,000 bytes).
 */
export const MAX_MESSAGE_BYTES = 32 * 1024;

/** Bytes in one request body: a form or a JSON message, also when percent-encoded. */
export const MAX_BODY_BYTES = 64 * 1024;

/** Messages kept in memory for readers who are behind, whatever `--history` says. */
export const WINDOW_MESSAGES = 4096;

/**
 * Bytes of messages in one flush or one `welcome` to a client. 100 messages of the largest size (2000
 * code points of four bytes) fit, so a `welcome` always has the whole default history.
 */
export const MAX_FRAME_BYTES = 1024 * 1024;

/**
 * Bytes of messages in each of the frames of a flush that has more. The allocator has to ask the system for
 * larger ones, page by page and for each reader: a fifth of the time of a burst was spent on that.
 */
export const LIVE_FRAME_BYTES = 64 * 1024;

/** Bytes that may wait in one socket before its cursor waits too. */
export const MAX_BUFFERED_BYTES = 1024 * 1024;

/**
 * Bytes that may wait in one socket before answers count as unread and it is closed: twice what a
 * flush can leave there, so that the other half must be answers.
 */
export const MAX_UNREAD_BYTES = 2 * (MAX_BUFFERED_BYTES + MAX_FRAME_BYTES);

/** A burst may be this many times the allowed rate a second. */
export const BURST_SECONDS = 4;

/** Messages that may come at once at a rate of `perSecond`: one at least, or none could ever come. */
export function burstOf(perSecond: number): number {
  return perSecond === 0 ? 0 : Math.max(1, perSecond * BURST_SECONDS);
}
