// From a request to a response: which route, which rules, which headers, and how a refusal looks. Every
// answer leaves through here, so none can miss a header or go uncounted.

import { ifNoneMatch } from "@std/http/etag";
import type { Asset } from "./assets.ts";
import { readJson } from "./body.ts";
import type { Config } from "./config.ts";
import type { Door } from "./door.ts";
import { ChatError, toChatError } from "./errors.ts";
import type { FormPage } from "./form_page.ts";
import { checkHost, checkOrigin } from "./guard.ts";
import type { LoginPage } from "./login_page.ts";
import type { Metrics } from "./metrics.ts";
import type { Observer } from "./observer.ts";
import type { Posting } from "./posting.ts";
import { problem } from "./problem.ts";
import { decodePost, encodeLog } from "./protocol.ts";
import type { Room } from "./room.ts";
import type { MessageStore } from "./store.ts";
import { type Visitor, visitorOf } from "./visitor.ts";

/** Messages in one answer to `GET /messages.json?since=`; who wants more asks again. */
const MAX_SINCE_MESSAGES = 1000;

const SECURITY_HEADERS = {
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ].join("; "),
  "x-content-type-options": "nosniff",
  // `no-referrer` would make Chromium post the page's own form with `Origin: null`.
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
};

/** What the routes need. */
export interface AppDeps {
  readonly config: Config;
  readonly store: MessageStore;
  readonly room: Room;
  readonly posting: Posting;
  readonly page: FormPage;
  readonly metrics: Metrics;
  readonly observer: Observer;
  readonly files: ReadonlyMap<string, Asset>;
  /** For a room with a password. */
  readonly entrance: Entrance | undefined;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Answers `GET /ws`. */
  readonly upgrade: (request: Request, visitor: Visitor) => Response;
}

/** What stands before a room with a password. */
export interface Entrance {
  readonly door: Door;
  readonly page: LoginPage;
}

interface Context {
  readonly request: Request;
  readonly url: URL;
  readonly visitor: Visitor;
}

type Handler = (context: Context) => Response | Promise<Response>;
interface Route extends Readonly<Partial<Record<"GET" | "POST", Handler>>> {
  /** Answers without the password of the room: it says nothing of what is in there. */
  readonly isOpen?: true;
  /** Is for people: who lacks the password gets a page that asks for it. */
  readonly isPage?: true;
}

/** The part of Deno's `ServeHandlerInfo` that is used. */
export interface Info {
  readonly remoteAddr: Deno.Addr;
}

/** Returns the handler for `Deno.serve`. It never rejects. */
export function createApp(deps: AppDeps): (request: Request, info: Info) => Promise<Response> {
  const routes = createRoutes(deps);
  return async (request, info) => {
    const startedAt = deps.now();
    const path = URL.canParse(request.url) ? new URL(request.url).pathname : "";
    const response = await answer(deps, { request, info, route: routes.get(path) });
    deps.observer.answered({
      method: request.method,
      route: routes.has(path) ? path : "other",
      status: response.status,
      seconds: (deps.now() - startedAt) / 1000,
    });
    return response;
  };
}

interface Incoming {
  readonly request: Request;
  readonly info: Info;
  readonly route: Route | undefined;
}

async function answer(deps: AppDeps, { request, info, route }: Incoming): Promise<Response> {
  let response: Response;
  try {
    if (!URL.canParse(request.url)) {
      throw new ChatError("bad_request", "Cannot answer this: its address is not valid");
    }
    const visitor = visitorOf({
      request,
      remoteAddress: "hostname" in info.remoteAddr ? info.remoteAddr.hostname : "",
      isTls: deps.config.tls !== undefined,
      trustProxy: deps.config.trustProxy,
    });
    checkHost(visitor.outside.host, deps.config.allowHosts);
    if (route?.isOpen !== true) await deps.entrance?.door.check(request, visitor.address);
    response = await dispatch({ request, url: new URL(request.url), visitor }, route);
  } catch (error) {
    const refusal = toChatError(error);
    deps.observer.refused(refusal, "http");
    response = refusal.code === "unauthorized" && route?.isPage === true
      ? deps.entrance?.page.show(request, refusal) ?? problem(refusal)
      : problem(refusal, { allow: allowed(route) });
  }
  // The answer to an upgrade must go out as it was made.
  if (response.status === 101) return response;
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.headers.set(name, value);
  if (!response.headers.has("cache-control")) response.headers.set("cache-control", "no-cache");
  return request.method === "HEAD" ? new Response(null, response) : response;
}

