import { assertEquals } from "@std/assert";
import { readCookie } from "../src/cookies.ts";

function read(cookie: string | undefined, name: string): string | undefined {
  return readCookie({ headers: new Headers(cookie === undefined ? {} : { cookie }) }, name);
}

Deno.test("readCookie() finds a cookie among others", () => {
  assertEquals(read("a=1; parley_key=x=y==; b=2", "parley_key"), "x=y==");
  assertEquals(read(" parley_key = x ", "parley_key"), "x");
  assertEquals(read("parley_key=", "parley_key"), "");
  assertEquals(read("a=1; a=2", "a"), "1");
});

Deno.test("readCookie() finds none where there is none", () => {
  for (
    const cookie of [undefined, "", "parley_key", "xparley_key=1", "a=parley_key=1", "PARLEY_KEY=1"]
  ) {
    assertEquals(read(cookie, "parley_key"), undefined, cookie);
  }
  for (const name of ["__proto__", "constructor", "toString", ""]) {
    assertEquals(read("a=1", name), undefined);
  }
});

Deno.test("readCookie() is not disturbed by what other programs of the host have set", () => {
  for (const other of ["=", "=x", ";", "; ;", "a;", "\u00e9=\u00ff", '"', "a=b;;"]) {
    assertEquals(read(`${other}; parley_key=mine`, "parley_key"), "mine", other);
    assertEquals(read(`parley_key=mine;${other}`, "parley_key"), "mine", other);
  }
});
