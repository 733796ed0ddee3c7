// Who is here.

import type { ChatClient } from "../client/client.ts";
import type { Words } from "../words/words.ts";
import { find, make } from "./dom.ts";
import { makeAvatar } from "./row.ts";

/** A list of more names helps nobody find one. */
const MAX_SHOWN = 500;

/** Shows the names of those who are here, and their number. */
export function showPeople({ online, name: self }: ChatClient, words: Words): void {
  const rows = online.slice(0, MAX_SHOWN).map((name) => {
    const row = make("li", "", makeAvatar(name), make("bdi", "", name));
    if (name === self) row.append(make("span", "self", ` ${words.say("you")}`));
    return row;
  });
  const hidden = online.length - rows.length;
  if (hidden > 0) rows.push(make("li", "self", words.say("andOthers", { count: hidden })));
  find("people-count").textContent = words.number(online.length);
  find("people").replaceChildren(...rows);
}
