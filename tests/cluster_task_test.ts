// `deno task cluster`, as people start it: one conversation on three addresses of this machine.

import { assertEquals, assertMatch } from "@std/assert";
import { natsTest } from "./helpers/nats_server.ts";
import { Program, type Result } from "./helpers/program.ts";
import { Scratch } from "./helpers/scratch.ts";
import { JsonClient } from "./helpers/ws_client.ts";

const CLUSTER = new URL("../src/cluster.ts", import.meta.url).href;

async function runToEnd(...args: string[]): Promise<Result> {
  await using place = await Scratch.make();
  return await Program.run(CLUSTER, args, {
    directory: place.path,
    permissions: ["--allow-all"],
  });
}

natsTest("deno task cluster shows one conversation on three addresses, until Ctrl-C", async () => {
  await using place = await Scratch.make();
  await using cluster = await Program.start(CLUSTER, ["--port", "0"], {
    directory: place.path,
    permissions: ["--allow-all"],
  });
  const urls: string[] = [];
  for (let node = 1; node <= 3; node++) {
    const line = await cluster.out.next((line) => /^\s+http:/.test(line), "the address of a node");
    urls.push(line.trim());
  }
  assertEquals(new Set(urls).size, 3);

  const readers = await Promise.all(urls.map((url) => JsonClient.open(url)));
  await readers[0]?.join("Ann");
  readers[0]?.send({ type: "send", id: "a", text: "from the first" });
  const seen = await Promise.all(readers.map((reader) => reader.next("messages")));
  assertEquals(seen.map(({ messages }) => messages.map(({ text }) => text)), [
    ["from the first"],
    ["from the first"],
    ["from the first"],
  ]);
  for (const url of urls) assertMatch(await (await fetch(url)).text(), /from the first/);

  await Promise.all(readers.map((reader) => reader.close()));
  cluster.kill("SIGINT");
  const { code, stderr } = await cluster.ended();
  assertEquals([code, stderr], [0, []]);
});

Deno.test("deno task cluster says how to get a NATS server where there is none", async () => {
  const { code, stderr } = await runToEnd("--nats-server=/nowhere/nats-server");
  assertEquals([code, stderr.length], [1, 1]);
  assertMatch(stderr[0] ?? "", /^Cannot start the cluster: .*apt install nats-server/);
});

for (const arg of ["--ports=1", "--port=65534", "--port=x", "8001"]) {
  Deno.test(`deno task cluster refuses ${arg} in one line`, async () => {
    const { code, stderr } = await runToEnd(arg);
    assertEquals([code, stderr.length], [2, 1]);
    assertMatch(stderr[0] ?? "", /^Cannot start the cluster: use --port N/);
  });
}