function dispatch(context: Context, route: Route | undefined): Response | Promise<Response> {
  const { method } = context.request;
  if (route === undefined) {
    throw new ChatError("not_found", "Cannot find this: there is no such page");
  }
  // A HEAD is a GET without the body (RFC 9110, section 9.3.2), which `answer` takes away.
  const handler = method === "GET" || method === "HEAD" ? route.GET : undefined;
  const chosen = method === "POST" ? route.POST : handler;
  if (chosen !== undefined) return chosen(context);
  throw new ChatError("method_not_allowed", `Cannot do this here: use ${allowed(route)}`);
}

function allowed(route: Route | undefined): string {
  const methods = [...route?.GET ? ["GET", "HEAD"] : [], ...route?.POST ? ["POST"] : []];
  return methods.join(", ");
}

function createRoutes(deps: AppDeps): ReadonlyMap<string, Route> {
  const { page } = deps;
  return new Map<string, Route>([
    ["/", {
      isPage: true,
      GET: ({ request, visitor }) => page.show(request, visitor),
      POST: ({ request, visitor }) => page.submit(request, visitor),
    }],
    ["/messages.json", { GET: (context) => getMessages(deps, context) }],
    ["/messages", { POST: (context) => postMessage(deps, context) }],
    ["/ws", {
      GET({ request, visitor }) {
        checkOrigin(
          { headers: request.headers, outside: visitor.outside },
          deps.config.allowOrigins,
        );
        return deps.upgrade(request, visitor);
      },
    }],
    ...loginRoute(deps),
    ["/metrics", { isOpen: true, GET: ({ visitor }) => getMetrics(deps, visitor) }],
    ["/healthz", { isOpen: true, GET: () => getHealth(deps) }],
    ...[...deps.files].map(([path, asset]): [string, Route] => [path, {
      isOpen: true,
      GET: ({ request }) => getAsset(request, asset),
    }]),
  ]);
}

function loginRoute({ entrance }: AppDeps): [string, Route][] {
  if (entrance === undefined) return [];
  return [["/login", {
    isOpen: true,
    // For who types the address of the page after a wrong password, or reloads it.
    GET: () => new Response(null, { status: 303, headers: { location: "/" } }),
    POST: ({ request, visitor }) => entrance.page.submit(request, visitor),
  }]];
}

function getMessages({ config, room, store }: AppDeps, { request, url }: Context): Response {
  const since = url.searchParams.get("since");
  const messages = since === null
    ? room.history.last(config.history)
    : messagesSince(room, since, config.history);
  // What stands in the answer is decided by the log and by the first and the last message.
  const etag = `"${store.log}.${messages[0]?.seq ?? 0}.${messages.at(-1)?.seq ?? 0}"`;
  if (!ifNoneMatch(request.headers.get("if-none-match"), etag)) {
    return new Response(null, { status: 304, headers: { etag } });
  }
  const headers = { "content-type": "application/json; charset=utf-8", etag };
  return new Response(encodeLog(store.log, messages), { headers });
}

// A number the room no longer reaches back to is answered with what it has: the gap shows in `seq`.
function messagesSince(room: Room, since: string, history: number) {
  const seq = /^\d{1,16}$/.test(since) ? Number(since) : NaN;
  if (!Number.isSafeInteger(seq)) {
    throw new ChatError("bad_request", 'Cannot read this: "since" must be a whole number');
  }
  if (seq > room.history.lastSeq) return [];
  const from = room.history.since(seq);
  if (from === undefined) return room.history.last(history);
  return room.history.slice(from, from + MAX_SINCE_MESSAGES);
}

async function postMessage(deps: AppDeps, { request, visitor }: Context): Promise<Response> {
  checkOrigin({ headers: request.headers, outside: visitor.outside }, deps.config.allowOrigins);
  const post = decodePost(await readJson(request));
  const { message, isNew } = await deps.posting.post(post, {
    address: visitor.address,
    claims: false,
  });
  return new Response(message.json, {
    status: isNew ? 201 : 200,
    headers: { "content-type": "application/json; charset=utf-8" },
  });
}

async function getMetrics({ config, metrics }: AppDeps, visitor: Visitor): Promise<Response> {
  if (config.metrics === "off" || (config.metrics === "local" && !visitor.isLocal)) {
    throw new ChatError(
      "forbidden",
      "Cannot show the metrics here; the server's --metrics flag says who may read them",
    );
  }
  const { body, type } = await metrics.scrape();
  return new Response(body, { headers: { "content-type": type } });
}

function getHealth({ store }: AppDeps): Response {
  if (store.trouble !== undefined) throw store.trouble;
  return new Response("ok\n", { headers: { "content-type": "text/plain; charset=utf-8" } });
}

function getAsset(request: Request, { body, type, etag }: Asset): Response {
  if (!ifNoneMatch(request.headers.get("if-none-match"), etag)) {
    return new Response(null, { status: 304, headers: { etag } });
  }
  return new Response(body, { headers: { "content-type": type, etag } });
}
