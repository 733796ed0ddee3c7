// The languages there are. Only the server has all of them: the page carries the one it is in.

import { en } from "./en.ts";
import { ru } from "./ru.ts";
import { type Table, Words } from "./words.ts";

const TABLES = { en, ru } as const;

/** A language of the page. */
export type Language = keyof typeof TABLES;

/** All of them with their own names for themselves; the first is for readers who ask for none. */
export const LANGUAGES: Readonly<Record<Language, string>> = { en: "English", ru: "Русский" };

/** Whether the page speaks the language called `tag`. */
export function isLanguage(tag: string | null | undefined): tag is Language {
  return typeof tag === "string" && Object.hasOwn(TABLES, tag);
}

/** Everything that is said in `language`. */
export function tableOf(language: Language): Table {
  return TABLES[language];
}

/** The words of `language`. */
export function wordsOf(language: Language): Words {
  return new Words(language, TABLES[language]);
}
