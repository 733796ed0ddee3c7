// Who this client was the last time: its name, and the key that proves it to the server.

import { isObjectOf, isOptional, isString, parseAs } from "./guards.ts";
import type { KeyValueStorage } from "./platform.ts";

/** A name and its proof; either may be unknown. */
export interface Identity {
  readonly name?: string;
  /** A secret of this device. It may prove several names, so changing back and forth works. */
  readonly key?: string;
}

/** Where the identity lies in its storage. */
export const IDENTITY_KEY = "parley.identity";

const isIdentity = isObjectOf<Identity>({
  name: isOptional(isString),
  key: isOptional(isString),
});

/** Returns what was saved; what does not fit counts as nothing. */
export function loadIdentity(storage: KeyValueStorage): Identity {
  return parseAs(storage.getItem(IDENTITY_KEY), isIdentity) ?? {};
}

/** Saves `identity` in place of what was there. */
export function saveIdentity(storage: KeyValueStorage, identity: Identity): void {
  storage.setItem(IDENTITY_KEY, JSON.stringify(identity));
}
