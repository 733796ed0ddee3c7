// The real file system with a hook before every call, so that a test can make the N-th one fail, hold
// it back, or look at the disk in between.

import type { FileApi } from "../../src/data_directory.ts";

/** One call that is about to be made. */
export interface FileCall {
  /** From 1, over all calls. */
  readonly number: number;
  /** A function of `Deno`, or `write`, `sync` and `tryLock` of an open file. */
  readonly name: string;
  readonly path: string;
}

/** What a file call may say, by the name that people know it by. */
export const FILE_FAULTS = {
  NotCapable: () => new Deno.errors.NotCapable('Requires write access to "data", run again with …'),
  ENOSPC: () =>
    Object.assign(new Error("No space left on device (os error 28)"), { code: "ENOSPC" }),
  EIO: () => Object.assign(new Error("Input/output error (os error 5)"), { code: "EIO" }),
} as const satisfies Record<string, () => Error>;

/** Files on the real disk. Closing one is no call: the system closes them whatever happened. */
export class FailingFiles implements FileApi {
  /** Every call so far. */
  readonly calls: FileCall[] = [];

  /** Runs before each call; throws instead of it, or resolves late. */
  before: (call: FileCall) => void | Promise<void> = () => {};

  /** Bytes that one `write` takes at most; the system may always take fewer than it is given. */
  maxWriteBytes = Infinity;

  lstat = async (path: string | URL): Promise<Deno.FileInfo> => {
    await this.#enter("lstat", path);
    return await Deno.lstat(path);
  };

  mkdir = async (path: string | URL, options?: Deno.MkdirOptions): Promise<void> => {
    await this.#enter("mkdir", path);
    await Deno.mkdir(path, options);
  };

  open = async (path: string | URL, options?: Deno.OpenOptions): Promise<Deno.FsFile> => {
    await this.#enter("open", path);
    return this.#wrap(await Deno.open(path, options), path);
  };

  // No call either: it is the way out when `open` fails, and waits for nothing.
  openSync = (path: string | URL, options?: Deno.OpenOptions): Deno.FsFile =>
    this.#wrap(Deno.openSync(path, options), path);

  readFile: FileApi["readFile"] = async (path, options) => {
    await this.#enter("readFile", path);
    return await Deno.readFile(path, options);
  };

  remove = async (path: string | URL, options?: Deno.RemoveOptions): Promise<void> => {
    await this.#enter("remove", path);
    await Deno.remove(path, options);
  };

  rename = async (from: string | URL, to: string | URL): Promise<void> => {
    await this.#enter("rename", to);
    await Deno.rename(from, to);
  };

  /** How often `name` was called. */
  count(name: string): number {
    return this.calls.filter((call) => call.name === name).length;
  }

  async #enter(name: string, path: string | URL): Promise<void> {
    const call = { number: this.calls.length + 1, name, path: String(path) };
    this.calls.push(call);
    await this.before(call);
  }

  #wrap(file: Deno.FsFile, path: string | URL): Deno.FsFile {
    const own: Record<string | symbol, unknown> = {
      write: (bytes: Uint8Array) => this.#write(file, { bytes, path }),
      sync: async () => {
        await this.#enter("sync", path);
        await file.sync();
      },
      tryLock: async (exclusive?: boolean) => {
        await this.#enter("tryLock", path);
        return await file.tryLock(exclusive);
      },
    };
    return new Proxy(file, {
      get(_, property) {
        if (Object.hasOwn(own, property)) return own[property];
        // An FsFile has private fields, so its functions must be called on itself.
        const value = Reflect.get(file, property, file);
        return typeof value === "function" ? value.bind(file) : value;
      },
    });
  }

  // A write that fails has often written something before: a full disk takes what still fits.
  async #write(
    file: Deno.FsFile,
    { bytes, path }: { bytes: Uint8Array; path: string | URL },
  ): Promise<number> {
    try {
      await this.#enter("write", path);
    } catch (error) {
      await file.write(bytes.subarray(0, Math.ceil(bytes.length / 2)));
      throw error;
    }
    return await file.write(bytes.subarray(0, Math.min(bytes.length, this.maxWriteBytes)));
  }
}
