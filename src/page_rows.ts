// The rows of the page: what was said, as HTML. Every value that came from a person is escaped.

import { escape } from "@std/html/entities";
import { isOnlyEmoji } from "./emoji.ts";
import { continuesGroup } from "./grouping.ts";
import { findLinks, LINK_REL } from "./links.ts";
import type { Message } from "./message.ts";
import { initials, personColour } from "./person.ts";

/**
 * The rows; `src/browser/row.ts` takes them over, and builds the same for messages that come later. A
 * group ends with its day: in the reader's zone the script may see that otherwise.
 */
export function renderRows(messages: readonly Message[]): string {
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

/** The circle with the initials of `name`, in its colour. */
export function renderAvatar(name: string): string {
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
