// A text as nodes: words stay words, addresses become links, and a few emoji alone become large.

import { findLinks, LINK_REL } from "../links.ts";
import { make } from "./dom.ts";
import { isOnlyEmoji } from "../emoji.ts";

/** Shows `text` in `element`; `src/page.ts` writes the same HTML. */
export function showText(element: HTMLElement, text: string): void {
  element.replaceChildren(
    ...findLinks(text).map(({ text, href }) => {
      if (href === undefined) return text;
      const link = make("a", "", text);
      link.href = href;
      link.rel = LINK_REL;
      link.target = "_blank";
      return link;
    }),
  );
  element.classList.toggle("emoji", isOnlyEmoji(text));
}
