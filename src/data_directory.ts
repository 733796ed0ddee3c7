// The one directory that Parley writes to: who may use it, and how a file in it is replaced so that
// there is always a whole one. Knows nothing of messages.

import { isAbsolute, join, relative, resolve } from "@std/path";
import { isOutOfDescriptors, reasonOf, StartError } from "./errors.ts";

/** The part of `Deno` that touches files; a test passes one that fails. */
export type FileApi = Pick<
  typeof Deno,
  "lstat" | "mkdir" | "open" | "openSync" | "readFile" | "remove" | "rename"
>;

// For the user that runs Parley alone: what is said in a room is nobody else's business.
const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;

const LOCK = "lock";
const LOCK_RETRY_MS = 50;
const LOCK_TRIES = 10;

/** A directory with one user at a time, unless it is shared by those who only read. */
export class DataDirectory implements AsyncDisposable {
  readonly path: string;
  readonly #files: FileApi;
  readonly #lock: Deno.FsFile | undefined;
  // Windows cannot open a directory; there the rename alone has to do.
  readonly #directory: Deno.FsFile | undefined;
  // A descriptor to give up for a file when connections have taken all others.
  #spare: Deno.FsFile | undefined;

  private constructor(
    path: string,
    held: {
      files: FileApi;
      lock: Deno.FsFile | undefined;
      directory: Deno.FsFile | undefined;
    },
  ) {
    this.path = path;
    this.#files = held.files;
    this.#lock = held.lock;
    this.#directory = held.directory;
    this.#keepSpare();
  }

  /**
   * Makes the directory when it is missing, and locks it until `close` or the end of the process; one that
   * is shared, which several servers read and none writes in, is not locked.
   *
   * @throws {StartError} when it cannot be written, or another server uses it.
   */
  static async open(
    path: string,
    files: FileApi = Deno,
    { isShared = false }: { readonly isShared?: boolean } = {},
  ): Promise<DataDirectory> {
    try {
      await files.mkdir(path, { recursive: true, mode: DIRECTORY_MODE });
      if (isShared) {
        return new DataDirectory(path, { files, lock: undefined, directory: undefined });
      }
      await refuseUnlessFile(files, join(path, LOCK));
      const lock = await files.open(join(path, LOCK), {
        read: true,
        write: true,
        create: true,
        mode: FILE_MODE,
      });
      try {
        await takeLock(lock, path);
        const directory = Deno.build.os === "windows" ? undefined : await files.open(path);
        return new DataDirectory(path, { files, lock, directory });
      } catch (error) {
        lock.close();
        throw error;
      }
    } catch (error) {
      throw toStartError(error, `Cannot use the data directory "${path}"`);
    }
  }

  /**
   * The name within the directory of a file that the command line names, by its name there or by its
   * path. @throws {StartError} when it is elsewhere: Parley may read nothing else.
   */
  nameOf(path: string): string {
    const inside = relative(resolve(this.path), resolve(path));
    const parts = (name: string) => name.split(/[\\/]/);
    if (parts(inside)[0] !== ".." && !isAbsolute(inside)) return inside;
    if (!isAbsolute(path) && !parts(path).includes("..")) return path;
    throw new StartError(`Cannot read "${path}": it must be in the data directory "${this.path}"`);
  }

