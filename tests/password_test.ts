// The password itself and its tokens. Deriving a key takes some tenths of a second on purpose, so the
// tests share what they can.

import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { Password, TOKEN_SECONDS } from "../src/password.ts";
import { FakeClock } from "./helpers/fake_clock.ts";

const BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

async function make(password: string, clock = new FakeClock()) {
  return await Password.create({ password, date: () => clock.date() });
}

Deno.test("Password.matches() is true for the password and for nothing near it", async () => {
  const password = await make("open sesame");
  assert(password.matches("open sesame"));
  const others = ["", "open", "open sesame ", " open sesame", "Open sesame", "open\0sesame"];
  for (const other of [...others, "open sesame".repeat(2)]) {
    assertEquals(password.matches(other), false, other);
  }
});

Deno.test("Password.matches() a password however its letters are composed", async () => {
  const password = await make("cafe\u0301 👍");
  assert(password.matches("caf\u00e9 👍"));
  assertEquals(password.matches("cafe 👍"), false);
});

Deno.test("Password.accepts() its own token for thirty days and not a second longer", async () => {
  const clock = new FakeClock();
  const password = await make("open sesame", clock);
  const token = await password.issueToken();
  // What a cookie may hold without quotes (RFC 6265, section 4.1.1).
  assertMatch(token, /^\d{10}\.[A-Za-z0-9_-]{43}$/);
  assert(await password.accepts(token));
  clock.advance((TOKEN_SECONDS - 1) * 1000);
  assert(await password.accepts(token));
  clock.advance(1000);
  assertEquals(await password.accepts(token), false);
});

Deno.test("Password.accepts() a token of an earlier run, and none of another password", async () => {
  const token = await (await make("open sesame")).issueToken();
  assert(await (await make("open sesame")).accepts(token));
  assertEquals(await (await make("open sesame!")).accepts(token), false);
});

Deno.test("Password.accepts() no token of which a single character was changed", async () => {
  const password = await make("open sesame");
  const token = await password.issueToken();
  const [expires = "", signature = ""] = token.split(".");
  const later = `${Number(expires) + 1}`;
  const earlier = `${Number(expires) - 1}`;
  for (const other of [later, earlier, `0${expires}`, `${expires}0`]) {
    assertEquals(await password.accepts(`${other}.${signature}`), false, other);
  }
  // The last character has two bits that mean nothing.
  for (let index = 0; index < signature.length - 1; index++) {
    const next = BASE64URL[(BASE64URL.indexOf(signature.charAt(index)) + 1) % 64] ?? "";
    const changed = signature.slice(0, index) + next + signature.slice(index + 1);
    assertNotEquals(changed, signature);
    assertEquals(await password.accepts(`${expires}.${changed}`), false, `${index}`);
  }
});

Deno.test("Password.accepts() takes whatever comes for no token, and never throws", async () => {
  const password = await make("open sesame");
  const signature = (await password.issueToken()).split(".")[1] ?? "";
  const nonsense = [
    "",
    ".",
    "open sesame",
    `.${signature}`,
    `-1.${signature}`,
    `1e11.${signature}`,
    `Infinity.${signature}`,
    `9999999999.${"A".repeat(43)}`,
    `9999999999.${"A".repeat(42)}`,
    `9999999999.${"A".repeat(44)}`,
    `9999999999.${"=".repeat(43)}`,
    `9999999999.${"é".repeat(43)}`,
    `9999999999\n.${signature}`,
    "9".repeat(100_000),
  ];
  for (const token of nonsense) assertEquals(await password.accepts(token), false, token);
});

Deno.test("A token says nothing of the password", async () => {
  const clock = new FakeClock();
  const one = await (await make("open sesame", clock)).issueToken();
  const other = await (await make("open sesamf", clock)).issueToken();
  assertEquals(one.split(".")[0], other.split(".")[0]);
  assertNotEquals(one.split(".")[1], other.split(".")[1]);
});
