// The listening port: how it is opened, what is said when it cannot be, and how it comes back when the
// system takes it away.

import { StartError } from "./errors.ts";
import type { Observer } from "./observer.ts";

// Deno's accept loop ends for good when the process is out of file descriptors; a moment later some
// are free again.
const REOPEN_MS = 500;

/** How to listen. */
export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  /** PEM texts. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  readonly observer: Observer;
}

/** A port that answers. */
export interface Listener {
  /** An address that a browser on this machine can open. */
  readonly url: string;
  /** Stops listening and waits for the answers under way. */
  stop(): Promise<void>;
}

type Handler = (request: Request, info: Deno.ServeHandlerInfo) => Promise<Response>;

/** @throws {StartError} when the address, the port or the certificate cannot be used. */
export function listen(handler: Handler, options: ListenOptions): Listener {
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
    url: urlOf(options, port),
    async stop() {
      isStopping = true;
      await server.shutdown();
    },
  };
}

function open(handler: Handler, { host, port, tls, observer }: ListenOptions): Deno.HttpServer {
  try {
    return Deno.serve({
      hostname: host,
      port,
      ...tls,
      // Deno would print its own line; ours is the log's "started".
      onListen: () => {},
      onError(error) {
        observer.fault(error, "http");
        return new Response("Internal Server Error\n", { status: 500 });
      },
    }, handler);
  } catch (error) {
    throw toStartError(error, { host, port, isTls: tls !== undefined });
  }
}

function toStartError(
  cause: unknown,
  { host, port, isTls }: { host: string; port: number; isTls: boolean },
): StartError {
  const where = `${host}:${port}`;
  const line = (why: string) => new StartError(`Cannot listen on ${where}: ${why}`, { cause });
  if (cause instanceof Deno.errors.AddrInUse) {
    return line("the port is in use; stop what uses it, or choose another with --port");
  }
  if (cause instanceof Deno.errors.NotCapable) {
    return line("Deno was not allowed to; give it --allow-net");
  }
  if (cause instanceof Deno.errors.PermissionDenied) {
    return line("this user may not; choose a port from 1024 up with --port");
  }
  if (cause instanceof Deno.errors.AddrNotAvailable) {
    return line("this machine has no such address; choose another with --host");
  }
  if (isTls && !(cause instanceof Deno.errors.NotFound)) {
    return line("the certificate or the key is not valid PEM, or they do not belong together");
  }
  return line(cause instanceof Error ? cause.message : "it failed for an unknown reason");
}

function urlOf({ host, tls }: ListenOptions, port: number): string {
  const isAny = host === "0.0.0.0" || host === "::";
  const name = isAny ? "localhost" : host.includes(":") ? `[${host}]` : host;
  return `${tls === undefined ? "http" : "https"}://${name}:${port}`;
}
