// Who is here, and who of them is writing.

import type { ChatClient } from "../client/client.ts";
import type { Words } from "../words/words.ts";
import { find, make } from "./dom.ts";
import type { makeAvatar } from "./row.ts";
import { aboutPeople } from "./words.ts";

/** A list of more names helps nobody find one. */
const MAX_SHOWN = 500;

/** What {@linkcode showPeople} needs. */
export interface PeopleOptions {
  readonly client: Pick<ChatClient, "online" | "name">;
  readonly words: Words;
  readonly avatarOf: typeof makeAvatar;
}

/** Shows the names of those who are here, and their number. */
export function showPeople({ client, words, avatarOf }: PeopleOptions): void {
  const { online, name: self } = client;
  const rows = online.slice(0, MAX_SHOWN).map((name) => {
    const row = make("li", "", avatarOf(name), make("bdi", "", name));
    if (name === self) row.append(make("span", "self", ` ${words.say("you")}`));
    return row;
  });
  const hidden = online.length - rows.length;
  if (hidden > 0) rows.push(make("li", "self", words.say("andOthers", { count: hidden })));
  find("people-count").textContent = words.number(online.length);
  find("people").replaceChildren(...rows);
}

/** Says that those of `names` are writing. */
export function showTyping(names: readonly string[], words: Words): void {
  find("typing").replaceChildren(...(names.length > 0 ? aboutPeople(words, "typing", names) : []));
}
