// Makes one executable of the server, the terminal client and everything a browser loads. Run by
// `deno task compile`, which builds the web client first.

import { V8_FLAGS } from "./v8_flags.ts";

/** The targets of `deno compile`. */
const TARGETS = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
];

const DIRECTORY = "dist";

/** What the executable may do, wherever it is started: the same as `deno task start`. */
const PERMISSIONS = ["--allow-net", "--allow-read=data", "--allow-write=data", "--no-prompt"];

/**
 * Everything in one module: any Deno runs it, and all that is embedded can be seen in it. Without it
 * `deno compile` looks into every file of every npm package, test data too, and dies of one of them.
 */
const BUNDLE = `${DIRECTORY}/parley.js`;

/** Returns the exit status. */
async function compile(args: readonly string[]): Promise<number> {
  const target = targetOf(args);
  if (target !== undefined && !TARGETS.includes(target)) {
    return fail(`Cannot compile: use --target with one of ${TARGETS.join(", ")}, or alone`, 2);
  }
  return await deno([
    "bundle",
    // What goes into the executable is what the lock file says, to the byte.
    "--lock=deno.lock",
    "--frozen",
    "--quiet",
    "--platform=deno",
    `--output=${BUNDLE}`,
    "main.ts",
  ]) || await deno([
    "compile",
    // All that the configuration would add is in the bundle.
    "--no-config",
    ...PERMISSIONS,
    V8_FLAGS,
    ...(target === undefined ? [] : ["--target", target]),
    "--output",
    `${DIRECTORY}/parley${target === undefined ? "" : `-${target}`}`,
    BUNDLE,
  ]);
}

/** Runs Deno and says what it said; resolves with the exit status. */
async function deno(args: readonly string[]): Promise<number> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    stdout: "piped",
    stderr: "piped",
  }).output();
  const said = new TextDecoder().decode(stderr);
  if (code !== 0 && /denort|dl\.deno\.land|error sending request|dns error/i.test(said)) {
    return fail(
      "Cannot compile: Deno's runtime for executables (denort) could not be downloaded; fetch it " +
        `elsewhere for Deno ${Deno.version.deno} and name the file in DENORT_BIN`,
      1,
    );
  }
  // What is embedded, and how large it is.
  Deno.stdout.writeSync(stdout);
  Deno.stderr.writeSync(stderr);
  return code;
}

/** The value of `--target`; "" for anything else that was given. */
function targetOf(args: readonly string[]): string | undefined {
  if (args.length === 0) return undefined;
  const [flag = "", value] = args.length === 1 ? (args[0] ?? "").split("=") : args;
  return flag === "--target" && args.length <= 2 ? value ?? "" : "";
}

function fail(line: string, status: number): number {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
  return status;
}

if (import.meta.main) Deno.exit(await compile(Deno.args));
