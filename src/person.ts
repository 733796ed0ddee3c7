// How a person is told apart at a glance: initials and a colour that follow from the name alone, so
// that everyone sees the same, on the server's page and in the client.

import { nameKey } from "./message.ts";

/** Colours in `static/style.css`, from `--person-0` on. */
export const PERSON_COLOURS = 12;

const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" });
const WORD_START = /[\p{L}\p{N}\p{Emoji_Presentation}]/u;

/** The first letters of the first and the last word of `name`: "AL" for "Ann van Lee". */
export function initials(name: string): string {
  const words = name.split(" ").map(firstLetter).filter((letter) => letter !== "");
  const [first = firstGrapheme(name), ...others] = words;
  return `${first}${others.at(-1) ?? ""}`.toUpperCase();
}

/** Which of the {@linkcode PERSON_COLOURS} is that of `name`; spelling variants of it share one. */
export function personColour(name: string): number {
  // FNV-1a: short, and near names get unlike numbers.
  let hash = 0x811c9dc5;
  for (const character of nameKey(name)) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return ((hash ^ (hash >>> 16)) >>> 0) % PERSON_COLOURS;
}

/** The first letter of `word` with its marks; brackets and quotes around it do not count. */
function firstLetter(word: string): string {
  const start = word.search(WORD_START);
  return start === -1 ? "" : firstGrapheme(word.slice(start));
}

function firstGrapheme(text: string): string {
  for (const { segment } of graphemes.segment(text)) return segment;
  return "";
}
