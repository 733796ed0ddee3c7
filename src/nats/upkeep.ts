// Work that is to be done sooner or later, whatever fails meanwhile: each thing once, so many at a time.

/** Things under way at the same time. */
const MAX_UNDER_WAY = 16;

/** What is to be done for each of some things. */
export class Upkeep<T> {
  readonly #work: (thing: T) => Promise<void>;
  readonly #failed: (error: unknown) => void;
  readonly #open = new Set<T>();
  readonly #underWay = new Set<T>();
  #isPaused = false;
  #idle = Promise.withResolvers<void>();

  /** `work` is done again for what it rejects, after {@linkcode resume}. */
  constructor(work: (thing: T) => Promise<void>, failed: (error: unknown) => void) {
    this.#work = work;
    this.#failed = failed;
    this.#idle.resolve();
  }

  /** Has `thing` done, again when it is being done. */
  request(thing: T): void {
    if (this.isIdle) this.#idle = Promise.withResolvers();
    this.#open.add(thing);
    this.#goOn();
  }

  /** Tries again what failed. */
  resume(): void {
    this.#isPaused = false;
    this.#goOn();
  }

  /** Whether nothing is to be done. */
  get isIdle(): boolean {
    return this.#open.size === 0 && this.#underWay.size === 0;
  }

  /** Resolves when nothing is to be done. */
  get idle(): Promise<void> {
    return this.#idle.promise;
  }

  #goOn(): void {
    for (const thing of this.#open) {
      if (this.#isPaused || this.#underWay.size >= MAX_UNDER_WAY) return;
      if (this.#underWay.has(thing)) continue;
      this.#open.delete(thing);
      this.#underWay.add(thing);
      this.#do(thing);
    }
  }

  async #do(thing: T): Promise<void> {
    try {
      await this.#work(thing);
    } catch (error) {
      // The rest would most likely fail as well.
      this.#isPaused = true;
      this.#open.add(thing);
      this.#failed(error);
    }
    this.#underWay.delete(thing);
    this.#goOn();
    if (this.isIdle) this.#idle.resolve();
  }
}
