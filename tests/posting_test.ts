// Posts: whose name it is, how often, and what is left behind when a post is refused.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { ChatError, type ErrorCode } from "../src/errors.ts";
import { isKey } from "../src/name_registry.ts";
import { Names } from "../src/names.ts";
import { Posting } from "../src/posting.ts";
import { FakeClock } from "./helpers/fake_clock.ts";
import { MemoryStore } from "./helpers/memory_store.ts";

const ANNS_KEY = "anns-key-of-22-letters";
const BOBS_KEY = "bobs-key-of-22-letters";

/** A way in for posts, and all that is behind it. */
class World {
  readonly clock = new FakeClock();
  readonly store = new MemoryStore();
  readonly names: Names;
  readonly posting: Posting;
  #ids = 0;
  #keys = 0;

  constructor({ rate = 0 } = {}) {
    const { clock, store } = this;
    const newKey = () => `fresh-key-${this.#keys++}`.padEnd(22, "-");
    this.names = new Names({ now: () => clock.now(), newKey });
    const newId = () => `new-id-${++this.#ids}`;
    this.posting = new Posting({ names: this.names, store, clock, newId, rate });
  }

  /** Posts as a program does: JSON, with or without a key. */
  say(name: string, fields: { text?: string; id?: string; key?: string } = {}, address = "a") {
    return this.posting.post({ name, text: "hello", ...fields }, { address, claims: false });
  }

  /** Posts as a browser does: the name becomes its own. */
  submit(name: string, key?: string) {
    const post = { name, text: "hello", ...(key === undefined ? {} : { key }) };
    return this.posting.post(post, { address: "a", claims: true });
  }

  get stored(): string[] {
    return this.store.disk.messages.map(({ name, text }) => `${name}: ${text}`);
  }
}

Deno.test("Posting.post() stores names and texts in their normal form", async () => {
  const world = new World();
  const { message, isNew } = await world.say("  Zoe\u0301 \n B ", { text: "a\r\nb \u0007\n\n" });
  assertEquals([message.name, message.text, isNew], ["Zoé B", "a\nb", true]);
});

Deno.test("Posting.post() takes the sender's id, or makes one up", async () => {
  const world = new World();
  assertEquals((await world.say("Ann", { id: "mine" })).message.id, "mine");
  assertEquals((await world.say("Ann")).message.id, "new-id-1");
});

Deno.test("Posting.post() of a stored id answers with what was stored", async () => {
  const world = new World();
  const { message } = await world.say("Ann", { id: "a" });
  const again = await world.say("Ann", { id: "a", text: "other" });
  assertEquals([again.message, again.isNew], [message, false]);
  assertEquals(world.stored, ["Ann: hello"]);
});

Deno.test("Posting.post() stores nothing of what it refuses", async () => {
  const world = new World();
  await world.submit("Bob", BOBS_KEY);
  await assertRefused(world.say("\u200b"), "name_invalid");
  await assertRefused(world.say("Ann", { text: " \n" }), "text_invalid");
  await assertRefused(world.say("Bob"), "name_taken");
  await assertRefused(world.say("Bob", { key: ANNS_KEY }), "name_taken");
  assertEquals(world.stored, ["Bob: hello"]);
});

Deno.test("Posting.post() without a key uses a free name and leaves it free", async () => {
  const world = new World();
  assertEquals((await world.say("Ann")).claim, undefined);
  assertEquals((await world.say("Ann", {}, "another address")).claim, undefined);
  assertEquals((await world.submit("Ann", ANNS_KEY)).claim?.key, ANNS_KEY);
});

Deno.test("Posting.post() with a key makes a free name its own", async () => {
  const world = new World();
  const { claim } = await world.say("Ann", { key: ANNS_KEY });
  assertEquals([claim?.name, claim?.key], ["Ann", ANNS_KEY]);
  await assertRefused(world.say("Ann"), "name_taken");
  await world.say("Ann", { key: ANNS_KEY });
});

