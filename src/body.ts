// Request bodies, read with a limit. Deno has none of its own: a body that is only counted after it
// was read has already filled the memory.

import { ChatError } from "./errors.ts";
import { MAX_BODY_BYTES } from "./limits.ts";

const FORM_TYPES = ["application/x-www-form-urlencoded", "multipart/form-data"];

/** Whether the body of `request` is that of an HTML form. */
export function isForm(request: Request): boolean {
  return FORM_TYPES.includes(mediaType(request));
}

/**
 * Reads a JSON body as text.
 *
 * @throws {ChatError} `unsupported_type`, `too_large`, or `bad_request` for what is no UTF-8 or breaks
 * off.
 */
export async function readJson(request: Request): Promise<string> {
  if (mediaType(request) !== "application/json") {
    throw new ChatError("unsupported_type", "Cannot read this: send it as application/json");
  }
  return decode(await readBytes(request));
}

/**
 * Reads the text fields of a form; of a repeated field the first, of files none.
 *
 * @throws {ChatError} `unsupported_type`, `too_large`, or `bad_request` for a form that is malformed
 * or breaks off.
 */
export async function readForm(request: Request): Promise<Map<string, string>> {
  if (!isForm(request)) {
    throw new ChatError("unsupported_type", "Cannot read this: send it as a form");
  }
  const bytes = await readBytes(request);
  const fields = new Map<string, string>();
  for (const [name, value] of await parseForm(request, bytes)) {
    if (typeof value === "string" && !fields.has(name)) fields.set(name, value);
  }
  return fields;
}

async function parseForm(request: Request, bytes: Uint8Array<ArrayBuffer>): Promise<FormData> {
  const headers = { "content-type": request.headers.get("content-type") ?? "" };
  try {
    return await new Response(bytes, { headers }).formData();
  } catch (cause) {
    throw new ChatError("bad_request", "Cannot read this form: it is malformed", { cause });
  }
}

async function readBytes(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  const announced = Number(request.headers.get("content-length") ?? 0);
  if (announced > MAX_BODY_BYTES) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    // Leaving the loop by a throw cancels the stream, so nothing more is kept of an endless body.
    for await (const chunk of request.body ?? []) {
      length += chunk.length;
      if (length > MAX_BODY_BYTES) throw tooLarge();
      chunks.push(chunk);
    }
  } catch (cause) {
    if (cause instanceof ChatError) throw cause;
    // The client left, or the server stops: no mistake of ours, and nobody will read the answer.
    throw new ChatError("bad_request", "Cannot read this: it ended too early", { cause });
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ChatError("bad_request", "Cannot read this: it is no UTF-8", { cause });
  }
}

function mediaType(request: Request): string {
  return (request.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}

function tooLarge(): ChatError {
  return new ChatError("too_large", `Cannot read this: it is over ${MAX_BODY_BYTES} bytes`);
}
