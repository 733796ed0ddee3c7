// The headless client with the real things: the global WebSocket, clock and randomness of Deno, Node
// and browsers. What programs start from; `src/client/` itself takes everything as an argument.

import { ChatClient } from "./client/client.ts";
import type { ChatClientOptions } from "./client/platform.ts";
import { systemClock } from "./clock.ts";

/** What {@linkcode createClient} needs; the rest of a client's options has good defaults. */
export interface CreateClientOptions extends Partial<Omit<ChatClientOptions, "url">> {
  /**
   * The server, as `http://host:port` or with https, ws or wss; or several of one cluster, the first of
   * which is where it begins.
   */
  readonly url: string | readonly string[];
  /**
   * The password of the room, where it has one. Deno and Node only: in a browser the server's page asks,
   * and a socket cannot carry it.
   */
  readonly password?: string;
}

/**
 * Makes a client of the Parley server at `url`. It does nothing before `connect`.
 *
 * @throws {TypeError} when a `url` is no http, https, ws or wss address, or there is none.
 *
 * @example
 * ```ts
 * import { createClient } from "./create_client.ts";
 *
 * const client = createClient({ url: "http://localhost:8000" });
 * client.connect();
 * await client.join("ci");
 * await client.send("deployed"); // resolves when it is stored
 * client.close();
 * ```
 */
export function createClient({ password, ...options }: CreateClientOptions): ChatClient {
  const urls = [options.url].flat();
  if (urls.length === 0) throw new TypeError("Cannot connect: there is no address");
  return new ChatClient({
    openSocket: (url, protocol) => openSocket(url, protocol, password),
    timer: systemClock,
    random: Math.random,
    newId: () => crypto.randomUUID(),
    ...options,
    url: urls.map(socketUrl),
  });
}

/** Opens a socket to a room, with its password where it has one. */
export function openSocket(url: string, protocol: string, password?: string): WebSocket {
  return password === undefined
    ? new WebSocket(url, protocol)
    : new WebSocket(url, { protocols: [protocol], headers: passwordHeaders(password) });
}

/** The headers with which a program enters a room that has a password; none for one that has none. */
export function passwordHeaders(password: string | undefined): Record<string, string> {
  if (password === undefined) return {};
  // A header takes bytes, one character each.
  const bytes = new TextEncoder().encode(password);
  return { authorization: `Bearer ${String.fromCharCode(...bytes)}` };
}

/**
 * The address of a server's socket. A path is kept, for servers behind a proxy: `http://host/chat`
 * is `ws://host/chat/ws`.
 *
 * @throws {TypeError} when `address` is no http, https, ws or wss address.
 */
export function socketUrl(address: string): string {
  return serverUrl(address, { scheme: "ws", path: "ws" });
}

/** The address of `path` on the same server. @throws {TypeError} as {@linkcode socketUrl}. */
export function httpUrl(address: string, path: string): string {
  return serverUrl(address, { scheme: "http", path });
}

function serverUrl(address: string, { scheme, path }: { scheme: string; path: string }): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^(http|ws)s?:$/.test(url.protocol) || url.hostname === "") {
    throw new TypeError(
      `Cannot connect to "${address}": it must be an address such as http://localhost:8000`,
    );
  }
  url.protocol = url.protocol.replace(/^(http|ws)/, scheme);
  url.pathname = url.pathname.replace(/\/(ws)?$/, "") + `/${path}`;
  url.search = "";
  url.hash = "";
  return url.href;
}
