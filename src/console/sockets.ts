// The sockets of a program that is about to end: it waits until the server knows, or the server would take it
// for one whose line was cut.

/** A server that does not answer holds up nobody's end for longer. */
const GOODBYE_MS = 1_000;

/** Opens sockets and remembers those that are not closed yet. */
export class Sockets {
  readonly #open: (url: string, protocol: string) => WebSocket;
  readonly #sockets = new Set<WebSocket>();
  #whenNone = () => {};

  constructor(open: (url: string, protocol: string) => WebSocket) {
    this.#open = open;
  }

  open(url: string, protocol: string): WebSocket {
    const socket = this.#open(url, protocol);
    this.#sockets.add(socket);
    socket.addEventListener("close", () => {
      this.#sockets.delete(socket);
      if (this.#sockets.size === 0) this.#whenNone();
    });
    return socket;
  }

  /** Resolves when all of them are closed, which somebody else has begun, and after a second at the latest. */
  async closed(): Promise<void> {
    if (this.#sockets.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#whenNone = resolve;
    const timer = setTimeout(resolve, GOODBYE_MS);
    await promise;
    clearTimeout(timer);
  }
}
