// Who is here.

import { make } from "./dom.ts";
import { counted } from "./words.ts";

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

  constructor(elements: PeopleElements) {
    this.#elements = elements;
  }

  /** Shows `names`, of which `self` is one's own. */
  show(names: readonly string[], self: string | undefined): void {
    const { list, count } = this.#elements;
    const rows = names.slice(0, MAX_SHOWN).map((name) => {
      const row = make("li", "", make("bdi", "", name));
      if (name === self) row.append(make("span", "self", " (you)"));
      return row;
    });
    const hidden = names.length - rows.length;
    if (hidden > 0) rows.push(make("li", "self", `and ${counted(hidden, "other")}`));
    count.textContent = names.length.toLocaleString();
    list.replaceChildren(...rows);
  }
}
