// Who is asking: the address a request came from, and how the server looks from there.

import { addressKey, isLoopback, type Outside } from "./guard.ts";

/** The sender of one request. */
export interface Visitor {
  /** As caps and rates count it: see `addressKey`. */
  readonly address: string;
  /** From this very machine, and through no proxy. */
  readonly isLocal: boolean;
  readonly outside: Outside;
}

/** What is known of a request before its headers are believed. */
export interface Arrival {
  readonly request: Request;
  /** The address of the other end of the TCP connection. */
  readonly remoteAddress: string;
  readonly isTls: boolean;
  /** Whether the other end is a proxy of ours that tells the truth. */
  readonly trustProxy: boolean;
}

const FORWARDING_HEADERS = [
  "forwarded",
  "via",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-real-ip",
];

/** Reads who sent `request`. Of forwarding headers only the last hop counts: the proxy wrote that. */
export function visitorOf({ request, remoteAddress, isTls, trustProxy }: Arrival): Visitor {
  const { headers } = request;
  const told = (header: string) => trustProxy ? lastHop(headers.get(header)) : undefined;
  const protocol = told("x-forwarded-proto")?.toLowerCase() ?? (isTls ? "https" : "http");
  return {
    address: addressKey(stripPort(told("x-forwarded-for") ?? remoteAddress)),
    isLocal: isLoopback(remoteAddress) && !FORWARDING_HEADERS.some((name) => headers.has(name)),
    outside: {
      protocol: `${protocol}:`,
      host: told("x-forwarded-host") ?? headers.get("host") ?? hostOf(request.url),
    },
  };
}

function lastHop(value: string | null): string | undefined {
  const hop = value?.split(",").at(-1)?.trim();
  return hop === "" ? undefined : hop;
}

// Some proxies write `192.0.2.1:5678` or `[2001:db8::1]:5678`.
function stripPort(address: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(address)?.[1];
  return bracketed ?? address.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, "$1");
}

// HTTP/2 has no Host header; Deno puts `:authority` into the URL.
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : "";
}
