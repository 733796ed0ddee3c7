// What a test has received and what it still waits for: frames, lines, events. Everything is kept, and
// no wait is endless, so that a test that fails says what came instead.

import { withDeadline } from "./deadline.ts";

/** What was waited for cannot come any more. */
export class Ended extends Error {
  override readonly name = "Ended";
}

interface Waiter<T> {
  readonly wanted: (item: T) => boolean;
  /** Whether the item is then gone for everybody else. */
  readonly takes: boolean;
  readonly resolve: (item: T) => void;
  readonly reject: (error: Error) => void;
}

/** A record of items in the order of their arrival. */
export class Inbox<T> {
  /** Everything that ever came. */
  readonly all: T[] = [];
  readonly #untaken = new Set<{ readonly item: T }>();
  readonly #waiters = new Set<Waiter<T>>();
  #end: string | undefined;

  /** Records `item`, shows it to those who wait to see one, gives it to the first who takes it. */
  push(item: T): void {
    this.all.push(item);
    let isTaken = false;
    for (const waiter of this.#waiters) {
      if (waiter.takes && isTaken || !waiter.wanted(item)) continue;
      this.#waiters.delete(waiter);
      isTaken ||= waiter.takes;
      waiter.resolve(item);
    }
    if (!isTaken) this.#untaken.add({ item });
  }

  /** Nothing comes any more, because of `reason`: whoever waits, waits in vain. */
  end(reason: string): void {
    this.#end ??= reason;
    for (const waiter of this.#waiters) waiter.reject(new Ended(this.#describe(reason)));
    this.#waiters.clear();
  }

  /**
   * Takes the first item that nobody took yet and that is `wanted`, now or when it comes. Items are
   * taken one by one, so the order in which a test asks for different things does not matter.
   */
  async next(wanted: (item: T) => boolean = () => true, what = "anything"): Promise<T> {
    for (const entry of this.#untaken) {
      if (!wanted(entry.item)) continue;
      this.#untaken.delete(entry);
      return entry.item;
    }
    return await this.#wait({ wanted, takes: true }, what);
  }

  /** The first item ever that is `wanted`, taken or not, now or when it comes. */
  async seen(wanted: (item: T) => boolean, what = "anything"): Promise<T> {
    const item = this.all.find(wanted);
    return item !== undefined ? item : await this.#wait({ wanted, takes: false }, what);
  }

  async #wait(how: Pick<Waiter<T>, "wanted" | "takes">, what: string): Promise<T> {
    if (this.#end !== undefined) {
      throw new Ended(this.#describe(`${this.#end}, waiting for ${what}`));
    }
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const waiter = { ...how, resolve, reject };
    this.#waiters.add(waiter);
    try {
      return await withDeadline(promise, () => this.#describe(what));
    } finally {
      this.#waiters.delete(waiter);
    }
  }

  #describe(reason: string): string {
    const received = this.all.slice(-20).map((item) => Deno.inspect(item, { depth: 6 }));
    return `${reason}; ${this.all.length} came, the last of them:\n${received.join("\n")}`;
  }
}
