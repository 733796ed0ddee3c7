// The door of a room with a password: who may pass, and how often one may try. Open paths are the app's
// business, how a refusal looks too.

import { readCookie } from "./cookies.ts";
import { ChatError } from "./errors.ts";
import { BucketTable } from "./guard.ts";
import type { Password } from "./password.ts";

/** The cookie of a browser that gave the password. */
export const PASS_COOKIE = "parley_pass";

/** Five tries a minute. */
const TRIES = { perSecond: 5 / 60, burst: 5 };

/** Addresses whose tries are remembered. */
const MAX_ADDRESSES = 10_000;

/** What a {@linkcode Door} is made of. */
export interface DoorOptions {
  readonly password: Password;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/** Lets in who has the password. */
export class Door {
  readonly #password: Password;
  readonly #now: () => number;
  readonly #tries = new BucketTable(TRIES, MAX_ADDRESSES);

  constructor({ password, now }: DoorOptions) {
    this.#password = password;
    this.#now = now;
  }

  /**
   * Lets `request` pass when it has the cookie, or the password as `Authorization: Bearer`.
   *
   * @throws {ChatError} `unauthorized`; `rate_limited` when `address` has tried too often.
   */
  async check(request: Request, address: string): Promise<void> {
    const token = readCookie(request, PASS_COOKIE);
    if (token !== undefined && await this.#password.accepts(token)) return;
    const bearer = /^Bearer +(.+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
    if (bearer === undefined) {
      throw new ChatError("unauthorized", "Cannot enter: a password is needed");
    }
    this.#try(readAsUtf8(bearer), address);
  }

  /**
   * Takes the password that was typed and returns a token for the cookie.
   *
   * @throws {ChatError} as {@linkcode check}.
   */
  async enter(given: string, address: string): Promise<string> {
    this.#try(given, address);
    return await this.#password.issueToken();
  }

  // Nothing is awaited between the three steps: of tries that come at the same moment each one counts
  // before the next is looked at.
  #try(given: string, address: string): void {
    this.#tries.assertSome(address, this.#now());
    if (this.#password.matches(given)) return;
    this.#tries.take(address, this.#now());
    throw new ChatError("unauthorized", "Cannot enter: this is not the password");
  }
}

// A header comes as its bytes, one character each; programs write a password in UTF-8 there, as they do
// everywhere.
function readAsUtf8(header: string): string {
  const bytes = Uint8Array.from(header, (byte) => byte.charCodeAt(0));
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    // Then it is one of those that write Latin-1.
    if (error instanceof TypeError) return header;
    throw error;
  }
}
