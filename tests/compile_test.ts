// The executable: made in a copy of the sources, started in an empty directory. Deno's runtime for
// executables comes from outside of npm; where it cannot be had, what goes into the executable is tested
// all the same.

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Program, type Result } from "./helpers/program.ts";
import { Scratch } from "./helpers/scratch.ts";
import { PERMISSIONS } from "./helpers/server_run.ts";
import { JsonClient } from "./helpers/ws_client.ts";

const ROOT = new URL("..", import.meta.url).pathname;

/** What is needed to compile. */
const SOURCES = ["main.ts", "deno.json", "deno.lock", "src", "static"];

async function copy(from: string, to: string): Promise<void> {
  if ((await Deno.stat(from)).isFile) return await Deno.copyFile(from, to);
  await Deno.mkdir(to);
  for (const { name } of Deno.readDirSync(from)) await copy(`${from}/${name}`, `${to}/${name}`);
}

/** A directory with a copy of the sources, and one to start the program in. */
async function makePlace(): Promise<Scratch> {
  const place = await Scratch.make();
  await Deno.mkdir(place.in("sources"));
  await Deno.mkdir(place.in("elsewhere"));
  for (const name of SOURCES) await copy(`${ROOT}/${name}`, place.in(`sources/${name}`));
  return place;
}

/** `deno task compile`, without its dependency. */
async function compile(place: Scratch, args: readonly string[] = [], env = {}): Promise<Result> {
  const task: string =
    JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`)).tasks.compile.command;
  const [, ...words] = task.split(" ");
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...words, ...args],
    cwd: place.in("sources"),
    env: { NO_COLOR: "1", ...env },
  }).output();
  const lines = (bytes: Uint8Array) => new TextDecoder().decode(bytes).split("\n").slice(0, -1);
  return { code, stdout: lines(stdout), stderr: lines(stderr) };
}

/** Starts `command` as a server and as a client, and looks at all that a browser loads. */
async function use(place: Scratch, command: readonly string[]): Promise<void> {
  const directory = place.in("elsewhere");
  const args = ["serve", "--port=0", "--log-format=json"];
  await using server = await Program.open([...command, ...args], { directory });
  const url = new URL(JSON.parse(await server.out.next()).url);
  url.hostname = "127.0.0.1";
  const get = async (path: string) => await (await fetch(new URL(path, url))).text();

  assertStringIncludes(await get("/"), "<!DOCTYPE html>");
  for (const name of ["app.js", "style.css", "icon.svg", "manifest.webmanifest"]) {
    assertEquals(
      await get(`/${name}`),
      await Deno.readTextFile(place.in(`sources/static/${name}`)),
    );
  }
  await using ben = await JsonClient.open(url.href);
  const client = [...command, "client", "ci", url.href];
  await using ci = await Program.open(client, { directory, input: "deployed\n" });
  assertEquals(await ci.ended(), { code: 0, stdout: [], stderr: [] });
  assertEquals(ben.messages.map(({ name, text }) => `${name}: ${text}`), ["ci: deployed"]);

  server.kill("SIGTERM");
  assertEquals((await server.ended()).code, 0);
  assertEquals(place.names("elsewhere"), ["data"]);
  assertEquals(place.names("elsewhere/data"), ["lock", "messages.json"]);
  await Deno.remove(place.in("elsewhere/data"), { recursive: true });
}

Deno.test("deno task compile makes an executable of all there is, or says in one line why not", async (t) => {
  await using place = await makePlace();
  const { code, stdout, stderr } = await compile(place);
  const isCompiled = code === 0;

  await t.step("what goes into it serves, talks, and writes where it is started", async () => {
    const run = [
      Deno.execPath(),
      "run",
      "--no-prompt",
      "--no-config",
      "--cached-only",
      ...PERMISSIONS,
    ];
    await use(place, [...run, place.in("sources/dist/parley.js")]);
  });

  const why = isCompiled ? "" : " (ignored: Deno's runtime, denort, cannot be had here)";
  await t.step({
    name: `the executable serves, talks, and writes where it is started${why}`,
    ignore: !isCompiled,
    fn: () => use(place, [place.in("sources/dist/parley")]),
  });
  await t.step({
    name: `the executable calls itself by its name${why}`,
    ignore: !isCompiled,
    async fn() {
      const program = place.in("sources/dist/parley");
      await using help = await Program.open([program, "client", "--help"], { input: "" });
      assertMatch((await help.ended()).stdout.join("\n"), /^Usage: parley client NAME/m);
    },
  });
  if (isCompiled) return;
  await t.step("where denort cannot be had, one line says so and names DENORT_BIN", () => {
    assertEquals([code, stdout, stderr.length], [1, [], 1]);
    assertMatch(
      stderr[0] ?? "",
      /^Cannot compile: .*denort.* could not be downloaded; .*DENORT_BIN$/,
    );
  });
});

Deno.test({
  name: "deno task compile embeds one file, and takes the runtime that DENORT_BIN names",
  // It must be a program of the same system; that one is everywhere.
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using place = await makePlace();
    const { code, stdout, stderr } = await compile(place, [], { DENORT_BIN: "/bin/true" });
    const said = [...stdout, ...stderr].join("\n");
    assertEquals(code, 0, said);
    assertMatch(said, /Embedded Files\n\nparley\n└── (dist\/)?parley\.js \([\d.]+KB\)\n\n/);
    assertEquals(place.names("sources/dist"), ["parley", "parley.js"]);
  },
});

for (const args of [["--target=beos"], ["--target"], ["--output=x"], ["--target", "a", "b"]]) {
  Deno.test(`deno task compile refuses ${args.join(" ")}, and names the five targets`, async () => {
    await using place = await makePlace();
    const { code, stdout, stderr } = await compile(place, args);
    assertEquals([code, stdout, stderr.length], [2, [], 1]);
    assertEquals(
      stderr[0]?.match(/\w+-(unknown-linux-gnu|apple-darwin|pc-windows-msvc)/g)?.length,
      5,
    );
    assertEquals(place.names("sources").includes("dist"), false);
  });
}
