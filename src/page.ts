// The page as HTML: what was said, who is here, and a form to say more, all of it without a script.
// A pure function of its view; every value that came from a person is escaped here and nowhere else.

import { escape } from "@std/html/entities";
import { isOnlyEmoji } from "./emoji.ts";
import { continuesGroup } from "./grouping.ts";
import { findLinks, LINK_REL } from "./links.ts";
import type { Message } from "./message.ts";
import { chromeOf } from "./page_chrome.ts";
import { initials, personColour } from "./person.ts";
import type { Preferences } from "./preferences.ts";
import { fillTemplate } from "./template.ts";

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

/** Renders the page. @throws {RangeError} When the template asks for something that no view has. */
export function renderPage(view: PageView): string {
  return fillTemplate(view.template, placeholders(view));
}

/** The value of each placeholder, already HTML. */
function placeholders(view: PageView): Record<string, string> {
  const { messages, online, form, error, limits, preferences } = view;
  return {
    ...chromeOf(preferences),
    title: escape(view.title),
    log: escape(view.log),
    lastSeq: String(messages.at(-1)?.seq ?? 0),
    messages: renderRows(messages),
    onlineCount: String(online.length),
    online: online.map((name) => `<li>${renderAvatar(name)}<bdi>${escape(name)}</bdi></li>`).join(
      "",
    ),
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

/**
 * The rows; `src/browser/row.ts` takes them over, and builds the same for messages that come later. A
 * group ends with its day: in the reader's zone the script may see that otherwise.
 */
function renderRows(messages: readonly Message[]): string {
  // There is no clock here to say what today is, so the day of the newest message is.
  const today = day(messages.at(-1)?.time ?? "");
  let group: Message | undefined;
  return messages.map((message) => {
    const follows = group !== undefined && continuesGroup(group, message) &&
      day(group.time) === day(message.time);
    if (!follows) group = message;
    return renderMessage(message, { follows, today });
  }).join("");
}

function renderMessage(
  { seq, id, name, text, time }: Message,
  { follows, today }: { follows: boolean; today: string },
): string {
  const colour = `data-colour="${personColour(name)}"`;
  return `<li class="message${follows ? " follows" : ""}" data-seq="${seq}" data-id="${
    escape(id)
  }">` +
    renderAvatar(name) +
    `<p class="meta"><bdi class="name" ${colour}>${escape(name)}</bdi> ` +
    `${renderTime(time, today)}</p><p class="text${isOnlyEmoji(text) ? " emoji" : ""}" dir="auto">${
      renderText(text)
    }</p></li>`;
}

function renderAvatar(name: string): string {
  const colour = personColour(name);
  return `<span class="avatar" data-colour="${colour}" aria-hidden="true">${
    escape(initials(name))
  }</span>`;
}

function renderText(text: string): string {
  return findLinks(text).map(({ text, href }) =>
    href === undefined
      ? escape(text)
      : `<a href="${escape(href)}" rel="${LINK_REL}" target="_blank">${escape(text)}</a>`
  ).join("");
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
