// The door: who passes, and how often one may try.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Door, PASS_COOKIE } from "../src/door.ts";
import { ChatError, type ErrorCode } from "../src/errors.ts";
import { Password } from "../src/password.ts";
import { FakeClock } from "./helpers/fake_clock.ts";

const SECRET = "pässwörd 👍";
const clock = new FakeClock();
// One for all tests: nothing of it changes, and to make it takes a while on purpose.
const password = await Password.create({ password: SECRET, date: () => clock.date() });

function world() {
  const time = new FakeClock();
  return { time, door: new Door({ password, now: () => time.now() }) };
}

function request(headers: Record<string, string>): Request {
  return new Request("http://localhost/", { headers });
}

/** `password` in a header: its UTF-8, one character a byte. */
function bearer(given: string): Request {
  const bytes = new TextEncoder().encode(given);
  return request({ authorization: `Bearer ${String.fromCharCode(...bytes)}` });
}

async function assertRefused(tried: Promise<unknown>, code: ErrorCode): Promise<ChatError> {
  const error = await assertRejects(() => tried, ChatError);
  assertEquals(error.code, code);
  return error;
}

Deno.test("Door.check() lets nobody pass who brings nothing, or something else", async () => {
  const { door } = world();
  const token = await password.issueToken();
  const headers: Record<string, string>[] = [
    {},
    { cookie: `other=${token}` },
    { cookie: `${PASS_COOKIE}=` },
    { cookie: `${PASS_COOKIE}=${SECRET.normalize("NFKD").replace(/[^ -~]/g, "")}` },
    { authorization: `Basic ${btoa("ann:secret")}` },
    { authorization: "Bearer" },
    { authorization: token },
  ];
  for (const each of headers) await assertRefused(door.check(request(each), "a"), "unauthorized");
});

Deno.test("Door.check() lets pass who has the cookie that enter() gave", async () => {
  const { door } = world();
  const token = await door.enter(SECRET, "a");
  await door.check(request({ cookie: `a=b; ${PASS_COOKIE}=${token}` }), "a");
  await door.check(request({ cookie: `${PASS_COOKIE}=${token}` }), "elsewhere");
});

Deno.test("Door.check() lets pass who sends the password as UTF-8 or Latin-1", async () => {
  const { door } = world();
  await door.check(bearer(SECRET), "a");
  const latin = await Password.create({ password: "pässwörd", date: () => clock.date() });
  const other = new Door({ password: latin, now: () => 0 });
  await other.check(request({ authorization: "bearer  pässwörd" }), "a");
});

Deno.test("Door.check() takes the password when the cookie is an old one", async () => {
  const { door } = world();
  const headers = new Headers(bearer(SECRET).headers);
  headers.set("cookie", `${PASS_COOKIE}=1.${"A".repeat(43)}`);
  await door.check(new Request("http://localhost/", { headers }), "a");
});

Deno.test("Door gives an address five wrong tries, then one every twelve seconds", async () => {
  const { door, time } = world();
  for (let n = 0; n < 5; n++) await assertRefused(door.enter(`wrong ${n}`, "a"), "unauthorized");
  const refusal = await assertRefused(door.enter("wrong", "a"), "rate_limited");
  assertEquals(refusal.retryAfterSeconds, 12);
  time.advance(11_999);
  await assertRefused(door.enter("wrong", "a"), "rate_limited");
  time.advance(1);
  await assertRefused(door.enter("wrong", "a"), "unauthorized");
  await assertRefused(door.enter("wrong", "a"), "rate_limited");
});

Deno.test("Door tells an address without tries not even that it is right", async () => {
  const { door } = world();
  for (let n = 0; n < 5; n++) await assertRefused(door.enter("wrong", "a"), "unauthorized");
  await assertRefused(door.enter(SECRET, "a"), "rate_limited");
  await assertRefused(door.check(bearer(SECRET), "a"), "rate_limited");
  await door.enter(SECRET, "b");
});

Deno.test("Door counts tries of the page and of programs together, at one moment too", async () => {
  const { door } = world();
  const tries = Array.from(
    { length: 20 },
    (_, n) => n % 2 === 0 ? door.enter("wrong", "a") : door.check(bearer("wrong"), "a"),
  );
  const codes = (await Promise.allSettled(tries)).map((each) =>
    each.status === "rejected" && each.reason instanceof ChatError ? each.reason.code : "none"
  );
  assertEquals(codes.filter((code) => code === "unauthorized").length, 5);
  assertEquals(codes.filter((code) => code === "rate_limited").length, 15);
});

Deno.test("Door counts no try for who is right, has a cookie, or brings nothing", async () => {
  const { door } = world();
  const token = await door.enter(SECRET, "a");
  for (let n = 0; n < 20; n++) {
    await door.enter(SECRET, "a");
    await door.check(bearer(SECRET), "a");
    await door.check(request({ cookie: `${PASS_COOKIE}=${token}` }), "a");
    await assertRefused(door.check(request({}), "a"), "unauthorized");
  }
  for (let n = 0; n < 5; n++) await assertRefused(door.enter("wrong", "a"), "unauthorized");
  // Those who are in stay in, whatever somebody else tries from their address.
  await door.check(request({ cookie: `${PASS_COOKIE}=${token}` }), "a");
});

Deno.test("Door's refusals say nothing of what was typed", async () => {
  const { door } = world();
  const refusal = await assertRefused(door.enter("opensesame", "a"), "unauthorized");
  assert(!refusal.message.includes("opensesame"));
});
