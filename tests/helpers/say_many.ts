// More than somebody who does not read can be sent: what waits for him, waits in the server.

import type { JsonClient } from "./ws_client.ts";

/** 8000 bytes, the longest text there is. */
export const LONG_TEXT = "\u{1F4A7}".repeat(2000);

/** Long texts that are more than the pipes of a local connection hold, and less than the window. */
export const MORE_THAN_PIPES_HOLD = 2_500;

/** Says `text` `count` times, in portions that the disk is never too far behind. */
export async function sayMany(client: JsonClient, text: string, count: number): Promise<void> {
  for (let said = 0; said < count; said += 100) {
    const ids = Array.from({ length: Math.min(100, count - said) }, () => crypto.randomUUID());
    for (const id of ids) client.send({ type: "send", id, text });
    await client.shown(ids.at(-1) ?? "");
  }
}
