// The place of a file store: a data directory of its own on the real disk, with a hook before every
// file call, a clock that stands, and a record of what the store reported.

import { DataDirectory } from "../../src/data_directory.ts";
import { FileStore, type FileStoreEvents, MESSAGES_FILE } from "../../src/file_store.ts";
import { FailingFiles, FILE_FAULTS } from "./failing_files.ts";
import { FakeClock } from "./fake_clock.ts";
import { Scratch } from "./scratch.ts";
import type { Place } from "./store_place.ts";

/** What a file store reported, in order. */
export class FileEvents implements FileStoreEvents {
  /** Messages of each write. */
  readonly commits: number[] = [];
  readonly failures: { error: unknown; first: boolean }[] = [];
  readonly repairs: { copiedTo: string; kept: number }[] = [];
  readonly deliveryFailures: unknown[] = [];
  recoveries = 0;

  committed(messages: number): void {
    this.commits.push(messages);
  }
  commitFailed(error: unknown, first: boolean): void {
    this.failures.push({ error, first });
  }
  commitRecovered(): void {
    this.recoveries++;
  }
  repaired(repair: { copiedTo: string; kept: number }): void {
    this.repairs.push(repair);
  }
  deliveryFailed(error: unknown): void {
    this.deliveryFailures.push(error);
  }
}

/** One data directory, `data` in a scratch directory. */
export class FilePlace implements Place {
  readonly clock = new FakeClock();
  readonly events = new FileEvents();
  readonly scratch: Scratch;
  files = new FailingFiles();
  history: number;

  private constructor(scratch: Scratch, history: number) {
    this.scratch = scratch;
    this.history = history;
  }

  /** Makes the place; `file` is what `messages.json` holds already. */
  static async make(
    { history = 100, file }: { history?: number; file?: string | Uint8Array } = {},
  ): Promise<FilePlace> {
    const place = new FilePlace(await Scratch.make(), history);
    if (file !== undefined) {
      await Deno.mkdir(place.scratch.in("data"));
      const bytes = typeof file === "string" ? new TextEncoder().encode(file) : file;
      await Deno.writeFile(place.file, bytes);
    }
    return place;
  }

  /** The path of the conversation. */
  get file(): string {
    return this.scratch.in(`data/${MESSAGES_FILE}`);
  }

  /** The names of the data directory, without the lock. */
  get names(): string[] {
    return this.scratch.names("data").filter((name) => name !== "lock");
  }

  async open(): Promise<FileStore> {
    const directory = await DataDirectory.open(this.scratch.in("data"), this.files);
    let logs = 0;
    try {
      return await FileStore.open({
        directory,
        history: this.history,
        clock: this.clock,
        newLogId: () => `log-${++logs}-${crypto.randomUUID()}`,
        events: this.events,
      });
    } catch (error) {
      directory.close();
      throw error;
    }
  }

  breakDown(): Promise<void> {
    this.files.before = ({ name }) => {
      if (name === "write") throw FILE_FAULTS.ENOSPC();
    };
    return Promise.resolve();
  }

  mend(): Promise<void> {
    this.files.before = () => {};
    return Promise.resolve();
  }

  // Read at once, with a parser that is not the store's own: a process that dies saves nothing more.
  survivors(): Promise<readonly string[]> {
    return Promise.resolve(this.#read().messages.map(({ id }) => id));
  }

  #read(): { messages: { id: string }[] } {
    try {
      return JSON.parse(Deno.readTextFileSync(this.file));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return { messages: [] };
      throw error;
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.scratch[Symbol.asyncDispose]();
  }
}
