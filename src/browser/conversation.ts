// The rows: what was said in the order of the log, then what is on its way.

import type { Message } from "../message.ts";
import { makeButton } from "./dom.ts";
import { authorOf, noteRow, type Said, settle, showState, storedRow, unsentRow } from "./row.ts";
import type { Scroller } from "./scroller.ts";
import { showTime } from "./times.ts";
import { counted } from "./words.ts";

/** More rows than this make typing slow on a small device; the oldest go. */
export const MAX_ROWS = 300;

/** The list of messages. Each id has one row, whatever comes first: the draft or the stored message. */
export class Conversation {
  readonly #list: HTMLOListElement;
  readonly #scroller: Scroller;
  // By id, in the order in which they were written; they are the last rows.
  readonly #unsent = new Map<string, HTMLLIElement>();
  #self: string | undefined;

  /** Takes over the rows that came with the page. */
  constructor(list: HTMLOListElement, scroller: Scroller) {
    this.#list = list;
    this.#scroller = scroller;
    for (const time of list.querySelectorAll("time")) showTime(time, time.dateTime);
  }

  /** Whose messages are shown as one's own; those under a name one had before stay as they are. */
  set self(name: string | undefined) {
    if (name === this.#self) return;
    this.#self = name;
    for (const row of this.#list.querySelectorAll(".message")) this.#markOwn(row);
  }

  /** Shows a message that is on its way, or on its way again; one that has a stored row keeps that. */
  addUnsent(said: Said): void {
    if (this.#hasStored(said.id)) return;
    this.#scroller.grow(0, () => {
      const row = this.#unsent.get(said.id) ?? unsentRow(said);
      row.classList.add("own");
      row.ariaLive = "off"; // its author knows
      showState(row, "unsent", "Sending…");
      // One that goes again goes last.
      this.#list.append(row);
      this.#unsent.delete(said.id);
      this.#unsent.set(said.id, row);
    });
    this.#trim();
    this.#scroller.toEnd();
  }

  /**
   * Shows that a message is stored. Mostly it came among the new ones and this changes nothing; one
   * that was sent twice, because the first answer was lost, is old and only its sender hears of it.
   */
  confirm(message: Message): void {
    const row = this.#unsent.get(message.id);
    if (row === undefined) return;
    this.#scroller.grow(0, () => {
      this.#store(message);
      const later = this.#firstAfter(message.seq);
      if (later !== undefined) this.#list.insertBefore(row, later);
    });
  }

  /** Says why a message is still on its way. */
  delay(id: string, reason: string): void {
    this.#change(id, (row) => showState(row, "delayed", reason));
  }

  /** Says why a message was refused, and offers to try again or to forget it. */
  fail(id: string, reason: string, retry: () => void): void {
    this.#change(id, (row) => {
      const retryButton = makeButton("Try again", retry);
      const discardButton = makeButton("Discard", () => {
        this.#unsent.delete(id);
        row.remove();
      });
      showState(row, "failed", reason, retryButton, discardButton);
    });
  }

  /** Shows stored messages after those that are there, and that `skipped` before them were missed. */
  addStored(messages: readonly Message[], skipped: number): void {
    const incoming = messages.filter(({ id }) => !this.#unsent.has(id)).length;
    this.#scroller.grow(incoming, () => {
      if (skipped > 0) this.#insert(noteRow(`${counted(skipped, "message")} missed`));
      for (const message of messages) this.#store(message);
    });
    this.#trim();
  }

  /** Shows `messages` in place of all that were stored. What is on its way stays. */
  reset(messages: readonly Message[]): void {
    const unsent = new Set<Element>(this.#unsent.values());
    for (const row of [...this.#list.children]) {
      if (!unsent.has(row)) row.remove();
    }
    for (const message of messages) this.#store(message);
    this.#trim();
    this.#scroller.toEnd();
  }

  /** Shows something that is no message. */
  addNote(...words: (Node | string)[]): void {
    this.#scroller.grow(0, () => this.#insert(noteRow(...words)));
    this.#trim();
  }

  #store(message: Message): void {
    const row = this.#unsent.get(message.id);
    if (row === undefined) {
      const fresh = storedRow(message);
      this.#markOwn(fresh);
      return this.#insert(fresh);
    }
    this.#unsent.delete(message.id);
    settle(row, message);
    this.#insert(row);
  }

  #hasStored(id: string): boolean {
    return this.#list.querySelector(`[data-seq][data-id="${CSS.escape(id)}"]`) !== null;
  }

  #firstAfter(seq: number): HTMLElement | undefined {
    const stored = [...this.#list.querySelectorAll<HTMLElement>("[data-seq]")];
    return stored.find((row) => Number(row.dataset.seq) > seq);
  }

  /** Puts `row` after all that is stored; one that is there already is not touched. */
  #insert(row: HTMLLIElement): void {
    const [next = null] = this.#unsent.values();
    if (row.parentNode !== this.#list || row.nextElementSibling !== next) {
      this.#list.insertBefore(row, next);
    }
  }

  #change(id: string, change: (row: HTMLLIElement) => void): void {
    const row = this.#unsent.get(id);
    if (row !== undefined) this.#scroller.grow(0, () => change(row));
  }

  #markOwn(row: Element): void {
    if (authorOf(row) === this.#self) row.classList.add("own");
  }

  // Rows at the top may go at any time: places are counted from the end.
  #trim(): void {
    while (this.#list.childElementCount > MAX_ROWS) this.#list.firstElementChild?.remove();
  }
}
