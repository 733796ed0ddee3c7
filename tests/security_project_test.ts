// The points of `docs/security.md` about the project itself, and whether that page tells the truth.

import { assert, assertEquals, assertLess, assertMatch } from "@std/assert";
import { loadAssets } from "../src/assets.ts";
import { ChatError } from "../src/errors.ts";
import { MAX_BODY_BYTES } from "../src/limits.ts";
import { chromeOf } from "../src/page_chrome.ts";
import { decodePost } from "../src/protocol.ts";
import { isLanguage, LANGUAGES } from "../src/words/languages.ts";
import { RawConnection } from "./helpers/raw_connection.ts";
import { ServerProcess } from "./helpers/server_process.ts";

const ROOT = new URL("..", import.meta.url);

async function readText(path: string): Promise<string> {
  return await Deno.readTextFile(new URL(path, ROOT));
}

Deno.test("security 10: the data in the page's script element cannot end it, and is no words of people", async () => {
  const { template } = await loadAssets();
  const elements = template.matchAll(/<script[^>]*>([^]*?)<\/script>/g);
  assertEquals(Array.from(elements, ([, body]) => body), ["", "{{ table }}"]);
  for (const language of Object.keys(LANGUAGES).filter(isLanguage)) {
    const { table = "" } = chromeOf({ language, theme: undefined });
    assertEquals(table.includes("<"), false);
    assertEquals(typeof JSON.parse(table), "object");
  }
});

Deno.test("security 20: bodies that are deep, wide or full of the same key cost no time", () => {
  const max = MAX_BODY_BYTES;
  const bodies = [
    "[".repeat(max),
    `{"a":`.repeat(max / 5),
    `{"name":"Ann","text":"hi",${'"a":1,'.repeat(9_000)}"b":1}`,
    `{"name":"Ann","text":"hi",${
      Array.from({ length: 6_000 }, (_, index) => `"k${index}":1`).join()
    }}`,
  ];
  for (const body of bodies) {
    const startedAt = performance.now();
    try {
      decodePost(body);
    } catch (error) {
      assert(error instanceof ChatError && error.code === "bad_request", String(error));
    }
    // Fifty times what it takes here, so that a busy machine is no failure.
    assertLess(performance.now() - startedAt, 250);
  }
});

Deno.test("security 37: --host 127.0.0.1 listens there and nowhere else", async () => {
  await using server = await ServerProcess.start({ args: ["--host=127.0.0.1"] });
  const here = await RawConnection.open(server.port);
  here.close();
  // The whole of 127.0.0.0/8 is this machine, on Linux.
  if (Deno.build.os !== "linux") return;
  let isRefused = false;
  try {
    (await RawConnection.open(server.port, { hostname: "127.0.0.2" })).close();
  } catch (error) {
    assert(error instanceof Deno.errors.ConnectionRefused, String(error));
    isRefused = true;
  }
  assert(isRefused);
});

Deno.test("security 41: every package has one version and one hash, and no start changes them", async () => {
  const { importMap, tasks } = JSON.parse(await readText("deno.json"));
  for (const { command } of Object.values<{ command: string }>(tasks)) {
    for (const run of command.match(/deno (run|test|check|bundle) [^&]*/g) ?? []) {
      assertMatch(run, / --lock=deno\.lock --frozen( |$)/);
    }
  }
  // It bundles by itself what goes into the executable.
  assertMatch(
    await readText("src/compile.ts"),
    /"bundle",[^\]]*"--lock=deno\.lock",\s*"--frozen",/,
  );
  for (const specifier of Object.values<string>(JSON.parse(await readText(importMap)).imports)) {
    assertMatch(specifier, /^npm:(@[\w-]+\/)?[\w-]+@\d+\.\d+\.\d+(\/[\w./-]+)?$/);
  }
  const lock = JSON.parse(await readText("deno.lock"));
  const packages = Object.entries<{ integrity?: string }>(lock.npm);
  assert(packages.length > 5);
  for (const [name, { integrity }] of packages) assertMatch(integrity ?? "", /^sha512-/, name);
});

/** The lines of the table: number, what holds, where. */
async function readPoints(): Promise<[number, string, string][]> {
  const rows = (await readText("docs/security.md")).matchAll(
    /^\| (\d+)\s+\| (.+?) *\| (.+?) *\|$/gm,
  );
  return Array.from(rows, ([, point, holds = "", where = ""]) => [Number(point), holds, where]);
}

async function readTests(directory: string): Promise<string> {
  const texts: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(directory, ROOT))) {
    if (isDirectory) texts.push(await readTests(`${directory}${name}/`));
    else if (name.endsWith("_test.ts")) texts.push(await readText(`${directory}${name}`));
  }
  return texts.join("\n");
}

Deno.test("docs/security.md has every point once, and a test with its number or a reason", async () => {
  const points = await readPoints();
  assertEquals(points.map(([point]) => point), Array.from({ length: 42 }, (_, index) => index + 1));
  const tests = await readTests("tests/");
  for (const [point, holds, where] of points) {
    const files = [...where.matchAll(/`([\w/]+_test)`/g)].map(([, file]) => file);
    const isNamed = new RegExp(`security (\\d+, )*${point}(, \\d+)*:`).test(tests);
    assert(isNamed || holds.startsWith("Not "), `${point} has neither a test nor a reason`);
    for (const file of files) {
      const text = await readText(`tests/${file}.ts`);
      assertMatch(text, new RegExp(`security (\\d+, )*${point}(, \\d+)*:`), `${point} in ${file}`);
    }
  }
});
