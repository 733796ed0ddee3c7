// With --shield everything is as without it: the tests of what people see, once more. All others but those
// with TLS or --reuse-port can be run so, too:
// SERVER_FLAGS=--shield deno test --allow-all --parallel tests/*_test.ts

import { assert, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { LOCKED } from "./helpers/lock.ts";

const SUITES = ["smoke", "websocket", "websocket_close", "stop", "proxy"];

/** Runs suites whose servers get `flags` as well. */
async function run(flags: string, suites: readonly string[], filter: readonly string[] = []) {
  const files = suites.map((name) => fromFileUrl(new URL(`./${name}_test.ts`, import.meta.url)));
  const how = ["--allow-all", "--no-check", "--quiet", "--reporter=dot", ...filter];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["test", ...LOCKED, ...how, ...files],
    env: { SERVER_FLAGS: flags, NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decoder = new TextDecoder();
  return { success, output: `${decoder.decode(stdout)}${decoder.decode(stderr)}` };
}

Deno.test("--shield changes nothing for those who do nothing wrong", async () => {
  const { success, output } = await run("--shield", SUITES);
  assert(success, output);
});

Deno.test("What SERVER_FLAGS says reaches the servers of a test run", async () => {
  const { success, output } = await run("--no-such-flag", ["smoke"], ["--filter=/one event/"]);
  assert(!success, output);
  assertStringIncludes(output, '"--no-such-flag" is no flag of this program');
});
