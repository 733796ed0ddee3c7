// A client that knows several servers of one cluster.

import { assertEquals, assertThrows } from "@std/assert";
import { FIRST_DELAY_MS, LONGEST_DELAY_MS } from "../src/client/backoff.ts";
import { STABLE_MS } from "../src/client/link.ts";
import { createClient } from "../src/create_client.ts";
import { message, World } from "./client_fakes.ts";

const THREE = ["ws://a.test/ws", "ws://b.test/ws", "ws://c.test/ws"];

/** The hosts of all sockets so far. */
function hosts({ sockets }: World): string {
  return sockets.map(({ url }) => url.hostname[0]).join("");
}

/** The newest connection ends; what it is waited for then, in milliseconds. */
function lose(world: World, code?: number): number {
  world.socket.end(code);
  const [delay = NaN] = world.timer.pending;
  world.timer.advance(delay);
  return delay;
}

Deno.test("A client begins at the first server, and goes on at the next when it is refused", () => {
  const world = new World({ url: THREE });
  world.client.connect();
  assertEquals(hosts(world), "a");
  lose(world);
  lose(world);
  assertEquals(hosts(world), "abc");
});

Deno.test("A client that loses its server goes on at the next, where it was, with what waits", () => {
  const world = new World({ url: THREE });
  world.join().receive({ type: "messages", messages: [message(7)] });
  world.client.send("hello", "id-1").catch(() => undefined);
  lose(world);
  assertEquals(world.socket.url.href, "ws://b.test/ws?since=log1%3A7");
  world.welcome({ reset: false });
  assertEquals(world.socket.sentOf("join").map(({ name, key }) => [name, key]), [
    ["Ann", "k".repeat(22)],
  ]);
  world.socket.receive({ type: "joined", name: "Ann", key: "k".repeat(22) });
  assertEquals(world.socket.sentOf("send").map(({ id }) => id), ["id-1"]);
});

Deno.test("The others are tried soon, and all of them anew with waits that grow each round", () => {
  const world = new World({ url: THREE });
  world.client.connect();
  const delays = Array.from({ length: 9 }, () => lose(world));
  const soon = FIRST_DELAY_MS / 2;
  assertEquals(delays, [1, 1, 1, 2, 2, 2, 4, 4, 4].map((times) => times * soon));
  assertEquals(hosts(world), "abcabcabca");
});

Deno.test("Servers that say welcome and nothing more are not asked faster and faster", () => {
  const world = new World({ url: THREE });
  world.client.connect();
  const delays: number[] = [];
  for (let n = 0; n < 12; n++) {
    world.welcome();
    delays.push(lose(world));
  }
  assertEquals(delays.filter((_, n) => n % 3 === 2), [250, 500, 1000, 2000]);
});

Deno.test("A server that was a good one for a while is followed by the others without a long wait", () => {
  const world = new World({ url: THREE });
  world.client.connect();
  for (let n = 0; n < 8; n++) lose(world);
  world.welcome();
  world.timer.advance(STABLE_MS);
  assertEquals([lose(world), lose(world), lose(world)], [250, 250, 250]);
});

Deno.test("A client that was told that it floods waits, however many servers there are", () => {
  const world = new World({ url: THREE });
  world.welcome();
  assertEquals(lose(world, 1008), LONGEST_DELAY_MS * 0.75);
});

Deno.test("createClient() takes several servers, and refuses one that is none, or none at all", () => {
  createClient({ url: ["http://a.test", "wss://b.test"] });
  for (const url of [["http://a.test", "b"], []]) {
    assertThrows(() => createClient({ url }), TypeError);
  }
});
