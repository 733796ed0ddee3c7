// A small disk of its own, in memory, that a test can fill. Only root can mount one.

import { join } from "@std/path";

let missing: Promise<string | undefined> | undefined;

/** Why no disk can be mounted here. */
export function mountMissing(): Promise<string | undefined> {
  return missing ??= findMissing();
}

async function findMissing(): Promise<string | undefined> {
  if (Deno.build.os !== "linux") return "tmpfs is a file system of Linux";
  const path = await Deno.makeTempDir({ prefix: "parley-" });
  try {
    await using _disk = await Tmpfs.mount(path, "64k");
    return undefined;
  } catch {
    return "only root may mount a disk";
  } finally {
    await Deno.remove(path);
  }
}

/** A mounted disk, until it is disposed of. */
export class Tmpfs implements AsyncDisposable {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** Mounts a disk of `size` (as in `256k`) at `path`, which is empty. */
  static async mount(path: string, size: string): Promise<Tmpfs> {
    await run("mount", ["-t", "tmpfs", "-o", `size=${size},mode=700`, "tmpfs", path]);
    return new Tmpfs(path);
  }

  /** Takes all the room there is just now; others may give some back later. */
  async fill(): Promise<void> {
    using file = await Deno.open(join(this.#path, "filler"), { create: true, append: true });
    const block = new Uint8Array(4096);
    try {
      for (;;) await file.write(block);
    } catch (error) {
      if (!isFull(error)) throw error;
    }
  }

  /** Gives it back. */
  async free(): Promise<void> {
    await Deno.remove(join(this.#path, "filler"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await run("umount", [this.#path]);
  }
}

function isFull(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOSPC";
}

async function run(program: string, args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, {
    args: [...args],
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`${program}: ${new TextDecoder().decode(stderr)}`);
}
