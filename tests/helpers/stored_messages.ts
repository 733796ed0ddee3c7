// Messages as a store would hand them over.

import { type Message, type StoredMessage, toStored } from "../../src/message.ts";

/** The message of that `seq`, said by Ann unless `fields` say otherwise. */
export function stored(seq: number, fields: Partial<Message> = {}): StoredMessage {
  return toStored({
    seq,
    id: `id-${seq}`,
    name: "Ann",
    text: `text ${seq}`,
    time: "2026-11-21T22:48:56.799Z",
    ...fields,
  });
}

/** The messages from `first` to `last`, both included. */
export function storedRange(first: number, last: number): StoredMessage[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => stored(first + i));
}

/** Only the `seq` of each message. */
export function seqs(messages: readonly { readonly seq: number }[]): number[] {
  return messages.map(({ seq }) => seq);
}
