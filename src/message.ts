// What a message is, and what a name and a text may be. Knows nothing of sockets, files or clocks.

import { ChatError } from "./errors.ts";
import {
  MAX_ID_LENGTH,
  MAX_NAME_CODE_POINTS,
  MAX_NAME_GRAPHEMES,
  MAX_TEXT_CODE_POINTS,
} from "./limits.ts";
import { bareLook, isReserved, latinLook, mixesAlphabets } from "./looks.ts";

/** What somebody wants to say, already valid: see {@linkcode normalizeName} and the others. */
export interface Draft {
  /** Chosen by the sender; saying the same id twice says it once. */
  readonly id: string;
  readonly name: string;
  readonly text: string;
}

/** What was said. The order of the fields is the order in the file and on the wire. */
export interface Message extends Draft {
  /** Rises with the store's order; may have gaps, so it is no index. */
  readonly seq: number;
  /** The server's time, ISO 8601 in UTC with milliseconds. */
  readonly time: string;
}

/** A message and the one serialization of it that file, HTTP and frames all use. */
export interface StoredMessage extends Message {
  readonly json: string;
  /** Length of `json` in UTF-8. */
  readonly bytes: number;
  /** When this process got it, in monotonic milliseconds; unknown for what another one got. */
  readonly receivedAt?: number;
}

// Marked pure, so that the page's script, which counts no bytes, goes without this and the next.
const encoder = /* @__PURE__ */ new TextEncoder();
// More than the JSON of any message takes.
const scratch = /* @__PURE__ */ new Uint8Array(65_536);
const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" });

const ID = new RegExp(`^[A-Za-z0-9_-]{1,${MAX_ID_LENGTH}}$`);

// What a name may not hold: controls, lone surrogates, bidi controls, and characters that take no
// space or look like one (two names that look the same would be two people). Variation selectors
// stay, emoji need them; `nameKey` ignores them.
const NOT_IN_NAMES =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\u{AD}\u{34F}\u{115F}\u{1160}\u{17B4}\u{17B5}\u{180B}-\u{180E}\u{200B}-\u{200D}\u{2060}-\u{206F}\u{2800}\u{3164}\u{FEFF}\u{FFA0}\u{FFF0}-\u{FFFB}\u{E0000}-\u{E00FF}\u{E01F0}-\u{E0FFF}]/u;
// Not `\s`: that one counts the zero-width U+FEFF as white space and would hide it.
const WHITE_SPACE = /\p{White_Space}+/gu;
const SOMETHING_VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/u;
// Accents that belong to no script of their own: no language piles up more than three on one letter,
// while Burmese or Tibetan signs, which may be more, have a script.
const PILED_MARKS = /(?:(?=\p{Script=Inherited})\p{M}){4}/u;
const IGNORED_IN_COMPARISON = /\p{Default_Ignorable_Code_Point}/gu;

// Cc without tab and newline.
// deno-lint-ignore no-control-regex -- control characters are what it is about
const NOT_IN_TEXTS = /[\u{0}-\u{8}\u{B}-\u{1F}\u{7F}-\u{9F}]/gu;

/**
 * Returns `raw` as a name: NFC, trimmed, each run of white space folded to one space.
 *
 * @throws {ChatError} `name_invalid` when it is empty, longer than 32 grapheme clusters or 128 code
 * points, holds a control, bidi-control, zero-width or otherwise invisible character or more than three
 * accents on one letter, has a word of several alphabets that look alike, or reads like the name of
 * whoever runs the server.
 */
export function normalizeName(raw: string): string {
  const name = raw.normalize("NFC").replace(WHITE_SPACE, " ").replace(/^ | $/g, "");
  if (name === "") throw new ChatError("name_invalid", "Cannot use this name: it is empty");
  if (NOT_IN_NAMES.test(name) || !SOMETHING_VISIBLE.test(name)) {
    throw new ChatError("name_invalid", "Cannot use this name: it holds invisible characters");
  }
  if (countCodePoints(name) > MAX_NAME_CODE_POINTS || countGraphemes(name) > MAX_NAME_GRAPHEMES) {
    throw new ChatError(
      "name_invalid",
      `Cannot use this name: it is longer than ${MAX_NAME_GRAPHEMES} characters`,
    );
  }
  refuseDisguise(name);
  return name;
}

