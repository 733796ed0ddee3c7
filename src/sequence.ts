// What one client says, in its order: what follows a question that takes time waits for the answer.

/** Tasks that may wait. Each is a frame of at most 32 KiB, so a client makes a server keep 1 MiB. */
export const MAX_WAITING_TASKS = 32;

/** Returns a promise when it takes time. Handles its own errors. */
export type Task = () => void | Promise<void>;

/** Runs tasks one after another. */
export class Sequence {
  readonly #waiting: Task[] = [];
  #isBusy = false;

  /**
   * Runs `task` at once when nothing is under way, else after everything before it. Returns false, and
   * never runs it, when {@linkcode MAX_WAITING_TASKS} wait already.
   */
  run(task: Task): boolean {
    if (!this.#isBusy) this.#start(task);
    else if (this.#waiting.length < MAX_WAITING_TASKS) this.#waiting.push(task);
    else return false;
    return true;
  }

  #start(task: Task): void {
    const underWay = task();
    if (underWay === undefined) return;
    this.#isBusy = true;
    underWay.finally(() => {
      this.#isBusy = false;
      this.#goOn();
    });
  }

  #goOn(): void {
    while (!this.#isBusy) {
      const task = this.#waiting.shift();
      if (task === undefined) return;
      this.#start(task);
    }
  }
}
