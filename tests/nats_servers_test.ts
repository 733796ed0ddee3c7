// People who talk through different servers of one cluster.

import { assertEquals } from "@std/assert";
import { NatsServer, natsTest } from "./helpers/nats_server.ts";
import { CONSOLE, Program } from "./helpers/program.ts";
import { ServerCluster } from "./helpers/server_cluster.ts";
import { ServerProcess } from "./helpers/server_process.ts";
import { JsonClient, TextClient } from "./helpers/ws_client.ts";

natsTest("People on two servers see each other and own their names on both", async () => {
  await using cluster = await ServerCluster.start({ nodes: 2 });
  const [here, there] = [cluster.node(0), cluster.node(1)];
  await using reader = await JsonClient.open(there.url);
  await using ann = await JsonClient.open(here.url);
  const key = await ann.join("Ann");
  const { online } = await reader.next("presence", ({ joined }) => joined.includes("Ann"));
  assertEquals(online, 1);
  reader.send({ type: "join", name: "ann" });
  const refusal = await reader.next("error");
  assertEquals([refusal.code, /"ann-2" is free/.test(refusal.message)], ["name_taken", true]);
  await using text = await TextClient.open(there.url, { name: "Ann" });
  assertEquals(text.name, "Ann-2");
  ann.send({ type: "typing" });
  assertEquals((await reader.next("typing")).names, ["Ann"]);
  await using second = await JsonClient.open(there.url);
  assertEquals(second.welcome.online.sort(), ["Ann", "Ann-2"]);
  assertEquals(await second.join("Ann", key), key);
  // Join and send at once, as programs do.
  second.send({ type: "join", name: "Bob" });
  second.send({ type: "send", id: "b1", text: "hello" });
  assertEquals((await ann.shown("b1")).name, "Bob");
});

natsTest("Who goes from a server that stops to another one is not seen to leave", async () => {
  await using cluster = await ServerCluster.start({ nodes: 2 });
  const [here, there] = [cluster.node(0), cluster.node(1)];
  await using reader = await JsonClient.open(there.url);
  await using ann = await JsonClient.open(here.url);
  await using ben = await JsonClient.open(there.url);
  await ben.join("Ben");
  const key = await ann.join("Ann");
  await reader.next("presence", ({ joined }) => joined.includes("Ann"));
  await here.stop();
  await there.logged("node gone");
  await using again = await JsonClient.open(there.url);
  assertEquals(again.welcome.online.sort(), ["Ann", "Ben"]);
  assertEquals(await again.join("Ann", key), key);
  // He goes after her server has, and stays away: when he is seen to leave, she would have been.
  await ben.close();
  await reader.next("presence", ({ left }) => left.includes("Ben"));
  const left = reader.inbox.all.flatMap((frame) => frame.type === "presence" ? frame.left : []);
  assertEquals(left, ["Ben"]);
});

natsTest("The terminal client goes on at its next server and misses nothing", async () => {
  await using cluster = await ServerCluster.start({ nodes: 2 });
  const [first, second] = [cluster.node(0), cluster.node(1)];
  await using ben = await JsonClient.open(second.url);
  await ben.join("Ben");
  await using ann = await Program.start(CONSOLE, ["Ann", first.url, second.url, "--follow"]);
  await ben.next("presence", ({ joined }) => joined.includes("Ann"));
  await ann.write("one\n");
  await ben.next("messages", ({ messages }) => messages.some(({ text }) => text === "one"));
  first.kill("SIGKILL");
  const said = ["two", "three", "four"];
  for (const text of said) await ben.say(text);
  await ann.write("five\n");
  await ben.next("messages", ({ messages }) => messages.some(({ text }) => text === "five"));
  await ann.out.next((line) => line === "Ben: four");
  assertEquals(ann.out.all, said.map((text) => `Ben: ${text}`));
  assertEquals(ben.messages.map(({ name, text }) => `${name}: ${text}`), [
    "Ann: one",
    ...said.map((text) => `Ben: ${text}`),
    "Ann: five",
  ]);
});

natsTest("The terminal client starts, too, when its first server is not there", async () => {
  await using nats = await NatsServer.start();
  await using server = await ServerProcess.start({ args: [`--nats=${nats.url}`] });
  const nobody = `http://127.0.0.1:${unusedPort()}`;
  const args = ["ci", nobody, server.url, "--since=0"];
  const { code, stdout } = await Program.run(CONSOLE, args, { input: "hello\n" });
  assertEquals([code, stdout], [0, []]);
});

/** A port that nobody listens on. */
function unusedPort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
