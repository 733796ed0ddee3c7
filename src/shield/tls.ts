// TLS for the shield. Deno holds on to a connection whose handshake hangs, whatever is closed; so TLS
// ends behind a pair of plain connections of our own, and those can be closed.

import { Chunks, writeAll } from "./chunks.ts";

/** The part of a connection that a passage uses. */
export type Conduit = Pick<Deno.Conn, "read" | "write" | "closeWrite" | "close">;

/** For the last bytes to get from the end of TLS to the client. */
const LAST_MS = 2_000;
const RETRY_MS = 100;

/** Takes TLS off connections. */
export class TlsEnd {
  readonly #listener: Deno.TlsListener;
  /** By the port they come from; which of the two sides is here first, nobody knows. */
  readonly #meetings = new Map<number, PromiseWithResolvers<Deno.TlsConn>>();

  /** @throws when the certificate and the key are no good. */
  constructor(pems: { readonly cert: string; readonly key: string }) {
    this.#listener = Deno.listenTls({ hostname: "127.0.0.1", port: 0, ...pems });
    this.#accept();
  }

  /** What `client` says and hears inside of TLS. Closing it closes `client`, too. */
  async unwrap(client: Deno.TcpConn): Promise<Conduit> {
    const { port } = this.#listener.addr;
    const near = await Deno.connect({ hostname: "127.0.0.1", port });
    const far = await this.#meeting(near.localAddr.port).promise;
    this.#meetings.delete(near.localAddr.port);
    let isClosed = false;
    const close = () => {
      if (isClosed) return;
      isClosed = true;
      client.close();
      near.close();
    };
    // That somebody has left is an error of a pump, and its end.
    Promise.allSettled([pump(client, near), pump(near, client)]).then(close);
    return {
      read: (buffer) => far.read(buffer),
      write: (bytes) => far.write(bytes),
      closeWrite: () => far.closeWrite(),
      close() {
        far.close();
        setTimeout(close, LAST_MS);
      },
    };
  }

  #meeting(port: number): PromiseWithResolvers<Deno.TlsConn> {
    const meeting = this.#meetings.get(port) ?? Promise.withResolvers<Deno.TlsConn>();
    this.#meetings.set(port, meeting);
    return meeting;
  }

  async #accept(): Promise<never> {
    for (;;) {
      try {
        const connection = await this.#listener.accept();
        const { port } = connection.remoteAddr;
        this.#meeting(port).resolve(connection);
        setTimeout(() => {
          // It is that of another program of this machine.
          if (this.#meetings.delete(port)) connection.close();
        }, LAST_MS);
      } catch {
        // No descriptor is left; those who wait are cut by their deadline.
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }
}

async function pump(from: Deno.Conn, to: Deno.Conn): Promise<void> {
  const chunks = new Chunks(from);
  for (let chunk; (chunk = await chunks.read()) !== undefined;) await writeAll(to, chunk);
  await to.closeWrite();
}
