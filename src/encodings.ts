// The frames of one flush. Connections of one dialect at one cursor share one encoding, so a message to
// many costs as much to write as a message to one.

import type { Connection } from "./connection.ts";
import type { ReadonlyHistory } from "./history.ts";
import { LIVE_FRAME_BYTES, MAX_FRAME_BYTES } from "./limits.ts";
import type { StoredMessage } from "./message.ts";
import type { Dialect } from "./protocol.ts";

/** What a connection is sent in one flush. */
export interface Encoded {
  readonly frames: readonly string[];
  /** The cursor after these frames. */
  readonly next: number;
  readonly messages: number;
  /** Messages before them that fell out of the window. */
  readonly skipped: number;
}

/** Encodes what follows a cursor, once. Good for as long as nothing is appended. */
export class Encodings {
  readonly #history: ReadonlyHistory;
  readonly #byDialect = new Map<Dialect, Map<number, Encoded>>();

  constructor(history: ReadonlyHistory) {
    this.#history = history;
  }

  /** What follows the cursor of `connection`, as far as it fits in one flush. */
  of({ dialect, cursor }: Pick<Connection, "dialect" | "cursor">): Encoded {
    let byCursor = this.#byDialect.get(dialect);
    if (byCursor === undefined) this.#byDialect.set(dialect, byCursor = new Map());
    let encoded = byCursor.get(cursor);
    if (encoded === undefined) byCursor.set(cursor, encoded = this.#encode(dialect, cursor));
    return encoded;
  }

  #encode(dialect: Dialect, cursor: number): Encoded {
    const batch = this.#history.fitting(cursor, MAX_FRAME_BYTES);
    const skipped = Math.max(0, this.#history.start - cursor);
    const frames = split(batch, LIVE_FRAME_BYTES).flatMap((part, index) =>
      dialect.messages(part, index === 0 ? skipped : 0)
    );
    const next = cursor + skipped + batch.length;
    return { frames, next, messages: batch.length, skipped };
  }
}

/** Parts of `maxBytes` at most, in order, none empty; a message that is larger has one to itself. */
function split(messages: readonly StoredMessage[], maxBytes: number): StoredMessage[][] {
  const parts: StoredMessage[][] = [];
  let bytes = Infinity;
  for (const message of messages) {
    bytes += message.bytes;
    if (bytes > maxBytes) {
      parts.push([]);
      bytes = message.bytes;
    }
    parts.at(-1)?.push(message);
  }
  return parts;
}
