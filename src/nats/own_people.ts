// The names of this node as it tells the others of them: what changed, counted, and all of them when
// somebody asks.

import { inParts, type News } from "./neighbour_wire.ts";

/** What this node has to say about its people. */
export class OwnPeople {
  readonly #node: string;
  readonly #names = new Set<string>();
  /** What has not been told yet, the last state of each name. */
  readonly #untold = new Map<string, boolean>();
  #change = 0;

  /** `node` is the id of this one. */
  constructor(node: string) {
    this.#node = node;
  }

  /** A name is held here. */
  hold(name: string): void {
    this.#names.add(name);
    this.#untold.set(name, true);
  }

  /** A name is not held here any more. */
  release(name: string): void {
    this.#names.delete(name);
    this.#untold.set(name, false);
  }

  /** What changed since the last call; nothing when nothing did. */
  changes(): News[] {
    if (this.#untold.size === 0) return [];
    const untold = new Map(this.#untold);
    this.#untold.clear();
    return inParts(untold.keys()).map((names) => ({
      type: "change",
      node: this.#node,
      change: ++this.#change,
      held: names.filter((name) => untold.get(name)),
      released: names.filter((name) => !untold.get(name)),
    }));
  }

  /** What changed, and that this node lives. */
  beat(): News[] {
    const changes = this.changes();
    const { size: count } = this.#names;
    return [...changes, { type: "beat", node: this.#node, change: this.#change, count }];
  }

  /** What changed, and all the names. */
  list(): News[] {
    const changes = this.changes();
    const groups = inParts(this.#names);
    const { length: parts } = groups;
    return [
      ...changes,
      ...groups.map((names, part): News => (
        { type: "list", node: this.#node, change: this.#change, part, parts, names }
      )),
    ];
  }
}
