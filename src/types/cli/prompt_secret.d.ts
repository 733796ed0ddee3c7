// The part of @std/cli/prompt-secret that Parley uses; npm:deno-std carries no types of its own.

/** Asks in the terminal; `null` when there is none. An empty `mask` shows nothing. */
export declare function promptSecret(message?: string, options?: { mask?: string }): string | null;
