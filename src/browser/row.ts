// One row of the conversation: `src/page.ts` writes the same HTML for those that are there at first.

import type { Message } from "../message.ts";
import { initials, personColour } from "../person.ts";
import type { Words } from "../words/words.ts";
import { make, makeButton } from "./dom.ts";
import { showFate } from "./fate.ts";
import type { Extras } from "./load_extras.ts";
import { showText } from "./rich_text.ts";
import type { Times } from "./times.ts";
import type { Entry, GapEntry, MessageEntry, Pending, PresenceEntry } from "./timeline.ts";

/** What rows are made with. */
export interface RowOptions {
  readonly words: Words;
  readonly times: Times;
  readonly extras: Promise<Extras>;
  /** Whether this is what the reader is called. */
  readonly isSelf: (name: string) => boolean;
  /** The reader does not want to send this message any more. */
  readonly discard: (entry: MessageEntry) => void;
  /** The reader wants what was missed. */
  readonly load: (gap: GapEntry) => void;
}

/** Makes rows, and makes them show what has become of their entries. */
export class RowMaker {
  readonly #options: RowOptions;

  /** What a row about people says. There are no such rows before it is known. */
  aboutComings: (entry: PresenceEntry) => Node[] = () => [];

  constructor(options: RowOptions) {
    this.#options = options;
  }

  /** Makes the row of `entry`. */
  make(entry: Entry): HTMLLIElement {
    const row = entry.kind === "message" ? messageRow(entry) : make("li", "note");
    if (entry.kind !== "message") row.classList.add(entry.kind);
    this.update(row, entry);
    return row;
  }

  /** Takes over a row that came with the page, and reads its message from it. */
  adopt(row: HTMLLIElement): Message | undefined {
    const text = row.querySelector<HTMLElement>(".text");
    const name = row.querySelector(".name");
    const time = row.querySelector("time");
    const { seq, id } = row.dataset;
    if (text === null || name === null || time === null || id === undefined) return undefined;
    row.tabIndex = -1;
    return {
      seq: Number(seq),
      id,
      name: name.textContent,
      text: text.textContent,
      time: time.dateTime,
    };
  }

  /** Makes `row` show `entry` as it is now. */
  update(row: HTMLLIElement, entry: Entry): void {
    if (entry.kind === "message") this.#updateMessage(row, entry);
    else if (entry.kind === "presence") row.replaceChildren(...this.aboutComings(entry));
    else row.replaceChildren(...this.#gap(entry));
  }

  /** Makes the row above the messages of a day. */
  day(name: string): HTMLLIElement {
    return make("li", "day", make("span", "", name));
  }

  /** Makes the row above the first new message. */
  divider(): HTMLLIElement {
    return make("li", "divider", make("span", "", this.#options.words.say("newDivider")));
  }

  #updateMessage(row: HTMLLIElement, entry: MessageEntry): void {
    const { words, times, isSelf } = this.#options;
    const { seq, time, pending } = entry;
    if (seq !== undefined) row.dataset.seq = String(seq);
    const shown = row.querySelector("time");
    if (shown !== null && time !== undefined) {
      shown.dateTime = time;
      shown.textContent = times.clock(time);
      shown.title = times.full(time);
    }
    // Once own, always: the name may have been changed since.
    if (pending !== undefined || isSelf(entry.name)) row.classList.add("own");
    if (!row.classList.contains("own")) return;
    const below = pending === undefined ? [] : this.#below(entry, pending);
    showFate(row, { fate: pending?.fate ?? "stored", words, below });
  }

  /** What there is to say and to do about a message that is not stored. */
  #below(entry: MessageEntry, pending: Pending): (Node | string)[] {
    const { words, discard, extras } = this.#options;
    if (pending.fate === "unsent") return [];
    if (pending.fate === "delayed") return [pending.reason];
    const { retry, discard: forget } = pending.choices;
    const again = makeButton(words.say("retry"), retry);
    void extras.then(({ makeCopyButton }) => again.after(makeCopyButton(entry.text, words)));
    return [
      make("span", "", `${words.say("failed")}: ${pending.reason}`),
      again,
      makeButton(words.say("delete"), () => {
        forget?.();
        discard(entry);
      }),
    ];
  }

  #gap(gap: GapEntry): (Node | string)[] {
    const { words, load } = this.#options;
    const missed = words.say(gap.state === "lost" ? "lost" : "missed", { count: gap.count });
    if (gap.state === "lost") return [missed];
    const button = makeButton(
      words.say(gap.state === "loading" ? "loadingMissed" : "loadMissed"),
      () => load(gap),
    );
    button.disabled = gap.state === "loading";
    return [missed, " ", button];
  }
}

/** The initials of `name` in its colour; decoration, the name itself stands beside it. */
export function makeAvatar(name: string): HTMLElement {
  const avatar = make("span", "avatar", initials(name));
  avatar.dataset["colour"] = String(personColour(name));
  avatar.ariaHidden = "true";
  return avatar;
}

/** The row of a message without its state; it has no time yet, because time is the server's. */
function messageRow({ id, name, text }: MessageEntry): HTMLLIElement {
  const author = make("bdi", "name", name);
  author.dataset["colour"] = String(personColour(name));
  const bubble = make("p", "text");
  bubble.dir = "auto";
  showText(bubble, text);
  const meta = make("p", "meta", author, " ", make("time", ""));
  const row = make("li", "message", makeAvatar(name), meta, bubble);
  row.dataset.id = id;
  row.tabIndex = -1;
  return row;
}
