// Who is here.

import { make } from "./dom.ts";
import { makeAvatar } from "./row.ts";
import type { Words } from "../words/words.ts";

/** A list of more names helps nobody find one. */
const MAX_SHOWN = 500;

/** What {@linkcode People} works on. */
export interface PeopleElements {
  readonly list: HTMLUListElement;
  readonly count: HTMLElement;
}

/** The list of names and their number. */
export class People {
  readonly #elements: PeopleElements;
  readonly #words: Words;

  constructor(elements: PeopleElements, words: Words) {
    this.#elements = elements;
    this.#words = words;
  }

  /** Shows `names`, of which `self` is one's own. */
  show(names: readonly string[], self: string | undefined): void {
    const { list, count } = this.#elements;
    const words = this.#words;
    const rows = names.slice(0, MAX_SHOWN).map((name) => {
      const row = make("li", "", makeAvatar(name), make("bdi", "", name));
      if (name === self) row.append(make("span", "self", ` ${words.say("you")}`));
      return row;
    });
    const hidden = names.length - rows.length;
    if (hidden > 0) rows.push(make("li", "self", words.say("andOthers", { count: hidden })));
    count.textContent = words.number(names.length);
    list.replaceChildren(...rows);
  }
}
