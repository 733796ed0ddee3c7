// The page as HTML: what was said, who is here, and a form to say more, all of it without a script.
// A pure function of its view; every value that came from a person is escaped here and nowhere else.

import { escape } from "@std/html/entities";
import type { Message } from "./message.ts";
import { PageParts } from "./page_parts.ts";
import { renderAvatar } from "./page_rows.ts";
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

/**
 * Renders the page; with the `parts` of the last one in a fraction of the time.
 *
 * @throws {RangeError} When the template asks for something that no view has.
 */
export function renderPage(view: PageView, parts: PageParts = new PageParts()): string {
  return fillTemplate(view.template, placeholders(view, parts));
}

/** The value of each placeholder, already HTML. */
function placeholders(view: PageView, parts: PageParts): Record<string, string> {
  const { messages, online, form, error, limits, preferences } = view;
  return {
    ...parts.chrome(preferences),
    title: escape(view.title),
    log: escape(view.log),
    lastSeq: String(messages.at(-1)?.seq ?? 0),
    messages: parts.rows(messages),
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
