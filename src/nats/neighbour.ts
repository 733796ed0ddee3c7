// Another node, as far as it is known here: which names it holds, and whether what is known is all.

import { isNormal, normalizeName } from "../message.ts";
import { MAX_NODE_NAMES, type NewsOf } from "./neighbour_wire.ts";

/** What a {@linkcode Neighbour} tells of its names. */
export interface NeighbourListener {
  held(name: string): void;
  released(name: string): void;
  /** A name came that no client could have. */
  ignored(): void;
}

/** A list of which some parts are still to come. */
interface Draft {
  readonly change: number;
  readonly parts: Map<number, readonly string[]>;
}

/** One other node. Each method returns whether its list has to be asked for. */
export class Neighbour {
  /** When it was heard of last, in the milliseconds of whoever hears. */
  heardAt: number;
  /** When it was asked for its list. */
  askedAt = -Infinity;
  readonly #listener: NeighbourListener;
  readonly #names = new Set<string>();
  // How many of its changes are known; none before its first list.
  #change: number | undefined;
  #draft: Draft | undefined;

  constructor(heardAt: number, listener: NeighbourListener) {
    this.heardAt = heardAt;
    this.#listener = listener;
  }

  /** The names that it holds. */
  get names(): ReadonlySet<string> {
    return this.#names;
  }

  /** It counts. */
  beat({ change, count }: NewsOf<"beat">): boolean {
    if (this.#change === undefined || change > this.#change) return true;
    return change === this.#change && count !== this.#names.size;
  }

  /** Some of its names changed. */
  change({ change, held, released }: NewsOf<"change">): boolean {
    if (this.#change === undefined || change > this.#change + 1) return true;
    // An old one, overtaken by a list.
    if (change <= this.#change) return false;
    this.#change = change;
    for (const name of released) this.#release(name);
    for (const name of held) this.#hold(name);
    return false;
  }

  /** A part of its list; the last one to come makes it valid. */
  list({ change, part, parts, names }: NewsOf<"list">): boolean {
    if (this.#change !== undefined && change < this.#change) return false;
    if (this.#draft?.change !== change) this.#draft = { change, parts: new Map() };
    this.#draft.parts.set(part, names);
    if (this.#draft.parts.size === parts) this.#replace(this.#draft);
    return false;
  }

  #replace({ change, parts }: Draft): void {
    const names = new Set([...parts.values()].flat());
    for (const name of this.#names.difference(names)) this.#release(name);
    for (const name of names) this.#hold(name);
    this.#change = change;
    this.#draft = undefined;
  }

  #hold(name: string): void {
    if (this.#names.has(name)) return;
    const isGood = this.#names.size < MAX_NODE_NAMES && isNormal(name, normalizeName);
    if (!isGood) return this.#listener.ignored();
    this.#names.add(name);
    this.#listener.held(name);
  }

  #release(name: string): void {
    if (this.#names.delete(name)) this.#listener.released(name);
  }
}
