// The password of a room: whether somebody knows it, and the cookie that says they did. Knows nothing of
// requests; how often one may try is the door's business.

import { createHash, timingSafeEqual } from "node:crypto";

/** How long a browser that gave the password is let in: 30 days. */
export const TOKEN_SECONDS = 30 * 24 * 60 * 60;

/** What a {@linkcode Password} is made of. */
export interface PasswordOptions {
  readonly password: string;
  /** The time of day, which outlives a restart. */
  readonly date: () => Date;
}

// A stolen cookie must not be a cheap way to try passwords at home (OWASP, "Password Storage").
const PBKDF2 = {
  name: "PBKDF2",
  hash: "SHA-256",
  iterations: 600_000,
  salt: new TextEncoder().encode("parley cookie v1"),
};
const HMAC = { name: "HMAC", hash: "SHA-256", length: 256 };

const encoder = new TextEncoder();

/**
 * A shared secret. Its tokens are signed with a key that is derived from it, so they outlive a restart
 * and end with a change of the password.
 */
export class Password {
  readonly #key: CryptoKey;
  readonly #digest: Uint8Array;
  readonly #date: () => Date;

  private constructor(key: CryptoKey, { password, date }: PasswordOptions) {
    this.#key = key;
    this.#digest = digestOf(password);
    this.#date = date;
  }

  /** Derives the key of the tokens, which takes some tenths of a second on purpose. */
  static async create(options: PasswordOptions): Promise<Password> {
    const bytes = encoder.encode(normalized(options.password));
    const raw = await crypto.subtle.importKey("raw", bytes, "PBKDF2", false, ["deriveKey"]);
    const key = await crypto.subtle.deriveKey(PBKDF2, raw, HMAC, false, ["sign", "verify"]);
    return new Password(key, options);
  }

  /** Whether `given` is the password, in a time that does not depend on where or how it differs. */
  matches(given: string): boolean {
    return timingSafeEqual(digestOf(given), this.#digest);
  }

  /** A token that lets in for {@linkcode TOKEN_SECONDS}: characters that need no quoting in a cookie. */
  async issueToken(): Promise<string> {
    const expires = `${Math.floor(this.#date().getTime() / 1000) + TOKEN_SECONDS}`;
    const signature = await crypto.subtle.sign("HMAC", this.#key, signed(expires));
    const text = new Uint8Array(signature).toBase64({ alphabet: "base64url", omitPadding: true });
    return `${expires}.${text}`;
  }

  /** Whether `token` was issued for this password and has not expired. Never throws. */
  async accepts(token: string): Promise<boolean> {
    const [, expires, text] = /^(\d{1,12})\.([A-Za-z0-9_-]{43})$/.exec(token) ?? [];
    if (expires === undefined || text === undefined) return false;
    if (Number(expires) * 1000 <= this.#date().getTime()) return false;
    const signature = Uint8Array.fromBase64(text, { alphabet: "base64url" });
    return await crypto.subtle.verify("HMAC", this.#key, signature, signed(expires));
  }
}

function signed(expires: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(`token ${expires}`);
}

// Digests have one length, so that comparing them cannot tell the length of the password.
function digestOf(password: string): Uint8Array {
  return createHash("sha256").update(normalized(password)).digest();
}

// What one keyboard composes another one sends in pieces (RFC 8265, section 4.2.2).
function normalized(password: string): string {
  return password.normalize("NFC");
}
