// The promises that every store of messages keeps. One machine or many differ in which one is made.

import { ChatError } from "./errors.ts";
import type { Draft, StoredMessage } from "./message.ts";

/**
 * Drafts that may wait to be stored; more are refused, so that a disk or a network that is stuck does not
 * fill memory.
 */
export const MAX_WAITING = 4096;

/** What became of a draft. */
export interface Appended {
  readonly message: StoredMessage;
  /** False when this id was stored before: `message` is then what was stored, whatever was sent. */
  readonly isNew: boolean;
}

/**
 * One ordered log of messages.
 *
 * - **Stored before shown.** `append` resolves, and `tail` is told, only when the message would be
 *   there after the process or the machine dies.
 * - **One order.** `seq` rises; drafts appended one after another are stored in that order.
 * - **Idempotent.** A draft whose id is in the log, or on its way into it, adds nothing and resolves
 *   with the one message of that id. How far back ids are known is each store's to say.
 * - **All or nothing.** A refused draft is not stored, and the same draft may be tried again, at any
 *   time: its id is stored once, whatever became of the tries before. Only where the store is on the other
 *   side of a network can it happen that nobody knows: a draft that was refused because no answer came in
 *   time may be stored, and is then shown under its id to everyone, its sender too.
 * - **An answer in time.** A store that hangs refuses, too. What the late write of a file saved after all
 *   counts as refused and is overwritten, never shown late: the sender has been told, and may have said it
 *   anew in other words. Only a process that dies before the next write finds it stored when it starts again.
 */
export interface MessageStore {
  /** The id of this log. It changes when what readers have seen may no longer be what is stored. */
  readonly log: string;

  /**
   * What the log held when it was opened, oldest first: the history asked for, as far as there is one, and
   * more where the store has more, for readers who come from elsewhere.
   */
  readonly recent: readonly StoredMessage[];

  /**
   * Has `deliver` called with every message stored from now on, in order, in batches as they were
   * stored, before the `append` of any message of the batch resolves. One reader, set once.
   *
   * `restart` is called when what was delivered and what comes next are no longer one log: somebody else
   * removed it, or so much was said in the meantime that the store no longer has all of it. It brings what
   * there is now, as `recent` did, and the next batch follows that. A store that nobody else can touch
   * never calls it.
   */
  tail(
    deliver: (batch: readonly StoredMessage[]) => void,
    restart?: (messages: readonly StoredMessage[]) => void,
  ): void;

  /**
   * Stores a draft.
   *
   * @throws {ChatError} `not_saved` when it could not be stored, now or within what the store calls
   * a reasonable time.
   */
  append(draft: Draft): Promise<Appended>;

  /** Why a draft would be refused now, as far as the store knows; `undefined` when all is well. */
  readonly trouble: ChatError | undefined;

  /** Stores what was appended before, refuses what comes after, and lets go of everything held. */
  close(): Promise<void>;
}

/** The refusal of a draft that could not be stored. */
export function notSaved(why: string, cause?: unknown): ChatError {
  return new ChatError("not_saved", `Cannot save the message: ${why}; try again`, { cause });
}