Deno.test("Posting.post() claims for a browser, and says the key that proves it", async () => {
  const world = new World();
  const { claim } = await world.submit("Ann");
  assert(claim !== undefined && isKey(claim.key));
  await assertRefused(world.submit("Ann"), "name_taken");
  await world.submit("Ann", claim.key);
});

Deno.test("Posting.post() uses the name as its owner spells it", async () => {
  const world = new World();
  await world.submit("Ann", ANNS_KEY);
  assertEquals((await world.say("ANN", { key: ANNS_KEY })).message.name, "Ann");
});

Deno.test("Posting.post() takes what is no key for none: it claims nothing", async () => {
  const world = new World();
  for (const key of ["", "short", "x".repeat(1000), "no key: 22 characters."]) {
    // The answer would not say which key owns the name, so nobody could ever prove it.
    assertEquals((await world.say("Ann", { key })).claim, undefined);
  }
  await world.submit("Ann", ANNS_KEY);
  await assertRefused(world.say("Ann", { key: "short" }), "name_taken");
});

Deno.test("Posting.post() lets bursts through, then as much as the rate allows", async () => {
  const world = new World({ rate: 5 });
  for (let i = 0; i < 20; i++) await world.say("Ann");
  const error = await assertRefused(world.say("Ann"), "rate_limited");
  assertEquals(error.retryAfterSeconds, 1);
  world.clock.advance(1000);
  for (let i = 0; i < 5; i++) await world.say("Ann");
  await assertRefused(world.say("Ann"), "rate_limited");
  assertEquals(world.stored.length, 25);
});

Deno.test("Posting.post() lets through one message at least, however low the rate", async () => {
  const world = new World({ rate: 0.1 });
  await world.say("Ann");
  assertEquals((await assertRefused(world.say("Ann"), "rate_limited")).retryAfterSeconds, 10);
  world.clock.advance(10_000);
  await world.say("Ann");
});

Deno.test("Posting.post() counts by address, so that a new name or key is no new client", async () => {
  const world = new World({ rate: 1 });
  for (let i = 0; i < 4; i++) await world.say(`name ${i}`, { key: `key-${i}`.padEnd(22, "k") });
  await assertRefused(world.say("Ann"), "rate_limited");
  await assertRefused(world.say("Ann", { key: ANNS_KEY }), "rate_limited");
  await world.say("Ann", {}, "another address");
});

Deno.test("Posting.post() counts who owns a name by their key, wherever they are", async () => {
  const world = new World({ rate: 1 });
  await world.say("Ann", { key: ANNS_KEY }, "a");
  for (let i = 0; i < 4; i++) await world.say("Ann", { key: ANNS_KEY }, `address ${i}`);
  await assertRefused(world.say("Ann", { key: ANNS_KEY }, "b"), "rate_limited");
  // A class behind one address: Ann has had hers, and the others still have theirs.
  for (let i = 0; i < 3; i++) await world.say("Bob", {}, "a");
});

Deno.test("Posting.post() counts nothing that it refuses for another reason", async () => {
  const world = new World({ rate: 1 });
  await world.submit("Bob", BOBS_KEY);
  for (let i = 0; i < 10; i++) await assertRefused(world.say("Bob", {}, "b"), "name_taken");
  for (let i = 0; i < 10; i++) await assertRefused(world.say("", {}, "b"), "name_invalid");
  for (let i = 0; i < 4; i++) await world.say("Ann", {}, "b");
});

Deno.test("Posting.post() that was not saved can be tried again, by a program and by a form", async () => {
  const world = new World();
  world.store.disk.isBroken = true;
  await assertRefused(world.say("Ann", { id: "a" }), "not_saved");
  await assertRefused(world.submit("Bob"), "not_saved");
  world.store.disk.isBroken = false;
  await world.say("Ann", { id: "a" });
  // The page with the refusal brought no cookie: a name claimed for it would be lost to everybody.
  await world.submit("Bob");
  assertEquals(world.stored, ["Ann: hello", "Bob: hello"]);
});

async function assertRefused(posted: Promise<unknown>, code: ErrorCode): Promise<ChatError> {
  const error = await assertRejects(() => posted, ChatError);
  assertEquals(error.code, code);
  return error;
}
