// With --shield everything is as without it: the tests of what people see, once more. All others can be
// run so, too: SERVER_FLAGS=--shield deno test --allow-all --parallel tests/*_test.ts

import { assert } from "@std/assert";
import { fromFileUrl } from "@std/path";

const SUITES = ["smoke", "websocket", "websocket_close", "stop", "proxy"];

Deno.test("--shield changes nothing for those who do nothing wrong", async () => {
  const files = SUITES.map((name) => fromFileUrl(new URL(`./${name}_test.ts`, import.meta.url)));
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "--allow-all", "--no-check", "--quiet", "--reporter=dot", ...files],
    env: { SERVER_FLAGS: "--shield", NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decoder = new TextDecoder();
  assert(success, `${decoder.decode(stdout)}${decoder.decode(stderr)}`);
});
