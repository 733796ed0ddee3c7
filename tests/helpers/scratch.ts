// A directory that is there for one test and gone after it.

import { join } from "@std/path";

/** An empty directory of its own, removed with everything in it when disposed of. */
export class Scratch implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Makes one in `dir`; where none is named, where the system has such directories, often in memory. */
  static async make(dir?: string): Promise<Scratch> {
    const where = dir === undefined ? {} : { dir };
    return new Scratch(await Deno.makeTempDir({ prefix: "parley-", ...where }));
  }

  /** The path of `name` in it. */
  in(name: string): string {
    return join(this.path, name);
  }

  /** The names in `path`, a directory below, sorted. */
  names(path = ""): string[] {
    return [...Deno.readDirSync(this.in(path))].map(({ name }) => name).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}
