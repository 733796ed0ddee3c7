// What anybody was ever shown or told is stored, over all lives of a server, and what must be true of
// it: nothing of it is missing (I1), one order for everyone (I2), no message twice (I3).

import type { Message } from "../../src/message.ts";

/** The book of one log. Errors are kept, not thrown: most of them are found in a socket's event. */
export class Ledger {
  readonly #bySeq = new Map<number, Message>();
  readonly #seqById = new Map<string, number>();
  readonly #history: number;
  /** What was found to be wrong so far. */
  readonly problems: string[] = [];
  lastSeq = 0;

  /** `history` is what the server keeps in its file. */
  constructor({ history }: { history: number }) {
    this.#history = history;
  }

  /** How many different messages were shown. */
  get size(): number {
    return this.#bySeq.size;
  }

  /** Whether the message of that id was shown. */
  has(id: string): boolean {
    return this.#seqById.has(id);
  }

  /** The number of the message of that id. */
  seqOf(id: string): number | undefined {
    return this.#seqById.get(id);
  }

  /** Notes that somebody was shown `message`, and holds that nobody was ever told otherwise. */
  note({ seq, id, name, text, time }: Message): void {
    const message = { seq, id, name, text, time };
    const known = this.#bySeq.get(seq);
    if (known !== undefined) {
      if (!isSame(known, message)) this.wrong(`I2: two messages are number ${seq}`, known, message);
      return;
    }
    const seqBefore = this.#seqById.get(id);
    if (seqBefore !== undefined) {
      this.wrong(`I3: ${id} is stored as ${seqBefore} and as ${seq}`);
    }
    this.#bySeq.set(seq, message);
    this.#seqById.set(id, seq);
    this.lastSeq = Math.max(this.lastSeq, seq);
  }

  /** Notes something that must not be. */
  wrong(what: string, ...details: unknown[]): void {
    this.problems.push([what, ...details.map((detail) => Deno.inspect(detail))].join(" "));
  }

  /** Holds that a file has everything that was shown, as far as its history reaches. */
  checkFile(text: string): void {
    const { version, messages } = JSON.parse(text) as { version: number; messages: Message[] };
    if (version !== 1) this.wrong(`The file has version ${version}`);
    if (messages.length > this.#history) this.wrong(`The file holds ${messages.length} messages`);
    messages.forEach(({ seq }, i) => {
      const before = messages[i - 1]?.seq ?? seq - 1;
      if (seq !== before + 1) this.wrong(`I2: the file has ${seq} after ${before}`);
    });
    if (new Set(messages.map(({ id }) => id)).size !== messages.length) {
      this.wrong("I3: the file holds an id twice");
    }
    const lastSeq = messages.at(-1)?.seq ?? 0;
    const inFile = new Map(messages.map((message) => [message.seq, message]));
    if (lastSeq < this.lastSeq) {
      this.wrong(`I1: message ${this.lastSeq} was shown, and the file ends at ${lastSeq}`);
    }
    for (let seq = Math.max(1, lastSeq - this.#history + 1); seq <= lastSeq; seq++) {
      const shown = this.#bySeq.get(seq);
      const found = inFile.get(seq);
      if (shown !== undefined && !(found !== undefined && isSame(shown, found))) {
        this.wrong(`I1: message ${seq} was shown and is not in the file so`, shown, found);
      }
    }
    this.check();
  }

  /** @throws {Error} when anything was wrong so far. */
  check(): void {
    if (this.problems.length === 0) return;
    const more = this.problems.length > 10 ? [`… and ${this.problems.length - 10} more`] : [];
    throw new Error([...this.problems.slice(0, 10), ...more].join("\n"));
  }
}

function isSame(a: Message, b: Message): boolean {
  return a.seq === b.seq && a.id === b.id && a.name === b.name && a.text === b.text &&
    a.time === b.time;
}
