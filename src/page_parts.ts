// What pages have in common and what costs most to make: kept, and made anew only when it has changed.

import type { Message } from "./message.ts";
import { chromeOf } from "./page_chrome.ts";
import { renderRows } from "./page_rows.ts";
import type { Preferences } from "./preferences.ts";

/** The parts of pages; one for all pages of a server. */
export class PageParts {
  // As many as there are languages, each in three themes.
  readonly #chrome = new Map<string, Record<string, string>>();
  #rows: { readonly first: Message; readonly last: Message; readonly html: string } | undefined;

  /** What {@linkcode chromeOf} makes for these preferences. */
  chrome(preferences: Preferences): Readonly<Record<string, string>> {
    const key = `${preferences.language} ${preferences.theme}`;
    let chrome = this.#chrome.get(key);
    if (chrome === undefined) this.#chrome.set(key, chrome = chromeOf(preferences));
    return chrome;
  }

  /** What {@linkcode renderRows} makes of `messages`, which follow one another in one log. */
  rows(messages: readonly Message[]): string {
    const [first] = messages;
    const last = messages.at(-1);
    if (first === undefined || last === undefined) return "";
    // In one log, the first and the last say what is between them.
    if (this.#rows?.first !== first || this.#rows.last !== last) {
      this.#rows = { first, last, html: renderRows(messages) };
    }
    return this.#rows.html;
  }
}
