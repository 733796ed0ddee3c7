// Where a server's log ends, asked before reading begins.

import { httpUrl, passwordHeaders } from "../create_client.ts";
import { StartError } from "../errors.ts";
import { parseSince, type Since } from "../protocol.ts";

/**
 * The place of the newest message of the server at `url`: a client with this as its `since` reads
 * everything that comes after the call.
 *
 * @throws {StartError} when the server cannot be reached or is no Parley.
 */
export async function fetchPlace(url: string, password?: string): Promise<Since> {
  let body: unknown;
  try {
    const response = await fetch(httpUrl(url, "messages.json"), {
      headers: passwordHeaders(password),
    });
    body = JSON.parse(await response.text());
  } catch (cause) {
    if (cause instanceof SyntaxError) throw noParley(url);
    throw new StartError(`Cannot reach "${url}": is the server running there?`, { cause });
  }
  if (!isObject(body) || !Array.isArray(body["messages"])) throw noParley(url);
  const last: unknown = body["messages"].at(-1);
  const place = parseSince(`${body["log"]}:${isObject(last) ? last["seq"] : 0}`);
  if (place === undefined) throw noParley(url);
  return place;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function noParley(url: string): StartError {
  return new StartError(`Cannot read from "${url}": what answers there is no Parley`);
}
