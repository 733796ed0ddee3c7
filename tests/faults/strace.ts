// strace (Debian package `strace`) on a running server: it makes calls of the system fail, late or deadly.

import { Inbox } from "../helpers/inbox.ts";

/** What to do to which calls. */
export interface StraceOptions {
  /** As after `-e inject=`. */
  readonly inject: string;
  /** Only calls that touch these files. @default all */
  readonly paths?: readonly string[];
}

let missing: Promise<string | undefined> | undefined;

/** Why strace cannot be used here. */
export function straceMissing(): Promise<string | undefined> {
  return missing ??= findMissing();
}

async function findMissing(): Promise<string | undefined> {
  if (Deno.build.os !== "linux") return "strace is a tool of Linux";
  try {
    // Tracing itself may be forbidden, as in many containers.
    const { success } = await new Deno.Command("strace", {
      args: ["-qq", "-o", "/dev/null", "true"],
      stdout: "null",
      stderr: "null",
    }).output();
    return success ? undefined : "the system allows no ptrace";
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return "needs the Debian package strace";
  }
}

/** A strace that is attached until it is disposed of. */
export class Strace implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #errors = new Inbox<string>();
  readonly #drained: Promise<void>;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#drained = this.#read(child.stderr);
  }

  /** Attaches to a process; resolves when every thread of it is traced. */
  static async attach(pid: number, { inject, paths = [] }: StraceOptions): Promise<Strace> {
    const [calls = ""] = inject.split(":");
    const strace = new Strace(
      new Deno.Command("strace", {
        args: [
          "-f",
          ...["-o", "/dev/null"],
          ...["-e", `trace=${calls}`],
          ...["-e", `inject=${inject}`],
          ...paths.flatMap((path) => ["-P", path]),
          ...["-p", `${pid}`],
        ],
        stdin: "null",
        stdout: "null",
        stderr: "piped",
      }).spawn(),
    );
    await strace.#errors.next((line) => line.includes("attached"), "strace to attach");
    return strace;
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    let rest = "";
    for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
      const lines = `${rest}${chunk}`.split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#errors.push(line);
    }
    this.#errors.end("strace has ended");
  }

  /** Detaches: everything is as it was. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.kill("SIGINT");
    await this.#child.status;
    await this.#drained;
  }

  /** Ends it at once, also while it holds back a call of a process that is no more. */
  kill(signal: Deno.Signal = "SIGKILL"): void {
    try {
      this.#child.kill(signal);
    } catch (error) {
      // It ends with the process that it is attached to.
      if (!(error instanceof TypeError) && !(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}
