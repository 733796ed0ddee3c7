// How a message of one's own fares, shown at its row: on its way, stored, held up, or refused. The mark
// stands beside the bubble, where nothing has to move for it.

import type { Words } from "../words/words.ts";
import { make } from "./dom.ts";

/** How a message fares; `stored` has no class, because most messages are. */
export type Fate = "unsent" | "delayed" | "failed" | "stored";

/**
 * Shows at `row` how its message fares; `below` it stands what there is to say and to do. The style
 * sheet shows the mark of a message on its way only after 300 ms: most are stored before.
 */
export function showFate(
  row: HTMLLIElement,
  { fate, words, below = [] }: {
    readonly fate: Fate;
    readonly words: Words;
    readonly below?: readonly (Node | string)[];
  },
): void {
  row.classList.remove("unsent", "delayed", "failed");
  for (const old of row.querySelectorAll(":scope > :is(.state, .mark)")) old.remove();
  if (fate !== "stored") row.classList.add(fate);
  if (fate !== "failed") {
    const mark = make("span", "mark");
    mark.role = "img";
    mark.ariaLabel = words.say(fate === "stored" ? "stored" : "sending");
    mark.title = mark.ariaLabel;
    row.append(mark);
  }
  if (below.length > 0) row.append(make("p", "state", ...below));
}
