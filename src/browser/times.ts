// Times as the reader's clock and language have them. The server's time is never corrected: it is
// the same for everyone.

import type { Words } from "../words/words.ts";

/** Writes times and days for one reader. */
export class Times {
  readonly #words: Words;
  readonly #locale: string;
  readonly #clock: Intl.DateTimeFormat;
  readonly #full: Intl.DateTimeFormat;

  /** `preferred` are the browser's languages: "en-GB" writes a date otherwise than "en" does. */
  constructor(words: Words, preferred: readonly string[]) {
    this.#words = words;
    const { language } = words;
    // Some browsers name what is no tag, such as "en-US@posix", and `Intl` throws at those.
    const locale =
      preferred.find((tag) =>
        tag.split("-")[0] === language && /^[a-z]+(-[a-z0-9]+)*$/i.test(tag)
      ) ?? language;
    // "2:03 AM", but "02:03": that is what the server writes, too, and so nothing changes at its rows.
    const { hour12 } = new Intl.DateTimeFormat(locale, { hour: "numeric" }).resolvedOptions();
    const hour = hour12 ? "numeric" : "2-digit";
    this.#clock = new Intl.DateTimeFormat(locale, { hour, minute: "2-digit" });
    this.#full = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "short" });
    this.#locale = locale;
  }

  /** The time of day. */
  clock(iso: string): string {
    return this.#clock.format(new Date(iso));
  }

  /** The day and the time of day. */
  full(iso: string): string {
    return this.#full.format(new Date(iso));
  }

  /** The name of a day that {@linkcode dayOf} returned, as it is called at `now`. */
  nameDay(day: string, now: Date): string {
    const time = new Date(`${day}T12:00:00`);
    if (day === dayOf(now)) return this.#words.say("today");
    const yesterday = new Date(now);
    yesterday.setDate(now.getDate() - 1);
    if (day === dayOf(yesterday)) return this.#words.say("yesterday");
    return time.toLocaleDateString(this.#locale, {
      weekday: "long",
      day: "numeric",
      month: "long",
      ...(time.getFullYear() === now.getFullYear() ? {} : { year: "numeric" }),
    });
  }
}

/** The time of day where the reader is, as `22:48` in every language: for texts that go elsewhere. */
export function clockOf(time: Date): string {
  return [time.getHours(), time.getMinutes()].map((part) => String(part).padStart(2, "0")).join(
    ":",
  );
}

/** The day of `time` where the reader is, as `2026-11-21`. */
export function dayOf(time: Date): string {
  const pad = (value: number, length: number) => String(value).padStart(length, "0");
  return `${pad(time.getFullYear(), 4)}-${pad(time.getMonth() + 1, 2)}-${pad(time.getDate(), 2)}`;
}

/** Milliseconds from `now` to the next local midnight; a day may have 23 or 25 hours. */
export function untilMidnight(now: Date): number {
  const midnight = new Date(now);
  midnight.setHours(24, 0, 0, 0);
  return midnight.getTime() - now.getTime();
}
