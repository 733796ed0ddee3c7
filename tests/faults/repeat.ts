// The same message again and again: because its answer was lost, or because somebody likes to.

import { assertEquals, assertGreater } from "@std/assert";
import type { Message } from "../../src/message.ts";
import { chance } from "../helpers/chance.ts";
import { LosingRelay } from "../helpers/losing_relay.ts";
import { readMetrics } from "../helpers/metrics_page.ts";
import { ServerProcess } from "../helpers/server_process.ts";
import { JsonClient } from "../helpers/ws_client.ts";
import { type Fault, type Outcome, type Scale, SEED } from "./fault.ts";
import { Scene } from "./scene.ts";

/** Ways in which one id comes at the same moment. */
const AT_ONCE = 50;

/** Faults of repetition. */
export const REPEAT_FAULTS: readonly Fault[] = [
  {
    number: 24,
    title: "one id sent in every way and again is stored once, with one number for all",
    run: repeatIds,
  },
  {
    number: 25,
    title: "an answer lost after the message was stored costs nothing and doubles nothing",
    run: loseAnswers,
  },
];

async function repeatIds(scale: Scale): Promise<Outcome> {
  await using server = await ServerProcess.start({ args: ["--rate=0"] });
  const rounds = scale === "quick" ? 3 : 40;
  for (let round = 0; round < rounds; round++) {
    const id = `id-${round}`;
    const seqs = new Set<number>();
    seqs.add(await sayEverywhere(server, id));
    seqs.add((await post(server, id)).seq);
    await server.restart({ signal: round % 2 === 0 ? "SIGKILL" : "SIGTERM" });
    seqs.add((await post(server, id)).seq);
    assertEquals([...seqs], [round + 1]);
  }
  const { messages } = JSON.parse(await Deno.readTextFile(server.inData("messages.json")));
  assertEquals(messages.length, rounds);
  assertEquals((await readMetrics(server.url)).get("chat_messages_total"), 0);
  return {
    rounds,
    checked: `I3, ${AT_ONCE} at once by two sockets and HTTP, after reconnect and restart`,
  };
}

/** Sends `id` by two sockets and by HTTP at the same moment, and once more after a reconnect. */
async function sayEverywhere(server: ServerProcess, id: string): Promise<number> {
  await using ann = await JsonClient.open(server.url);
  await using bob = await JsonClient.open(server.url);
  await Promise.all([ann.join("Ann"), bob.join("Bob")]);
  const posts: Promise<Message>[] = [];
  for (let i = 0; i < AT_ONCE; i++) {
    if (i % 3 === 0) posts.push(post(server, id));
    else (i % 3 === 1 ? ann : bob).send({ type: "send", id, text: `try ${i}` });
  }
  const answers = await Promise.all(posts);
  await Promise.all([ann.sync(), bob.sync()]);
  const shown = [ann, bob].flatMap(({ messages }) => messages.filter((each) => each.id === id));
  const all = [...answers, ...shown];
  assertGreater(shown.length, 1);
  // Not only the number: whoever was first, everyone was told the same.
  for (const message of all) assertEquals(message, all[0]);
  await using again = await JsonClient.open(server.url, { since: ann.since });
  await again.join("Cid");
  assertEquals(await again.say("after a reconnect", id), all[0]);
  return all[0]?.seq ?? NaN;
}

async function post(server: ServerProcess, id: string): Promise<Message> {
  const response = await fetch(`${server.url}/messages`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "Poster", text: "by HTTP", id }),
  });
  assertEquals(response.ok, true, `${response.status}`);
  return await response.json();
}

async function loseAnswers(scale: Scale): Promise<Outcome> {
  const random = chance(SEED);
  let isLosing = false;
  await using stack = new AsyncDisposableStack();
  const between = (server: ServerProcess) =>
    stack.use(new LosingRelay(() => server.port, () => isLosing && random() < 0.05));
  let relay: LosingRelay | undefined;
  await using scene = await Scene.set({
    load: { speakers: 6, readers: 2, posters: 4 },
    between: (server) => relay = between(server),
  });
  isLosing = true;
  await scene.load.progress(scale === "quick" ? 500 : 20_000);
  isLosing = false;
  // A socket that broke in its handshake was opened for the server and not for its client.
  const said = await scene.settle({ metrics: false });
  const losses = relay?.losses ?? 0;
  assertGreater(losses, 10);
  const stored = (await readMetrics(scene.server.url)).get("chat_messages_total");
  assertEquals(stored, scene.ledger.size);
  return { rounds: losses, checked: `I1–I4, ${said}, metrics equal, SEED=${SEED}` };
}
