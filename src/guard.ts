// Who may come in and how much they may ask for: host rule, origin rule, rates, connection caps. Pure
// but for what it counts; the time is passed in.

import { ChatError } from "./errors.ts";
import { burstOf } from "./limits.ts";

/** The outside of a request, as the client sees the server. */
export interface Outside {
  /** `http:` or `https:`. */
  readonly protocol: string;
  /** Name or address with the port, as in a Host header. */
  readonly host: string;
}

/** Names under these are never in the public DNS (RFC 6761, 6762, 8375; ICANN on `.internal`). */
const PRIVATE_SUFFIXES = [".localhost", ".local", ".lan", ".home.arpa", ".internal"];

/**
 * The host rule, against DNS rebinding: a page of another site can point its own name at this server,
 * and its scripts then count as same-origin. Such a name is a public one, so only addresses and
 * private names are answered, and what `allowed` lists (`*`: everything).
 *
 * @throws {ChatError} `host`.
 */
export function checkHost(host: string, allowed: readonly string[]): void {
  if (allowed.includes("*")) return;
  const name = hostName(host);
  const isAddress = name.startsWith("[") || /^\d+\.\d+\.\d+\.\d+$/.test(name);
  const isPrivate = name !== "" && !name.includes(".") ||
    PRIVATE_SUFFIXES.some((suffix) => name.endsWith(suffix));
  const isAllowed = name !== "" && allowed.some((other) => hostName(other) === name);
  if (isAddress || isPrivate || isAllowed) return;
  throw new ChatError(
    "host",
    `Cannot answer under this name; if it is yours, start the server with --allow-host ${
      name === "" ? "NAME" : name
    }`,
  );
}

/** What the origin rule looks at. */
export interface OriginRequest {
  readonly headers: Headers;
  readonly outside: Outside;
}

/**
 * The origin rule, for upgrades and posts: a browser says where its page is from, and only pages of
 * this server and of the `allowed` origins may speak for the person before it. Who sends no `Origin`
 * is no browser, unless `Sec-Fetch-Site` says otherwise.
 *
 * @throws {ChatError} `origin`.
 */
export function checkOrigin(request: OriginRequest, allowed: readonly string[]): void {
  const { headers, outside } = request;
  const origin = headers.get("origin");
  const site = headers.get("sec-fetch-site");
  if (origin === null && site !== "cross-site" && site !== "same-site") return;
  if (origin !== null) {
    const own = parseOrigin(`${outside.protocol}//${outside.host}`);
    const theirs = parseOrigin(origin);
    if (theirs !== undefined && theirs === own) return;
    if (theirs !== undefined && allowed.some((other) => parseOrigin(other) === theirs)) return;
  }
  throw new ChatError(
    "origin",
    "Cannot accept this from a page of another address; whoever runs the server can allow it with " +
      "--allow-origin, or --trust-proxy behind a proxy",
  );
}

