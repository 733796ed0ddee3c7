// Holds in the sources what no type can say: what the core may not know, how long a file may be, that
// errors are handled, that importing a module does nothing.

import { assertEquals, assertGreater } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { LOCKED } from "./helpers/lock.ts";
import { readFacts, type SourceFacts } from "./helpers/source_facts.ts";

const ROOT = fromFileUrl(new URL("..", import.meta.url));
const MAX_LINES = 260;

/** To run is what they are for, and nothing imports them. */
const PROGRAMS = ["src/browser/main.ts", "src/shield/main.ts"];

/** Modules that are given time, chance, files and sockets, or do without. */
const CORE = [
  "announcer",
  "connection",
  "errors",
  "guard",
  "history",
  "json_session",
  "limits",
  "message",
  "messages_file",
  "names",
  "nats/neighbours",
  "page",
  "page_parts",
  "page_rows",
  "presence",
  "presence_frames",
  "protocol",
  "room",
  "session",
  "store",
  "text_session",
  "throttle",
  "shield/frame_watch",
  "visitor",
].map((name) => `src/${name}.ts`);

/** The world outside, by the names under which it can be reached. */
const WORLD = [
  "Deno",
  "process",
  "globalThis",
  "window",
  "document",
  "localStorage",
  "sessionStorage",
  "fetch",
  "WebSocket",
  "setTimeout",
  "setInterval",
  "queueMicrotask",
  "performance",
  "Date.now",
  "new Date()",
  "crypto",
  "Math.random",
  "console",
];

interface Source {
  /** From the root, with slashes. */
  readonly path: string;
  readonly text: string;
  readonly facts: SourceFacts;
}

function readSources(directory: string): Source[] {
  return [...Deno.readDirSync(join(ROOT, directory))].flatMap(({ name, isDirectory }) => {
    const path = `${directory}/${name}`;
    if (isDirectory) return readSources(path);
    if (!/\.tsx?$/.test(name)) return [];
    const text = Deno.readTextFileSync(join(ROOT, path));
    return [{ path, text, facts: readFacts(path, text) }];
  });
}

const sources = readSources("src");

/** The paths of what `source` runs of ours. */
function importsOf({ path, facts }: Source): string[] {
  const own = facts.imports.filter((specifier) => specifier.startsWith("."));
  return own.map((specifier) => new URL(specifier, `file:///${path}`).pathname.slice(1));
}

/** The core, with everything that it runs. */
function coreOf(all: readonly Source[]): Source[] {
  const core = new Set(
    all.filter(({ path }) => CORE.includes(path) || path.startsWith("src/client/")),
  );
  // A Set also visits what is added on the way.
  for (const source of core) {
    const imported = importsOf(source);
    for (const other of all) if (imported.includes(other.path)) core.add(other);
  }
  return [...core];
}

const core = coreOf(sources);

/** `a.ts: what` for each thing that `find` finds. */
function findings(among: readonly Source[], find: (source: Source) => readonly string[]): string[] {
  return among.flatMap((source) => find(source).map((found) => `${source.path}: ${found}`));
}

Deno.test("The core is where this test looks for it", () => {
  const paths = new Set(sources.map(({ path }) => path));
  assertEquals([...CORE, ...PROGRAMS].filter((path) => !paths.has(path)), []);
  assertGreater(core.length, CORE.length);
});

Deno.test("The core has no clock, timer, chance, file or socket of its own", () => {
  const used = findings(core, ({ facts }) => WORLD.filter((name) => facts.names.has(name)));
  assertEquals(used, []);
});

Deno.test("The core uses no library but what is as pure", () => {
  const libraries = ["valibot", "@std/html/entities"];
  const others = findings(
    core,
    ({ facts }) =>
      facts.imports.filter((specifier) =>
        !specifier.startsWith(".") && !libraries.includes(specifier)
      ),
  );
  assertEquals(others, []);
});

Deno.test("No file is longer than a person reads at one go", () => {
  const long = findings(sources, ({ text }) => {
    const lines = text.split("\n").length - 1;
    return lines > MAX_LINES ? [`${lines} lines`] : [];
  });
  assertEquals(long, []);
});

Deno.test("No error is caught and forgotten", () => {
  assertEquals(findings(sources, ({ facts }) => facts.emptyCatches), []);
});

Deno.test("No module but a program does anything when it is imported, or has a state", () => {
  const modules = sources.filter(({ path }) => !PROGRAMS.includes(path));
  assertEquals(findings(modules, ({ facts }) => facts.atImport), []);
});

Deno.test("Every module can be imported without a permission, and keeps no process alive", async () => {
  const modules = sources.filter(({ path }) =>
    !PROGRAMS.includes(path) && !/^src\/(browser|types)\//.test(path)
  );
  const imports = modules.map(({ path }) => `import ${JSON.stringify(`./${path}`)};\n`).join("");
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", ...LOCKED, "--no-prompt", "--cached-only", "-"],
    cwd: ROOT,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });
  await using child = command.spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(imports));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  assertEquals([decoder.decode(stderr), decoder.decode(stdout), code], ["", "", 0]);
});

Deno.test("readFacts() sees what the tests above look for", () => {
  const facts = readFacts(
    "a.ts",
    `
    import { a, type B } from "./a.ts";
    import type { C } from "./c.ts";
    import { type D } from "./d.ts";
    export * from "./e.ts";
    // Deno.exit() in a comment, and setTimeout in a string, are no use of either.
    const text = "setTimeout";
    let state = 1;
    const now = Date.now() + new Date("2026").getTime();
    export function f(file: Deno.FsFile): void {
      try {
        new Date();
      } catch {
        // nothing
      }
      f(file).catch(() => {});
      f(file).catch(() => undefined);
    }
    await now;
    const later = await a();
    state++;
    if (import.meta.main) await now;
  `,
  );
  const seen = ["Deno", "Date.now", "new Date()", "setTimeout"].filter((x) => facts.names.has(x));
  assertEquals(seen, ["Deno", "Date.now", "new Date()"]);
  assertEquals(facts.imports, ["./a.ts", "./e.ts"]);
  assertEquals(facts.emptyCatches.length, 2);
  assertEquals(facts.atImport, [
    "let state = 1;",
    "await now;",
    "state++;",
    "await now",
    "await a()",
  ]);
});