function refuseDisguise(name: string): void {
  const why = PILED_MARKS.test(name.normalize("NFD"))
    ? "it has too many accents on one letter"
    : mixesAlphabets(name)
    ? "a word in it mixes letters of several alphabets"
    : isReserved(name)
    ? "it could be taken for the server, or for whoever runs it"
    : undefined;
  if (why !== undefined) throw new ChatError("name_invalid", `Cannot use this name: ${why}`);
}

/**
 * Returns what two names are compared by: case-folded NFKC without ignorable characters, in the
 * spirit of NFKC_Casefold (UAX #31). By way of upper case, so that `ß` and `SS` meet; by way of lower
 * case before that, so that `ẞ` does too, which is its own upper case.
 */
export function nameKey(name: string): string {
  return name.normalize("NFKC").replace(IGNORED_IN_COMPARISON, "")
    .toLowerCase().toUpperCase().toLowerCase().normalize("NFKC");
}

/**
 * Returns the keys of a name: two names that share one are the same, because people would take one for
 * the other. Spelling variants ({@linkcode nameKey}), the same in letters of other alphabets, and the same
 * in letters that look alike within one (`Ian` with a small L).
 */
export function nameKeys(name: string): readonly string[] {
  // The last one has a mark of its own: "lan" as it looks is not "Lan" as it is folded.
  return [nameKey(name), nameKey(latinLook(name)), `=${bareLook(name)}`];
}

/**
 * Returns `raw` as a text: line ends become `\n`, control characters other than tab and newline and
 * all white space at the end go, lone surrogates become U+FFFD.
 *
 * @throws {ChatError} `text_invalid` when nothing is left or more than 2000 code points are.
 */
export function normalizeText(raw: string): string {
  const text = cleanText(raw);
  if (text === "") throw new ChatError("text_invalid", "Cannot send: the message is empty");
  // Most texts are shorter even when each unit of UTF-16 counts, which need not be looked at one by one.
  const length = text.length > MAX_TEXT_CODE_POINTS ? countCodePoints(text) : 0;
  if (length > MAX_TEXT_CODE_POINTS) {
    throw new ChatError(
      "text_invalid",
      `Cannot send: the message has ${length} characters, ${MAX_TEXT_CODE_POINTS} are allowed`,
    );
  }
  return text;
}

/** What {@linkcode normalizeText} makes of `raw`, however long: for counting while it is written. */
export function cleanText(raw: string): string {
  return raw.toWellFormed().replace(/\r\n?/g, "\n").replace(NOT_IN_TEXTS, "").trimEnd();
}

/** Whether `text` is as `normalize` leaves it; not when that refuses it with a {@linkcode ChatError}. */
export function isNormal(text: string, normalize: (raw: string) => string): boolean {
  try {
    return normalize(text) === text;
  } catch (error) {
    if (error instanceof ChatError) return false;
    throw error;
  }
}

/** Whether `id` can be a message's id: 1 to 64 of `A-Z a-z 0-9 _ -`. */
export function isMessageId(id: string): boolean {
  return ID.test(id);
}

/** Serializes `message`, once for all the places it will go to. */
export function toStored(
  message: Message,
  options: { receivedAt?: number } = {},
): StoredMessage {
  const { seq, id, name, text, time } = message;
  const json = JSON.stringify({ seq, id, name, text, time });
  return { seq, id, name, text, time, json, bytes: countBytes(json), ...options };
}

// What `encode` returns is memory outside of the heap, which costs more than all the rest of a message.
function countBytes(text: string): number {
  const { read, written } = encoder.encodeInto(text, scratch);
  return read === text.length ? written : encoder.encode(text).length;
}

/** Unicode code points in `text`; a surrogate pair counts once. */
export function countCodePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

function countGraphemes(text: string): number {
  let count = 0;
  for (const _ of graphemes.segment(text)) count++;
  return count;
}

/** The first `max` grapheme clusters of `text`. */
export function truncateGraphemes(text: string, max: number): string {
  let end = 0;
  let count = 0;
  for (const { segment } of graphemes.segment(text)) {
    if (count++ === max) break;
    end += segment.length;
  }
  return text.slice(0, end);
}
