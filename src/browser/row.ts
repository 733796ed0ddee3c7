// One row of the conversation: `src/page.ts` writes the same HTML for those that are there at first.

import type { Message } from "../message.ts";
import { make } from "./dom.ts";
import { showTime } from "./times.ts";

/** Something said, stored or not. */
export type Said = Pick<Message, "id" | "name" | "text">;

/** Makes the row of a message on its way; it has no time yet, because time is the server's. */
export function unsentRow({ id, name, text }: Said): HTMLLIElement {
  const meta = make("p", "meta", make("bdi", "name", name), " ", make("time", ""));
  const bubble = make("p", "text", text);
  bubble.dir = "auto";
  const row = make("li", "message", meta, bubble);
  row.dataset.id = id;
  return row;
}

/** Makes the row of a stored message. */
export function storedRow(message: Message): HTMLLIElement {
  const row = unsentRow(message);
  settle(row, message);
  return row;
}

/** Makes `row`, of a message on its way or of one that failed, the row of the stored message. */
export function settle(row: HTMLLIElement, { seq, time }: Message): void {
  row.dataset.seq = String(seq);
  clearState(row);
  const shown = row.querySelector("time");
  if (shown !== null) showTime(shown, time);
}

/** How a message fares that is not stored: on its way, held up, or refused. */
export type State = "unsent" | "delayed" | "failed";

/** Says below `row` how its message fares. */
export function showState(row: HTMLLIElement, state: State, ...words: (Node | string)[]): void {
  clearState(row);
  row.classList.add(state);
  row.append(make("p", "state", ...words));
}

function clearState(row: HTMLLIElement): void {
  row.classList.remove("unsent", "delayed", "failed");
  row.querySelector(".state")?.remove();
}

/** Makes a row that is no message: who came, what was missed. */
export function noteRow(...words: (Node | string)[]): HTMLLIElement {
  return make("li", "note", ...words);
}

/** Whose message `row` shows. */
export function authorOf(row: Element): string | undefined {
  return row.querySelector(".name")?.textContent ?? undefined;
}