/** `scheme://host[:port]` in its one normal form, or `undefined` when `value` is no such thing. */
export function parseOrigin(value: string): string | undefined {
  if (!/^https?:\/\/[^/\\?#@\s]+$/i.test(value)) return undefined;
  return URL.canParse(value) ? new URL(value).origin : undefined;
}

/** The name in a Host header: lower case, without port and final dot; "" when it is none. */
function hostName(host: string): string {
  if (/[/?#@\\\s]/.test(host) || !URL.canParse(`http://${host}`)) return "";
  return new URL(`http://${host}`).hostname.replace(/\.$/, "");
}

/** A network address as the caps and rates count it: IPv4 whole, IPv6 by its /64. */
export function addressKey(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.replace(/%.*$/, "").toLowerCase().split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...new Array<string>(zeros).fill("0"), ...right];
  return groups.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, "")).join(":") + "::/64";
}

/** Whether `address` is this machine's own (RFC 1122, section 3.2.1.3; RFC 4291, section 2.5.3). */
export function isLoopback(address: string): boolean {
  return address === "::1" || /^(::ffff:)?127\.\d+\.\d+\.\d+$/i.test(address);
}

/** How much of something a client may ask for. */
export interface Rate {
  /** Tokens that come back a second. */
  readonly perSecond: number;
  /** Tokens there are at most. */
  readonly burst: number;
}

/** The rate of messages that `--rate` allows; 0 there means that nothing is limited. */
export function messageRate(perSecond: number): Rate {
  return perSecond === 0
    ? { perSecond: Infinity, burst: Infinity }
    : { perSecond, burst: burstOf(perSecond) };
}

/** A token bucket. Time that goes backwards adds nothing. */
export class TokenBucket {
  readonly #rate: Rate;
  #tokens: number;
  #at: number;

  /** Full at `now`, in milliseconds. */
  constructor(rate: Rate, now: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#at = now;
  }

  /** The seconds until there is a token, 0 when there is one; takes none. */
  wait(now: number): number {
    if (this.#rate.perSecond === Infinity) return 0;
    const gained = Math.max(0, now - this.#at) / 1000 * this.#rate.perSecond;
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + gained);
    this.#at = Math.max(this.#at, now);
    return Math.max(0, 1 - this.#tokens) / this.#rate.perSecond;
  }

  /** Takes one token. Returns 0 when there was one, else the seconds until there will be. */
  take(now: number): number {
    const seconds = this.wait(now);
    if (seconds === 0) this.#tokens -= 1;
    return seconds;
  }
}

/** Buckets by key that a client can choose, so there is a most of them: the least used goes. */
export class BucketTable {
  readonly #rate: Rate;
  readonly #max: number;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(rate: Rate, max: number) {
    this.#rate = rate;
    this.#max = max;
  }

  /** Takes one token of `key`. @throws {ChatError} `rate_limited` when there is none. */
  take(key: string, now: number): void {
    assertNoWait(this.#bucket(key, now).take(now));
  }

  /** Takes none. @throws {ChatError} `rate_limited` when `key` has no token. */
  assertSome(key: string, now: number): void {
    assertNoWait(this.#buckets.get(key)?.wait(now) ?? 0);
  }

  #bucket(key: string, now: number): TokenBucket {
    const bucket = this.#buckets.get(key) ?? new TokenBucket(this.#rate, now);
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    for (const oldest of this.#buckets.keys()) {
      if (this.#buckets.size <= this.#max) break;
      this.#buckets.delete(oldest);
    }
    return bucket;
  }
}

/** @throws {ChatError} `rate_limited` unless `waitSeconds` is 0. */
export function assertNoWait(waitSeconds: number): void {
  if (waitSeconds === 0) return;
  const retryAfterSeconds = Math.max(1, Math.ceil(waitSeconds));
  throw new ChatError(
    "rate_limited",
    `Cannot send so fast: try again in ${retryAfterSeconds} s`,
    { retryAfterSeconds },
  );
}

/** The most sockets at once. */
export interface Caps {
  readonly total: number;
  /** For one address; 0 means that only the total counts. */
  readonly perAddress: number;
}

/** Counts sockets from before their upgrade until they are really gone. */
export class Admissions {
  readonly #caps: Caps;
  #size = 0;
  readonly #byAddress = new Map<string, number>();

  constructor(caps: Caps) {
    this.#caps = caps;
  }

  /** How many there are. */
  get size(): number {
    return this.#size;
  }

  /**
   * Admits one socket of `address` (an {@linkcode addressKey}). Call what it returns when the socket
   * is gone; calling it again changes nothing.
   *
   * @throws {ChatError} `too_many_connections`.
   */
  admit(address: string): () => void {
    const { total, perAddress } = this.#caps;
    if (this.#size >= total) throw tooMany("the server has as many as it takes");
    if (perAddress > 0 && this.#countOf(address) >= perAddress) {
      throw tooMany("your address has as many as it may; see --max-per-address");
    }
    this.#add(address, 1);
    let isIn = true;
    return () => {
      if (isIn) this.#add(address, -1);
      isIn = false;
    };
  }

  #countOf(address: string): number {
    return this.#byAddress.get(address) ?? 0;
  }

  #add(address: string, change: number): void {
    this.#size += change;
    const count = this.#countOf(address) + change;
    if (count > 0) this.#byAddress.set(address, count);
    else this.#byAddress.delete(address);
  }
}

function tooMany(why: string): ChatError {
  return new ChatError("too_many_connections", `Cannot open one more connection: ${why}`, {
    retryAfterSeconds: 10,
  });
}
