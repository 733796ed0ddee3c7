import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import {
  ChatError,
  ERROR_CODES,
  type ErrorCode,
  reasonOf,
  StartError,
  toChatError,
} from "../src/errors.ts";

Deno.test("ChatError has the HTTP status that its code stands for", () => {
  const statuses: Record<ErrorCode, number> = {
    bad_request: 400,
    name_invalid: 400,
    text_invalid: 400,
    unauthorized: 401,
    not_joined: 403,
    origin: 403,
    forbidden: 403,
    not_found: 404,
    method_not_allowed: 405,
    name_taken: 409,
    too_large: 413,
    unsupported_type: 415,
    host: 421,
    upgrade_required: 426,
    rate_limited: 429,
    internal: 500,
    not_saved: 503,
    too_many_connections: 503,
  };
  const actual = ERROR_CODES.map((code) => [code, new ChatError(code, "no").status]);
  assertEquals(Object.fromEntries(actual), statuses);
});

Deno.test("ChatError carries its sentence, the cause and the seconds to wait", () => {
  const cause = new Error("disk full");
  const error = new ChatError("not_saved", "Cannot save", { cause, retryAfterSeconds: 3 });
  assert(error instanceof Error);
  assertEquals([error.name, error.message, error.retryAfterSeconds], [
    "ChatError",
    "Cannot save",
    3,
  ]);
  assertStrictEquals(error.cause, cause);
  assertEquals(new ChatError("not_saved", "Cannot save").retryAfterSeconds, undefined);
});

Deno.test("toChatError() returns a refusal as it is", () => {
  const error = new ChatError("host", "no");
  assertStrictEquals(toChatError(error), error);
});

Deno.test("toChatError() hides what is no refusal and keeps it as the cause", () => {
  for (const thrown of [new Error("/etc/secret: denied"), "secret", undefined, { secret: 1 }]) {
    const error = toChatError(thrown);
    assertEquals([error.code, error.status], ["internal", 500]);
    assert(!error.message.includes("secret"));
    assertStrictEquals(error.cause, thrown);
  }
});

Deno.test("reasonOf() is the message of an error, and never what else was thrown", () => {
  assertEquals(reasonOf(new TypeError("in use")), "in use");
  assertEquals(reasonOf("secret"), "for an unknown reason");
});

Deno.test("StartError ends the process with status 1 unless the usage was wrong", () => {
  const cause = new Error("in use");
  assertEquals(new StartError("Cannot start").exitStatus, 1);
  assertEquals(new StartError("Cannot start", { exitStatus: 2 }).exitStatus, 2);
  assertStrictEquals(new StartError("Cannot start", { cause }).cause, cause);
});
