// Sentences about people.

import { make } from "./dom.ts";

/** More names than this become "and 7 others". */
const NAMES_SHOWN = 3;

const list = new Intl.ListFormat("en-GB", { type: "conjunction" });

/** `names` as "Ann, Bob and 7 others"; each name on its own as to its direction of writing. */
export function nameList(names: readonly string[]): Node[] {
  const more = names.length - NAMES_SHOWN;
  const shown = more > 1 ? [...names.slice(0, NAMES_SHOWN), `${more} others`] : names;
  return list.formatToParts(shown).map(({ type, value }) =>
    type === "element" ? make("bdi", "", value) : document.createTextNode(value)
  );
}

/** `count` with the word for it: "1 message", "2 messages". */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString()} ${noun}${count === 1 ? "" : "s"}`;
}
