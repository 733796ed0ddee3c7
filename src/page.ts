// The page as HTML: what was said, who is here, and a form to say more, all of it without a script.
// A pure function of its view; every value that came from a person is escaped here and nowhere else.

import { escape } from "@std/html/entities";
import type { Message } from "./message.ts";
import { chromeOf } from "./page_chrome.ts";
import type { Preferences } from "./preferences.ts";

/** Everything the page shows. */
export interface PageView {
  /** The name of this chat. */
  readonly title: string;
  /** The id of the log, from which the script goes on reading. */
  readonly log: string;
  /** Oldest first; the last one's `seq` is where the script goes on. */
  readonly messages: readonly Message[];
  /** The names of those who are here. */
  readonly online: readonly string[];
  /** What the form holds; `id` is that of the message about to be written. */
  readonly form: { readonly id: string; readonly name: string; readonly text: string };
  /** Why the last message was refused, as a sentence. */
  readonly error?: string;
  /** The longest name and text, in the units of `limits.ts`. */
  readonly limits: { readonly name: number; readonly text: number };
  readonly preferences: Preferences;
  /** `static/page.html`. */
  readonly template: string;
}

/**
 * Renders the page. Placeholders of the template are `{{name}}`; they are all replaced in one pass,
 * so a text that contains `{{title}}` stays a text that contains `{{title}}`.
 *
 * @throws {RangeError} When the template asks for something that no view has.
 */
export function renderPage(view: PageView): string {
  const values = new Map(Object.entries(placeholders(view)));
  // A function, because in a replacement string `$&` would have a meaning.
  return view.template.replace(/\{\{\s*([\w.]+)\s*\}\}/g, (_, name: string) => {
    const value = values.get(name);
    if (value === undefined) throw new RangeError(`Cannot render the page: no "${name}" is known`);
    return value;
  });
}

/** The value of each placeholder, already HTML. */
function placeholders(view: PageView): Record<string, string> {
  const { messages, online, form, error, limits, preferences } = view;
  // There is no clock here to say what today is, so the day of the newest message is.
  const today = day(messages.at(-1)?.time ?? "");
  return {
    ...chromeOf(preferences),
    title: escape(view.title),
    log: escape(view.log),
    lastSeq: String(messages.at(-1)?.seq ?? 0),
    messages: messages.map((message) => renderMessage(message, today)).join(""),
    onlineCount: String(online.length),
    online: online.map((name) => `<li><bdi>${escape(name)}</bdi></li>`).join(""),
    error: escape(error ?? ""),
    errorHidden: error === undefined ? "hidden" : "",
    id: escape(form.id),
    name: escape(form.name),
    // A parser drops one line break after the start tag (HTML, section 13.2.6.4.7), so that one is
    // ours and those of the text stay.
    text: `\n${escape(form.text)}`,
    // The field to go on in, also when the page came back after sending.
    nameFocus: form.name === "" ? "autofocus" : "",
    textFocus: form.name === "" ? "" : "autofocus",
    nameLimit: String(limits.name),
    textLimit: String(limits.text),
  };
}

/** One row; `src/browser/row.ts` takes it over, and builds the same for messages that come later. */
function renderMessage({ seq, id, name, text, time }: Message, today: string): string {
  return `<li class="message" data-seq="${seq}" data-id="${escape(id)}">` +
    `<p class="meta"><bdi class="name">${escape(name)}</bdi> ${renderTime(time, today)}</p>` +
    `<p class="text" dir="auto">${escape(text)}</p></li>`;
}

/** The time in UTC, the only zone that all readers share; the script shows each reader their own. */
function renderTime(time: string, today: string): string {
  const clock = time.slice(11, 16);
  const full = `${day(time)} ${clock}`;
  return `<time datetime="${escape(time)}" title="${escape(full)} UTC">` +
    `${escape(day(time) === today ? clock : full)}</time>`;
}

/** The date of an ISO 8601 time. */
function day(time: string): string {
  return time.slice(0, 10);
}
