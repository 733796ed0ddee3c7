// What of the page is the same for everyone of one language: its words, its switches, its colours.

import { escape } from "@std/html/entities";
import type { Preferences } from "./preferences.ts";
import { LANGUAGES, tableOf, wordsOf } from "./words/languages.ts";

const THEMES = [["system", "themeSystem"], ["light", "themeLight"], ["dark", "themeDark"]] as const;

/** Browser bars in the colour of the page's own; the first is for light. */
const BAR_COLOURS = { light: "#ffffff", dark: "#151c26" } as const;

/** The value of each placeholder that does not depend on what was said, already HTML. */
export function chromeOf({ language, theme }: Preferences): Record<string, string> {
  const words = wordsOf(language);
  const table = tableOf(language);
  // Those with plural forms need a count, which the page's template has none of.
  const sentences = Object.entries(table.sentences)
    .filter(([, entry]) => typeof entry === "string")
    .map(([key, entry]) => [`words.${key}`, escape(String(entry))]);
  return {
    ...Object.fromEntries(sentences),
    language,
    theme: theme === undefined ? "" : `data-theme="${theme}"`,
    barColours: theme === undefined
      ? barColour(BAR_COLOURS.light, "light") + barColour(BAR_COLOURS.dark, "dark")
      : `<meta name="theme-color" content="${BAR_COLOURS[theme]}">`,
    // Inside a script element only `<` can end it; JSON has another way to write that.
    table: JSON.stringify(table).replaceAll("<", "\\u003c"),
    youAre: words.parts("youAre").map((part) =>
      "text" in part ? escape(part.text) : `<bdi id="you-name"></bdi>`
    ).join(""),
    languages: Object.entries(LANGUAGES).map(([tag, name]) =>
      link({ href: `/?lang=${tag}`, label: name, isCurrent: tag === language, lang: tag })
    ).join(""),
    themes: THEMES.map(([value, key]) =>
      link({
        href: `/?theme=${value}`,
        label: words.say(key),
        isCurrent: value === (theme ?? "system"),
      })
    ).join(""),
  };
}

function barColour(colour: string, scheme: string): string {
  return `<meta name="theme-color" content="${colour}" media="(prefers-color-scheme: ${scheme})">`;
}

interface Link {
  readonly href: string;
  readonly label: string;
  readonly isCurrent: boolean;
  readonly lang?: string;
}

function link({ href, label, isCurrent, lang }: Link): string {
  const language = lang === undefined ? "" : ` lang="${lang}" hreflang="${lang}"`;
  const current = isCurrent ? ` aria-current="true"` : "";
  return `<a class="choice" href="${href}"${language}${current}>${escape(label)}</a>`;
}
