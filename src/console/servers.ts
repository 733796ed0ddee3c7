// Which of several servers to ask what has to be known before there is a connection.

import { httpUrl } from "../create_client.ts";

/** How long a server may take to say that it is there. */
const ANSWER_MS = 3_000;

/**
 * The first of `urls` where anything answers; the first of all when none does, or when there is no other:
 * whoever connects then tries them all anyway.
 */
export async function firstReachable(urls: readonly string[]): Promise<string> {
  const [first = ""] = urls;
  if (urls.length === 1) return first;
  for (const url of urls) if (await answers(url)) return url;
  return first;
}

async function answers(url: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const response = await fetch(httpUrl(url, "healthz"), { method: "HEAD", signal });
    await response.body?.cancel();
    return true;
  } catch (error) {
    if (error instanceof TypeError || error instanceof DOMException) return false;
    throw error;
  }
}
