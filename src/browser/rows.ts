// The rows in the document: a window onto the timeline, so that typing stays quick however much was said.
// Rows that stay are not touched: not their focus, not what is selected in them.

import type { Message } from "../message.ts";
import { layOut, type Slot } from "./layout.ts";
import type { RowMaker } from "./row.ts";
import type { Entry, Timeline } from "./timeline.ts";
import { dayOf, type Times } from "./times.ts";

/** More rows than this make typing slow on a small device. */
export const MAX_ROWS = 300;
/** Entries shown; days and the like come on top. */
const MAX_SHOWN = 260;
/** Entries shown to those who are at the end, where few are in sight and many may come at once. */
const SHOWN_AT_END = 80;
/** So many more are shown when the reader comes near an edge. */
const STEP = 80;

/** What {@linkcode Rows} work on. */
export interface RowsOptions {
  readonly list: HTMLOListElement;
  readonly timeline: Timeline;
  readonly maker: RowMaker;
  readonly times: Times;
}

/** The children of the list. */
export class Rows {
  readonly #options: RowsOptions;
  readonly #rows = new Map<Entry, HTMLLIElement>();
  readonly #days = new Map<string, HTMLLIElement>();
  readonly #divider: HTMLLIElement;
  // Entries that are other than their rows show.
  readonly #stale = new Set<Entry>();
  // The entries shown: from the first to before the second.
  #start = 0;
  #end = 0;
  #hasEnd = true;

  constructor(options: RowsOptions) {
    this.#options = options;
    this.#divider = options.maker.divider();
  }

  /** Whether the last row is that of the last entry. */
  get hasEnd(): boolean {
    return this.#hasEnd;
  }

  /** Takes over the rows that came with the page and returns their messages. */
  adopt(): Message[] {
    const { list, maker, timeline } = this.#options;
    const adopted: Message[] = [];
    for (const row of list.querySelectorAll<HTMLLIElement>(".message")) {
      const message = maker.adopt(row);
      if (message === undefined) continue;
      const entry = timeline.store(message);
      this.#rows.set(entry, row);
      this.#stale.add(entry);
      adopted.push(message);
    }
    this.toEnd();
    return adopted;
  }

  /** The row of `entry`, if it has one, is to show what it is now. */
  update(entry: Entry): void {
    if (this.#rows.has(entry)) this.#stale.add(entry);
  }

  /** Every row is to show what its entry is now. */
  updateAll(): void {
    const { maker } = this.#options;
    for (const [entry, row] of this.#rows) maker.update(row, entry);
  }

  /** Days are called otherwise from now on: their rows are made anew. */
  forgetDays(): void {
    this.#days.clear();
  }

  /** Shows the newest entries from now on. */
  toEnd(): void {
    this.#end = this.#options.timeline.length;
    this.#start = Math.max(0, this.#end - SHOWN_AT_END);
    this.#hasEnd = true;
  }

  /** Shows more at an edge from now on; returns whether there is more. */
  extend(edge: "start" | "end"): boolean {
    const { length } = this.#options.timeline;
    if (edge === "start") {
      if (this.#start === 0) return false;
      this.#start = Math.max(0, this.#start - STEP);
      this.#end = Math.min(this.#end, this.#start + MAX_SHOWN);
    } else {
      if (this.#end >= length) return false;
      this.#end = Math.min(length, this.#end + STEP);
      this.#start = Math.max(this.#start, this.#end - MAX_SHOWN);
    }
    this.#hasEnd = this.#end === length;
    return true;
  }

  /** The rows that should be there; a reader who is not at the end keeps those they have. */
  plan(
    { newFrom, followEnd }: { newFrom: number | undefined; followEnd: boolean },
  ): HTMLLIElement[] {
    const { timeline } = this.#options;
    const dropped = timeline.trim();
    this.#start = Math.max(0, this.#start - dropped);
    this.#end = Math.max(this.#start, this.#end - dropped);
    if (followEnd) this.toEnd();
    else if (this.#hasEnd && timeline.length - this.#start <= MAX_SHOWN) {
      this.#end = timeline.length;
    }
    this.#end = Math.min(this.#end, timeline.length);
    this.#hasEnd = this.#end === timeline.length;
    let slots = this.#layOut(newFrom);
    // Each entry has at least one row, so this many fewer entries are enough.
    while (slots.length > MAX_ROWS) {
      if (this.#hasEnd) this.#start += slots.length - MAX_ROWS;
      else this.#end -= slots.length - MAX_ROWS;
      slots = this.#layOut(newFrom);
    }
    return slots.map((slot) => this.#rowOf(slot));
  }

  /** Makes `planned` the children of the list. */
  show(planned: readonly HTMLLIElement[]): void {
    const { list, maker } = this.#options;
    for (const entry of this.#stale) {
      const row = this.#rows.get(entry);
      if (row !== undefined) maker.update(row, entry);
    }
    this.#stale.clear();
    const wanted = new Set<Element>(planned);
    for (const row of [...list.children]) if (!wanted.has(row)) this.#remove(row);
    let next = list.firstElementChild;
    for (const row of planned) {
      if (row === next) next = next.nextElementSibling;
      else list.insertBefore(row, next);
    }
    for (const [entry, row] of this.#rows) if (!wanted.has(row)) this.#rows.delete(entry);
    for (const [key, row] of this.#days) if (!wanted.has(row)) this.#days.delete(key);
  }

  #layOut(newFrom: number | undefined): Slot[] {
    const { timeline } = this.#options;
    return layOut(timeline.slice(this.#start, this.#end), {
      seqBefore: timeline.seqBefore(this.#start),
      newFrom,
      now: new Date().toISOString(),
      dayOf: (time) => dayOf(new Date(time)),
    });
  }

  #rowOf(slot: Slot): HTMLLIElement {
    if (slot.kind === "new") return this.#divider;
    if (slot.kind === "day") return this.#dayRow(slot.day, slot.key);
    const { entry, follows } = slot;
    let row = this.#rows.get(entry);
    if (row === undefined) this.#rows.set(entry, row = this.#options.maker.make(entry));
    if (row.classList.contains("follows") !== follows) row.classList.toggle("follows", follows);
    return row;
  }

  #dayRow(day: string, key: string): HTMLLIElement {
    const { maker, times } = this.#options;
    let row = this.#days.get(key);
    if (row === undefined) this.#days.set(key, row = maker.day(times.nameDay(day, new Date())));
    return row;
  }

  // A row that goes must not take the focus with it to nowhere.
  #remove(row: Element): void {
    const hadFocus = row.contains(document.activeElement);
    row.remove();
    if (hadFocus) this.#options.list.parentElement?.focus({ preventScroll: true });
  }
}