  /**
   * The bytes of a file, or `undefined` when there is none.
   *
   * @throws {StartError} when it is no plain file (a symbolic link could lead out of the directory, a
   * pipe would never end), larger than `maxBytes`, or cannot be read.
   */
  async read(name: string, maxBytes: number): Promise<Uint8Array | undefined> {
    const path = join(this.path, name);
    try {
      const info = await refuseUnlessFile(this.#files, path);
      if (info === undefined) return undefined;
      if (info.size > maxBytes) {
        throw new StartError(
          `Cannot read "${path}": it is larger than ${maxBytes} bytes; move it away and start again`,
        );
      }
      return await this.#files.readFile(path);
    } catch (error) {
      throw toStartError(error, `Cannot read "${path}"`);
    }
  }

  /**
   * Replaces a file as a whole. When this resolves the new one is on the disk; when it rejects, or the
   * machine dies before, the file is the old one or the new one, never a part of either.
   */
  async replace(name: string, bytes: Uint8Array): Promise<void> {
    try {
      await this.#replace(name, bytes);
    } finally {
      this.#keepSpare();
    }
  }

  async #replace(name: string, bytes: Uint8Array): Promise<void> {
    const temporary = join(this.path, temporaryName(name));
    using file = await this.#create(temporary);
    for (let written = 0; written < bytes.length;) {
      written += await file.write(bytes.subarray(written));
    }
    await file.sync();
    await this.#files.rename(temporary, join(this.path, name));
    // The rename itself lives in the directory, and is lost with it until that is on the disk too.
    await this.#directory?.sync();
  }

  /** Removes what a `replace` that was cut short left behind. */
  async removeTemporary(name: string): Promise<void> {
    const path = join(this.path, temporaryName(name));
    try {
      await this.#files.remove(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) {
        throw toStartError(error, `Cannot remove "${path}"`);
      }
    }
  }

  /** Lets another server have the directory. */
  close(): void {
    this.#spare?.close();
    this.#spare = undefined;
    this.#directory?.close();
    this.#lock?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve(this.close());
  }

  // `createNew` does not follow a link that somebody put there. A leftover is removed and not written
  // over: after a failed fsync the kernel may call pages clean that never reached the disk.
  async #create(path: string): Promise<Deno.FsFile> {
    try {
      return await this.#openNew(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      await this.#files.remove(path);
      return await this.#openNew(path);
    }
  }

  async #openNew(path: string): Promise<Deno.FsFile> {
    const options = { write: true, createNew: true, mode: FILE_MODE };
    try {
      return await this.#files.open(path, options);
    } catch (error) {
      if (this.#spare === undefined || !isOutOfDescriptors(error)) throw error;
      // At once, so that no connection takes what is given up here.
      this.#spare.close();
      this.#spare = undefined;
      return this.#files.openSync(path, options);
    }
  }

  #keepSpare(): void {
    if (this.#spare !== undefined || this.#directory === undefined) return;
    try {
      this.#spare = this.#files.openSync(this.path);
    } catch {
      // There is none left, or the directory is gone, which the next write will tell.
      this.#spare = undefined;
    }
  }
}

// A server that is stopped and started again may meet the last of itself: it waits a moment for it.
async function takeLock(lock: Deno.FsFile, path: string): Promise<void> {
  for (let tries = 0; tries < LOCK_TRIES; tries++) {
    if (await lock.tryLock(true)) return;
    await new Promise((resolve) => setTimeout(resolve, LOCK_RETRY_MS));
  }
  throw new StartError(
    `Cannot use the data directory "${path}": another Parley is running on it; stop that one, ` +
      `or give this one its own with --data`,
  );
}

function temporaryName(name: string): string {
  return `${name}.tmp`;
}

async function refuseUnlessFile(files: FileApi, path: string): Promise<Deno.FileInfo | undefined> {
  let info: Deno.FileInfo;
  try {
    info = await files.lstat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  if (info.isFile) return info;
  const kind = info.isSymlink
    ? "a symbolic link"
    : info.isDirectory
    ? "a directory"
    : "no plain file";
  throw new StartError(`Cannot use "${path}": it is ${kind}; move it away and start again`);
}

/** Turns what the system says into one line for the person who starts the server. */
function toStartError(error: unknown, what: string): StartError {
  if (error instanceof StartError) return error;
  return new StartError(`${what}: ${whyOf(error)}`, { cause: error });
}

function whyOf(error: unknown): string {
  if (error instanceof Deno.errors.NotCapable) {
    return `Deno was not allowed to; give --allow-read and --allow-write the directory of --data`;
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return "this user may not read and write it; change its owner or its mode";
  }
  if (error instanceof Deno.errors.NotADirectory || error instanceof Deno.errors.AlreadyExists) {
    return "it is no directory";
  }
  return reasonOf(error);
}
