// How a refusal looks to a program that speaks HTTP.

import { assert, assertEquals } from "@std/assert";
import { ChatError, ERROR_CODES } from "../src/errors.ts";
import { problem, refusalHeaders } from "../src/problem.ts";

for (const code of ERROR_CODES) {
  Deno.test(`problem() answers ${code} with its status and as problem details`, async () => {
    const error = new ChatError(code, 'Cannot do "this": \u2028 why');
    const response = problem(error);
    assertEquals(response.status, error.status);
    assertEquals(response.headers.get("content-type"), "application/problem+json");
    assertEquals(response.headers.get("cache-control"), "no-store");
    const { title, ...body } = await response.json();
    assertEquals(body, {
      type: "about:blank",
      status: error.status,
      detail: 'Cannot do "this": \u2028 why',
      code,
    });
    // RFC 9457, section 4.2.1: with "about:blank" the title is that of the status.
    assert(/^[A-Z][A-Za-z ]+$/.test(title) && title !== "Error", title);
  });
}

Deno.test("problem() names the status as RFC 9110 does", async () => {
  assertEquals((await problem(new ChatError("not_found", "…")).json()).title, "Not Found");
  assertEquals(
    (await problem(new ChatError("rate_limited", "…")).json()).title,
    "Too Many Requests",
  );
});

Deno.test("problem() ends with a line break, for who reads it in a terminal", async () => {
  assert((await problem(new ChatError("not_found", "…")).text()).endsWith("}\n"));
});

Deno.test("problem() says nothing of the cause", async () => {
  const cause = new Error("/home/ann/data: secret");
  assert(!(await problem(new ChatError("internal", "…", { cause })).text()).includes("secret"));
});

Deno.test("problem() says which methods are allowed, with method_not_allowed only", () => {
  const allow = "GET, HEAD";
  const allowOf = (code: "method_not_allowed" | "not_found") =>
    problem(new ChatError(code, "…"), { allow }).headers.get("allow");
  assertEquals(allowOf("method_not_allowed"), allow);
  assertEquals(allowOf("not_found"), null);
});

Deno.test("refusalHeaders() says when to try again, if the refusal knows", () => {
  const headers = (error: ChatError) => refusalHeaders(error, {});
  const limited = new ChatError("rate_limited", "…", { retryAfterSeconds: 3 });
  assertEquals(headers(limited).get("retry-after"), "3");
  assertEquals(headers(new ChatError("rate_limited", "…")).get("retry-after"), null);
});

Deno.test("refusalHeaders() names the protocol to upgrade to, with upgrade_required only", () => {
  const upgradeOf = (code: "upgrade_required" | "not_found") =>
    refusalHeaders(new ChatError(code, "…"), {}).get("upgrade");
  assertEquals(upgradeOf("upgrade_required"), "websocket");
  assertEquals(upgradeOf("not_found"), null);
});

Deno.test("refusalHeaders() keeps the headers it is given, and lets no cache keep a refusal", () => {
  const headers = refusalHeaders(new ChatError("not_found", "…"), {
    "content-type": "text/html",
    "cache-control": "public",
  });
  assertEquals(headers.get("content-type"), "text/html");
  assertEquals(headers.get("cache-control"), "no-store");
});
