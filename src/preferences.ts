// How a reader wants the page: its language and its colours. Chosen by what the browser says, or by hand
// with a link that works without a script; a choice by hand is kept in a cookie.

import { setCookie } from "@std/http/cookie";
import { acceptsLanguages } from "@std/http/negotiation";
import { readCookie } from "./cookies.ts";
import { isLanguage, type Language, LANGUAGES } from "./words/languages.ts";

/** The cookie with the language, when it was chosen by hand. */
export const LANGUAGE_COOKIE = "parley_lang";
/** The cookie with the colours, when they were chosen by hand. The page's script writes it, too. */
export const THEME_COOKIE = "parley_theme";

const COOKIE_SECONDS = 365 * 24 * 60 * 60;
const DEFAULT_LANGUAGE = "en";

/** Colours chosen by hand; without a choice the system decides. */
export type Theme = "light" | "dark";

/** How the page is to look and speak. */
export interface Preferences {
  readonly language: Language;
  readonly theme: Theme | undefined;
}

/** What `request` asks for: by its address (`?lang=ru`), else by its cookies, else by its browser. */
export function preferencesOf(request: Request): Preferences {
  const asked = new URL(request.url).searchParams;
  const language = [asked.get("lang"), readCookie(request, LANGUAGE_COOKIE)].find(isLanguage);
  const theme = [asked.get("theme"), readCookie(request, THEME_COOKIE)].find(isChoice);
  return { language: language ?? negotiate(request), theme: isTheme(theme) ? theme : undefined };
}

/**
 * Answers a request that chooses by hand: keeps the choice and goes on to the page without it in its
 * address. `undefined` when nothing is chosen, or when another site's link does it: that may show the
 * page so, but not change how it looks from now on.
 */
export function keepChoice(request: Request, options: { secure: boolean }): Response | undefined {
  const asked = new URL(request.url).searchParams;
  const choices = [
    [LANGUAGE_COOKIE, asked.get("lang"), isLanguage],
    [THEME_COOKIE, asked.get("theme"), isChoice],
  ] as const;
  const site = request.headers.get("sec-fetch-site") ?? "none";
  const isOurs = site === "same-origin" || site === "none";
  if (!isOurs || !choices.some(([, value, isValid]) => isValid(value))) return undefined;
  const headers = new Headers({ location: "/", "cache-control": "no-store" });
  for (const [name, value, isValid] of choices) {
    if (!isValid(value)) continue;
    setCookie(headers, {
      name,
      value,
      maxAge: value === "system" ? 0 : COOKIE_SECONDS,
      path: "/",
      // The script changes the colours at once and writes them down itself.
      httpOnly: name === LANGUAGE_COOKIE,
      sameSite: "Lax",
      secure: options.secure,
    });
  }
  return new Response(null, { status: 303, headers });
}

/** What the browser asks for: the best language there is here. */
function negotiate(request: Request): Language {
  const best = acceptsLanguages(request, ...Object.keys(LANGUAGES));
  return isLanguage(best) ? best : DEFAULT_LANGUAGE;
}

function isTheme(value: string | null | undefined): value is Theme {
  return value === "light" || value === "dark";
}

function isChoice(value: string | null | undefined): value is Theme | "system" {
  return isTheme(value) || value === "system";
}
