// The words of the page in the page: read from it, and made into nodes.

import type { Key } from "../words/en.ts";
import { type Table, Words } from "../words/words.ts";
import { find, make } from "./dom.ts";
import type { PresenceEntry } from "./timeline.ts";

/** More names than this become "and 7 others". */
const NAMES_SHOWN = 3;

/** The words that came with the page, in its language: the script itself carries none. */
export function readWords(): Words {
  const table: Table = JSON.parse(find("words", HTMLScriptElement).text);
  return new Words(document.documentElement.lang, table);
}

/** A sentence about people: `{names}` in it is "Ann, Bob and 7 others". */
export function aboutPeople(words: Words, key: Key, names: readonly string[]): Node[] {
  // Verbs only ask for one or more than one; with "and 21 others" the number itself would mislead.
  const count = Math.min(names.length, 2);
  return words.parts(key, { count }).flatMap((part) =>
    "text" in part ? [document.createTextNode(part.text)] : nameList(words, names)
  );
}

/** Who came and who went. */
export function aboutComings({ joined, left }: PresenceEntry, words: Words): Node[] {
  const sentences = ([["joined", joined], ["left", left]] as const)
    .filter(([, names]) => names.size > 0)
    .map(([key, names]) => make("span", "", ...aboutPeople(words, key, [...names])));
  return sentences.flatMap((sentence, index) =>
    index === 0 ? [sentence] : [document.createTextNode(" · "), sentence]
  );
}

/** `names` as "Ann, Bob and 7 others"; each name on its own as to its direction of writing. */
export function nameList(words: Words, names: readonly string[]): Node[] {
  const list = new Intl.ListFormat(words.language, { type: "conjunction" });
  const more = names.length - NAMES_SHOWN;
  const shown = more > 1
    ? [...names.slice(0, NAMES_SHOWN), words.say("others", { count: more })]
    : names;
  return list.formatToParts(shown).map(({ type, value }) =>
    type === "element" ? make("bdi", "", value) : document.createTextNode(value)
  );
}
