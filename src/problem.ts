// How a refusal looks to a program that speaks HTTP: problem details (RFC 9457).

import { STATUS_TEXT } from "@std/http/status";
import type { ChatError } from "./errors.ts";

/** Returns the answer to a refused request. `allow` goes with `method_not_allowed` only. */
export function problem(error: ChatError, options: { allow?: string } = {}): Response {
  const { code, status, message } = error;
  const title = STATUS_TEXT[status] ?? "Error";
  const body = { type: "about:blank", title, status, detail: message, code };
  return new Response(`${JSON.stringify(body)}\n`, {
    status,
    headers: refusalHeaders(error, {
      "content-type": "application/problem+json",
      ...(code === "method_not_allowed" ? { allow: options.allow ?? "" } : {}),
    }),
  });
}

/** The headers that belong to a refusal whatever its body is. */
export function refusalHeaders(error: ChatError, others: Record<string, string>): Headers {
  const headers = new Headers({ ...others, "cache-control": "no-store" });
  if (error.retryAfterSeconds !== undefined) {
    headers.set("retry-after", String(error.retryAfterSeconds));
  }
  // RFC 9110, section 11.6.1.
  if (error.code === "unauthorized") headers.set("www-authenticate", `Bearer realm="parley"`);
  // RFC 9110, section 15.5.22.
  if (error.code === "upgrade_required") headers.set("upgrade", "websocket");
  return headers;
}
