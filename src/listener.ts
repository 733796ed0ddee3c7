// The listening port: how it is opened, what is said when it cannot be, and how it comes back when the
// system takes it away. With a shield, the port is the shield's and the server is behind it.

import { StartError } from "./errors.ts";
import type { Caps } from "./guard.ts";
import type { Observer } from "./observer.ts";
import { type Shield, startShield } from "./shield/shield.ts";

// Deno's accept loop ends for good when the process is out of file descriptors; a moment later some
// are free again.
const REOPEN_MS = 500;

/** How to listen. */
export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  /** Whether other processes may listen there too. @default {false} */
  readonly reusePort?: boolean;
  /** PEM texts; none with a shield. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  readonly observer: Observer;
  /** The bundle of the shield and its caps, when there is to be one. */
  readonly shield: { readonly code: string; readonly caps: Caps } | undefined;
}

/** A port that answers. */
export interface Listener {
  /** An address that a browser on this machine can open. */
  readonly url: string;
  /** Rejects with a {@linkcode StartError} when the port is lost for good. */
  readonly failed: Promise<never>;
  /** Stops listening and waits for the answers under way. */
  stop(): Promise<void>;
}

type Handler = (request: Request, info: Deno.ServeHandlerInfo) => Promise<Response>;

/** @throws {StartError} when the address, the port or the certificate cannot be used. */
export async function listen(handler: Handler, options: ListenOptions): Promise<Listener> {
  if (options.shield !== undefined) return await listenBehind(options.shield, handler, options);
  const server = serve(handler, options);
  return {
    url: urlOf(options, server.port),
    failed: new Promise(() => {}),
    stop: () => server.stop(),
  };
}

async function listenBehind(
  { code, caps }: NonNullable<ListenOptions["shield"]>,
  handler: Handler,
  options: ListenOptions,
): Promise<Listener> {
  const { host, port, observer } = options;
  let shield: Shield | undefined;
  const inner = serve(async (request, info) => {
    const remoteAddr = info.remoteAddr as Deno.NetAddr;
    // Who comes by another way than the shield is not let in: nobody has counted him.
    const guest = shield?.guestAt(remoteAddr.port);
    if (guest === undefined) return new Response("Forbidden\n", { status: 403 });
    // Frames that the shield does not watch. One with a body, where it watches from the wrong byte on,
    // Deno refuses.
    if (!guest.isSocket && request.headers.has("sec-websocket-key")) {
      return new Response("A WebSocket begins with its connection\n", { status: 400 });
    }
    const { address } = guest;
    return await handler(request, { ...info, remoteAddr: { ...remoteAddr, hostname: address } });
  }, { host: "127.0.0.1", port: 0, tls: undefined, observer });
  try {
    const own = { hostname: host, port, innerPort: inner.port, caps };
    shield = await startShield(code, own, (reason) => observer.cut(reason));
  } catch (error) {
    await inner.stop();
    throw toStartError(error, options);
  }
  const { failed, port: publicPort, stop } = shield;
  return {
    url: urlOf(options, publicPort),
    failed: failed.catch((cause) => {
      const line = `Cannot go on: the shield has failed (${cause.message}); start again`;
      throw new StartError(line, { cause });
    }),
    async stop() {
      await inner.stop();
      await stop();
    },
  };
}

type ServeOptions = Omit<ListenOptions, "shield">;

function serve(handler: Handler, options: ServeOptions) {
  let server = open(handler, options);
  const { port } = server.addr as Deno.NetAddr;
  let isStopping = false;

  function watch(): void {
    // Deno ends its loop without an error, too: when an upgraded request is answered otherwise.
    server.finished.then(() => new Error("Deno stopped listening"), (error) => error)
      .then(async (reason) => {
        if (isStopping) return;
        options.observer.fault(reason, "listen");
        while (!isStopping) {
          await new Promise((resolve) => setTimeout(resolve, REOPEN_MS));
          try {
            server = open(handler, { ...options, port });
            return watch();
          } catch (again) {
            options.observer.fault(again, "listen");
          }
        }
      });
  }

  watch();
  return {
    port,
    async stop() {
      isStopping = true;
      await server.shutdown();
    },
  };
}

function open(handler: Handler, options: ServeOptions): Deno.HttpServer {
  const { host, port, reusePort = false, tls, observer } = options;
  try {
    return Deno.serve({
      hostname: host,
      port,
      reusePort,
      ...tls,
      // Deno would print its own line; ours is the log's "started".
      onListen: () => {},
      onError(error) {
        observer.fault(error, "http");
        return new Response("Internal Server Error\n", { status: 500 });
      },
    }, handler);
  } catch (error) {
    throw toStartError(error, { host, port, tls });
  }
}

function toStartError(
  cause: unknown,
  { host, port, tls }: Pick<ListenOptions, "host" | "port" | "tls">,
): StartError {
  const where = `${host}:${port}`;
  const line = (why: string) => new StartError(`Cannot listen on ${where}: ${why}`, { cause });
  // By its text: an error of another thread has lost its class.
  const is = (name: string) => String(cause).includes(name);
  if (is("AddrInUse")) {
    return line("the port is in use; stop what uses it, or choose another with --port");
  }
  if (is("NotCapable")) {
    return line("Deno was not allowed to; give it --allow-net");
  }
  if (is("PermissionDenied")) {
    return line("this user may not; choose a port from 1024 up with --port");
  }
  if (is("AddrNotAvailable")) {
    return line("this machine has no such address; choose another with --host");
  }
  if (tls !== undefined && !is("NotFound")) {
    return line("the certificate or the key is not valid PEM, or they do not belong together");
  }
  return line(cause instanceof Error ? cause.message : "it failed for an unknown reason");
}

function urlOf({ host, tls }: ListenOptions, port: number): string {
  const isAny = host === "0.0.0.0" || host === "::";
  const name = isAny ? "localhost" : host.includes(":") ? `[${host}]` : host;
  return `${tls === undefined ? "http" : "https"}://${name}:${port}`;
}
