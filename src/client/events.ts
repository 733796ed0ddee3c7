// What a client tells those who listen. Everything comes in the order in which it happened.

import type { ChatError } from "../errors.ts";
import type { Message } from "../message.ts";
import type { Status } from "./link.ts";

/** One thing that happened. */
export type ClientEvent =
  /** There is a connection, or there is none. */
  | { readonly type: "status"; readonly status: Status }
  /**
   * Forget all messages: these are the newest ones. Comes first, and again when the server could not
   * go on where reading ended (another log, or too much was missed).
   */
  | { readonly type: "reset"; readonly messages: readonly Message[] }
  /**
   * New messages, in order and each only once. Before them `skipped` messages were lost to this
   * reader because it fell too far behind; usually 0.
   */
  | { readonly type: "messages"; readonly messages: readonly Message[]; readonly skipped: number }
  /** The server knows this client by `name`; comes again after every reconnect. */
  | { readonly type: "joined"; readonly name: string }
  /** The name from last time is not to be had any more; another has to be asked for. */
  | { readonly type: "refused"; readonly name: string; readonly error: ChatError }
  /**
   * Who is here now, and whose coming and going is news: not that of those who come back after a
   * connection broke.
   */
  | {
    readonly type: "online";
    readonly names: readonly string[];
    readonly joined: readonly string[];
    readonly left: readonly string[];
  }
  /** Everyone else who is writing; never oneself. */
  | { readonly type: "typing"; readonly names: readonly string[] }
  /** The message of that id was not taken yet, and is sent again by itself. */
  | { readonly type: "delayed"; readonly id: string; readonly error: ChatError }
  /** The server objected to something that is neither a message nor a name. */
  | { readonly type: "error"; readonly error: ChatError };
