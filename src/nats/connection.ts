// The one connection of this process to a NATS cluster: opened once, renewed for ever. Knows whether it is
// up and tells it; what is said over it, others know.

import type { Clock } from "../clock.ts";
import { StartError } from "../errors.ts";
import { inTime } from "./in_time.ts";
import { loadNats, type NatsConnection, type NatsLibrary } from "./library.ts";

/**
 * Two pings without an answer and the connection is given up: a server that hangs is noticed after 4.5
 * seconds at most, before anybody has waited five for a message.
 */
const PING_MS = 1_500;
const MAX_PINGS_OUT = 2;

/** How long one server may take to let us in. */
const CONNECT_MS = 3_000;

/** Between two tries to come back; up to twice as long, so that not all nodes come at the same moment. */
const RETRY_MS = 250;

/** What still waits to be sent at the end is worth no more than this. */
const FLUSH_MS = 1_000;

/** What a connection tells those who count and log. */
export interface ClusterEvents {
  /** The connection is there: the first one, or again after it was lost. */
  clusterConnected(server: string): void;
  /** The connection is gone; it is looked for from now on. */
  clusterLost(): void;
  /** NATS refused something that was asked of it, such as a subject that is not allowed. */
  clusterComplained(error: Error): void;
}

/** How to connect. */
export interface ClusterOptions {
  /** Servers of one NATS cluster, `nats://` or `tls://`; when any has `tls`, all must. */
  readonly servers: readonly string[];
  /** What a `.creds` file holds; without it NATS must let anybody in. */
  readonly credentials: Uint8Array | undefined;
  readonly clock: Pick<Clock, "after">;
  readonly events: ClusterEvents;
}

/** A connection, up or on its way back. */
export class ClusterConnection implements AsyncDisposable {
  /** The client's modules. */
  readonly library: NatsLibrary;
  /**
   * The client's own connection. It keeps what is published while it is not up and sends it later, which
   * may be long after anybody waits for it: look at {@linkcode isUp} before.
   */
  readonly nats: NatsConnection;
  readonly #options: ClusterOptions;
  readonly #release: () => void;
  readonly #watchers = new Set<(isUp: boolean) => void>();
  #isUp = true;
  #isClosing = false;

  private constructor(
    { library, nats, release }: { library: NatsLibrary; nats: NatsConnection; release: () => void },
    options: ClusterOptions,
  ) {
    this.library = library;
    this.nats = nats;
    this.#release = release;
    this.#options = options;
    options.events.clusterConnected(nats.getServer());
    this.#follow();
  }

  /** @throws {StartError} when the cluster cannot be reached or does not let us in. */
  static async open(options: ClusterOptions): Promise<ClusterConnection> {
    const { servers, credentials } = options;
    const library = await load();
    const authenticator = credentials && readCredentials(library, credentials);
    const release = catchLateErrors();
    try {
      const nats = await library.core.connect({
        servers: [...servers],
        // An empty object demands encryption; without it, it is used where NATS offers it.
        ...(servers.some((url) => url.startsWith("tls:")) ? { tls: {} } : {}),
        ...(authenticator === undefined ? {} : { authenticator }),
        name: "parley",
        timeout: CONNECT_MS,
        pingInterval: PING_MS,
        maxPingOut: MAX_PINGS_OUT,
        reconnectTimeWait: RETRY_MS,
        reconnectJitter: RETRY_MS,
        reconnectJitterTLS: RETRY_MS,
        // For ever, also when the credentials are refused for a while.
        maxReconnectAttempts: -1,
        ignoreAuthErrorAbort: true,
        // A stack trace for every request costs more than the request.
        noAsyncTraces: true,
      });
      return new ClusterConnection({ library, nats, release }, options);
    } catch (error) {
      // They come after the refusal.
      await new Promise<void>((resolve) => options.clock.after(0, resolve));
      release();
      throw toStartError(library, error, servers);
    }
  }

  /** Whether what is published now goes out now. */
  get isUp(): boolean {
    // The news of a loss comes a moment late; what the server told us about itself goes at once.
    return this.#isUp && !this.#isClosing && this.nats.info !== undefined;
  }

  /** Calls `watcher` whenever the connection is lost or back; returns how to end that. */
  watch(watcher: (isUp: boolean) => void): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  /** Sends what waits to be sent and closes, within a second or so. */
  async close(): Promise<void> {
    if (this.#isClosing) return;
    const isUp = this.isUp;
    this.#isClosing = true;
    const options = { clock: this.#options.clock, ms: FLUSH_MS };
    // A connection that is lost meanwhile has nothing to wait for.
    if (isUp) await Promise.allSettled([inTime(options, () => this.nats.flush())]);
    await this.nats.close();
    this.#release();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #follow(): Promise<void> {
    const { events } = this.#options;
    for await (const status of this.nats.status()) {
      if (status.type === "error") events.clusterComplained(status.error);
      if (status.type === "disconnect" || status.type === "close") this.#set(false);
      if (status.type === "reconnect") this.#set(true);
    }
  }

  #set(isUp: boolean): void {
    if (isUp === this.#isUp || this.#isClosing) return;
    this.#isUp = isUp;
    const { events } = this.#options;
    if (isUp) events.clusterConnected(this.nats.getServer());
    else events.clusterLost();
    for (const watcher of this.#watchers) watcher(isUp);
  }
}

async function load(): Promise<NatsLibrary> {
  try {
    return await loadNats();
  } catch (cause) {
    const why = Deno.build.standalone
      ? "this executable does not hold its client; use deno task start"
      : "its client is not here and could not be downloaded; start once with a network";
    throw new StartError(`Cannot use NATS: ${why}`, { cause });
  }
}

function readCredentials({ core }: NatsLibrary, credentials: Uint8Array) {
  const authenticator = core.credsAuthenticator(credentials);
  try {
    // Signs anything, to see now that it can.
    authenticator("nonce");
    return authenticator;
  } catch (cause) {
    throw new StartError(
      "Cannot use the file of --nats-creds: it does not hold a NATS user's credentials",
      { cause },
    );
  }
}

function toStartError(
  { core }: NatsLibrary,
  cause: unknown,
  servers: readonly string[],
): StartError {
  const where = servers.join(", ");
  if (cause instanceof core.AuthorizationError) {
    return new StartError(
      `Cannot use NATS at ${where}: it does not let this server in; check --nats-creds`,
      { cause },
    );
  }
  const why = cause instanceof core.TimeoutError
    ? "it does not answer"
    : cause instanceof Error && cause.message !== ""
    ? cause.message
    : "it failed for an unknown reason";
  return new StartError(`Cannot reach NATS at ${where}: ${why}; start it, or check --nats`, {
    cause,
  });
}

/**
 * Catches what nobody else would, until the function that is returned is called: the client takes its
 * hands off a socket while the last error of it is on its way, about every fifth time that NATS refuses a
 * connection and closes it, and an error without a listener ends the process.
 */
function catchLateErrors(): () => void {
  function take(event: ErrorEvent): void {
    const { error } = event;
    if (!(error instanceof Error) || !("code" in error)) return;
    if (error.code !== "ECONNRESET" && error.code !== "EPIPE") return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }
  globalThis.addEventListener("error", take);
  return () => globalThis.removeEventListener("error", take);
}
