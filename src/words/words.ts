// Sentences in the reader's language. Knows how to choose and fill one, not what any of them says: the
// tables beside this file do. Pure, for the server's page and for the client alike.

import type { ErrorCode } from "../errors.ts";
import type { Key } from "./en.ts";

/** A sentence; `{word}` stands for a value. With a `count` its plural forms. */
export type Entry = string | Plural;

/** One form for each of the language's plural categories (CLDR); `other` stands for those left out. */
export type Plural = { readonly [Rule in Intl.LDMLPluralRule]?: string } & {
  readonly other: string;
};

/** Every sentence of one language, in plural forms where it counts. */
export type Sentences = Readonly<Record<Key, Entry>>;

/** What is refused and why; `{name}` is the name that is free instead, `{count}` the seconds to wait. */
export type Refusals = { readonly [Code in ErrorCode]?: Entry };

/** Everything that is said in one language. */
export interface Table {
  readonly sentences: Sentences;
  readonly refusals: Refusals;
}

/** What goes into a sentence; numbers are written as the language writes them. */
export type Values = Readonly<Record<string, string | number>>;

/** A piece of a sentence: its own words, or the place of a value. */
export type Part = { readonly text: string } | { readonly value: string };

/** The part of a `ChatError` that is told to people. */
export interface Refusal {
  readonly code: ErrorCode;
  /** The server's sentence, in English. */
  readonly message: string;
  readonly retryAfterSeconds?: number | undefined;
}

/**
 * The words of one language.
 *
 * @example
 * ```ts
 * import { en } from "./en.ts";
 * import { Words } from "./words.ts";
 *
 * const words = new Words("en", en);
 * words.say("newMessages", { count: 2 }); // "2 new messages"
 * ```
 */
export class Words {
  /** A BCP 47 tag, for `lang` and for `Intl`. */
  readonly language: string;
  readonly #table: Table;
  readonly #plurals: Intl.PluralRules;
  readonly #numbers: Intl.NumberFormat;

  constructor(language: string, table: Table) {
    this.language = language;
    this.#table = table;
    this.#plurals = new Intl.PluralRules(language);
    this.#numbers = new Intl.NumberFormat(language);
  }

  /** The sentence of `key` with `values` in it; `count` also chooses its plural form. */
  say(key: Key, values: Values = {}): string {
    return this.#fill(this.#table.sentences[key], values);
  }

  /** The same in pieces, for those who put something other than text in the place of a value. */
  parts(key: Key, values: Values = {}): Part[] {
    return this.#split(this.#table.sentences[key], values);
  }

  /** `value` as the language writes numbers. */
  number(value: number): string {
    return this.#numbers.format(value);
  }

  /** What was refused and why; the server's own sentence when this language has none for its code. */
  refusal(error: Refusal): string {
    const entry = this.#table.refusals[error.code];
    if (entry === undefined) return error.message;
    return this.#fill(entry, { count: error.retryAfterSeconds ?? 1, name: freeName(error) ?? "" });
  }

  #fill(entry: Entry, values: Values): string {
    return this.#split(entry, values).map((part) =>
      "text" in part ? part.text : this.#write(part.value, values[part.value])
    ).join("");
  }

  #split(entry: Entry, values: Values): Part[] {
    // Every second piece is a name, because the pattern captures it.
    return this.#form(entry, values["count"]).split(/\{(\w+)\}/)
      .map((piece, index) => index % 2 === 0 ? { text: piece } : { value: piece })
      .filter((part) => !("text" in part) || part.text !== "");
  }

  #form(entry: Entry, count: string | number | undefined): string {
    if (typeof entry === "string") return entry;
    const rule = typeof count === "number" ? this.#plurals.select(count) : "other";
    return entry[rule] ?? entry.other;
  }

  #write(name: string, value: string | number | undefined): string {
    if (value === undefined) throw new RangeError(`Cannot say this: no "${name}" is given`);
    return typeof value === "number" ? this.number(value) : value;
  }
}

/** The name that the server proposed in place of a taken one. */
export function freeName({ code, message }: Refusal): string | undefined {
  return code === "name_taken" ? /; "(.+)" is free$/su.exec(message)?.[1] : undefined;
}
