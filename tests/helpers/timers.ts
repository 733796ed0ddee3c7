// The timers of one who may have to leave at any moment.

/** Timers that are cleared together. */
export class Timers {
  readonly #running = new Set<ReturnType<typeof setTimeout>>();

  /** Runs `task` once, unless it is cleared before. */
  after(delayMs: number, task: () => void): void {
    const timer = setTimeout(() => {
      this.#running.delete(timer);
      task();
    }, delayMs);
    this.#running.add(timer);
  }

  clear(): void {
    for (const timer of this.#running) clearTimeout(timer);
    this.#running.clear();
  }
}
