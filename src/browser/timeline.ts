// What the conversation consists of, in order: what is stored, who came and went, what was missed, and
// at the end what is on its way. Knows nothing of rows and of the document.

import type { Message } from "../message.ts";

/** Entries kept; far more than are shown at once, so that one can scroll back. */
export const MAX_ENTRIES = 5_000;

/** Something said, stored or not. */
export type Said = Pick<Message, "id" | "name" | "text">;

/** What is known of a message that is not stored: it is on its way, held up, or refused. */
export type Pending =
  | { readonly fate: "unsent" }
  | { readonly fate: "delayed"; readonly reason: string }
  | { readonly fate: "failed"; readonly reason: string; readonly choices: Choices };

/** What can be done about a message that was refused. */
export interface Choices {
  /** Sends it again. */
  retry(): void;
  /** Forgets it; its row goes by itself. */
  discard?(): void;
}

/** A message; `seq` and `time` when it is stored, `pending` until then. */
export interface MessageEntry extends Said {
  readonly kind: "message";
  seq?: number;
  time?: string;
  pending?: Pending;
}

/** Who came and who went with nothing said between. */
export interface PresenceEntry {
  readonly kind: "presence";
  readonly joined: Set<string>;
  readonly left: Set<string>;
}

/** Messages that were lost to this reader: their `seq` is after the one and before the other. */
export interface GapEntry {
  readonly kind: "gap";
  readonly after: number;
  readonly before: number;
  count: number;
  state: "offered" | "loading" | "lost";
}

/** One thing in the conversation. */
export type Entry = MessageEntry | PresenceEntry | GapEntry;

/** The conversation. Each id has one entry, whatever comes first: the draft or the stored message. */
export class Timeline {
  #past: Entry[] = [];
  // In the order in which they were written; they come after everything else.
  readonly #unsent = new Map<string, MessageEntry>();
  readonly #stored = new Map<string, MessageEntry>();

  get length(): number {
    return this.#past.length + this.#unsent.size;
  }

  /** The `seq` of the newest stored message, 0 without one. */
  get lastSeq(): number {
    return this.seqBefore(this.#past.length) ?? 0;
  }

  /** The entries from `start` to before `end`. */
  slice(start: number, end: number): Entry[] {
    const past = this.#past.slice(start, end);
    const { length } = this.#past;
    return end <= length
      ? past
      : [...past, ...[...this.#unsent.values()].slice(Math.max(0, start - length), end - length)];
  }

  /** The `seq` of the last message before the entry at `index`. */
  seqBefore(index: number): number | undefined {
    let at = Math.min(index, this.#past.length);
    for (let entry = this.#past[--at]; entry !== undefined; entry = this.#past[--at]) {
      if (isStored(entry)) return entry.seq;
    }
    return undefined;
  }

  /** Adds a message on its way, or on its way again; `undefined` when it is stored already. */
  addUnsent({ id, name, text }: Said): MessageEntry | undefined {
    if (this.#stored.has(id)) return undefined;
    const entry = this.#unsent.get(id) ?? { kind: "message", id, name, text };
    entry.pending = { fate: "unsent" };
    // One that goes again goes last.
    this.#unsent.delete(id);
    this.#unsent.set(id, entry);
    return entry;
  }

  /** The message of that id, when it is on its way. */
  unsent(id: string): MessageEntry | undefined {
    return this.#unsent.get(id);
  }

  /** Adds a stored message where its `seq` belongs; one that was on its way moves there. */
  store({ seq, id, name, text, time }: Message): MessageEntry {
    const known = this.#stored.get(id);
    if (known !== undefined) return known;
    const entry = this.#unsent.get(id) ?? { kind: "message", id, name, text };
    this.#unsent.delete(id);
    delete entry.pending;
    entry.seq = seq;
    entry.time = time;
    this.#stored.set(id, entry);
    this.#past.splice(this.#placeOf(seq), 0, entry);
    return entry;
  }

  /** Forgets a message that is on its way. */
  discard(id: string): void {
    this.#unsent.delete(id);
  }

  /** The row about people at the end of what is stored; a new one when something was said since. */
  presence(): PresenceEntry {
    const last = this.#past.at(-1);
    if (last?.kind === "presence") return last;
    const entry: PresenceEntry = { kind: "presence", joined: new Set(), left: new Set() };
    this.#past.push(entry);
    return entry;
  }

  /** `count` messages before the one of that `seq` were missed. */
  addGap(before: number, count: number): void {
    this.#past.push({ kind: "gap", after: this.lastSeq, before, count, state: "offered" });
  }

  /** Puts what could be had of a gap in its place; what is missing still is lost. */
  fill(gap: GapEntry, messages: readonly Message[]): void {
    const found = messages.filter(({ seq }) => seq > gap.after && seq < gap.before);
    for (const message of found) this.store(message);
    gap.count -= found.length;
    gap.state = "lost";
    if (gap.count <= 0) this.remove(gap);
  }

  /** Takes `entry` out of what is stored. */
  remove(entry: Entry): void {
    const index = this.#past.lastIndexOf(entry);
    if (index !== -1) this.#past.splice(index, 1);
  }

  /** Forgets everything but what is on its way. */
  clear(): void {
    this.#past = [];
    this.#stored.clear();
  }

  /** Forgets the oldest entries beyond what is kept; returns how many. */
  trim(): number {
    const surplus = this.#past.length - MAX_ENTRIES;
    if (surplus <= 0) return 0;
    for (const entry of this.#past.splice(0, surplus)) {
      if (entry.kind === "message") this.#stored.delete(entry.id);
    }
    return surplus;
  }

  /** Where a message of that `seq` goes: nearly always the end. A gap stays before what follows it. */
  #placeOf(seq: number): number {
    let index = this.#past.length;
    for (let at = index - 1; at >= 0; at--) {
      const entry = this.#past[at];
      if (entry === undefined || isBefore(entry, seq)) break;
      if (isStored(entry)) index = at;
    }
    return index;
  }
}

/** Whether `entry` is a message that has its place in the log. */
export function isStored(entry: Entry): entry is MessageEntry & { seq: number; time: string } {
  return entry.kind === "message" && entry.seq !== undefined;
}

function isBefore(entry: Entry, seq: number): boolean {
  if (entry.kind === "gap") return entry.before <= seq || entry.after < seq;
  return isStored(entry) && entry.seq < seq;
}
