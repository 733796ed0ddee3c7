// A network that carries what is asked and loses what is answered: the connection breaks after the
// server has done its work and before anybody learns of it.

import { pump, Relay, type Way } from "./relay.ts";

/** Hands connections on to a port of this machine. */
export class LosingRelay extends Relay {
  readonly #loses: () => boolean;
  /** Connections broken so far. */
  losses = 0;

  /** Each part of an answer for which `loses` says so breaks its connection instead of arriving. */
  constructor(target: () => number, loses: () => boolean) {
    super(target);
    this.#loses = loses;
  }

  protected override carry({ from, to, isAnswer }: Way): Promise<void> {
    return pump(from, to, () => !isAnswer || !this.#isLost());
  }

  #isLost(): boolean {
    const isLost = this.#loses();
    if (isLost) this.losses++;
    return isLost;
  }
}
