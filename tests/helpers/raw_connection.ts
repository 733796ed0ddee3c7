// TCP and HTTP by hand, for what `fetch` will not send: another Host, any method, a body that never
// ends, a connection that breaks.

/** A test that waits for a byte that never comes ends here, when it does not say otherwise. */
const DEADLINE_MS = 15_000;

/** The head of a request. */
export interface RawHead {
  /** @default "GET" */
  readonly method?: string;
  readonly path: string;
  /** Names in lower case. @default just a Host */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The head of an answer. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Sends one request and reads the answer; one without a body to the end of the connection. */
export async function rawRequest(
  port: number,
  request: RawHead & { readonly body?: string },
): Promise<RawAnswer & { body: string }> {
  using connection = await RawConnection.open(port);
  const body = encoder.encode(request.body ?? "");
  const headers = {
    ...(body.length > 0 ? { "content-length": String(body.length) } : {}),
    connection: "close",
    ...request.headers,
  };
  await connection.writeHead({ ...request, headers });
  await connection.write(body);
  const head = await connection.readHead();
  const hasBody = request.method !== "HEAD" && head.status !== 304;
  const length = Number(head.headers.get("content-length"));
  const bytes = hasBody && length > 0
    ? await connection.read(length)
    : await connection.readToEnd();
  return { ...head, body: decoder.decode(bytes) };
}

/** A TCP connection to a port of this machine. Reads nothing that was not asked for. */
export class RawConnection implements Disposable {
  readonly #connection: Deno.TcpConn;
  readonly #timer: ReturnType<typeof setTimeout>;
  #isOpen = true;

  private constructor(connection: Deno.TcpConn, withinMs: number) {
    this.#connection = connection;
    this.#timer = setTimeout(() => this.close(), withinMs);
  }

  /** Opens one, which is closed after `withinMs` at the latest. */
  static async open(
    port: number,
    { hostname = "127.0.0.1", withinMs = DEADLINE_MS } = {},
  ): Promise<RawConnection> {
    return new RawConnection(await Deno.connect({ hostname, port }), withinMs);
  }

  /** The same of a connection that was accepted. */
  static of(connection: Deno.TcpConn): RawConnection {
    return new RawConnection(connection, DEADLINE_MS);
  }

  async write(data: Uint8Array | string): Promise<void> {
    const bytes = typeof data === "string" ? encoder.encode(data) : data;
    for (let sent = 0; sent < bytes.length;) {
      sent += await this.#connection.write(bytes.subarray(sent));
    }
  }

  async writeHead({ method, path, headers }: RawHead): Promise<void> {
    const { port } = this.#connection.remoteAddr;
    const lines = Object.entries({ host: `127.0.0.1:${port}`, ...headers })
      .map(([name, value]) => `${name}: ${value}\r\n`);
    await this.write(`${method ?? "GET"} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`);
  }

  /** Reads up to and with the empty line. */
  async readHead(): Promise<RawAnswer> {
    let head = "";
    while (!head.endsWith("\r\n\r\n")) head += decoder.decode(await this.read(1));
    const [first = "", ...lines] = head.trimEnd().split("\r\n");
    const headers = new Headers();
    for (const line of lines) {
      const colon = line.indexOf(":");
      headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
    }
    return { status: Number(first.split(" ")[1]), headers };
  }

  /** Reads `length` bytes, not one more, so that what follows stays where it is. */
  async read(length: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(length);
    for (let got = 0; got < length;) {
      const count = await this.#connection.read(bytes.subarray(got));
      if (count === null) throw new Deno.errors.UnexpectedEof(`after ${got} of ${length} bytes`);
      got += count;
    }
    return bytes;
  }

  /** Reads until the other end closes. */
  async readToEnd(): Promise<Uint8Array<ArrayBuffer>> {
    const chunks: number[] = [];
    const buffer = new Uint8Array(16 * 1024);
    for (let count; (count = await this.#connection.read(buffer)) !== null;) {
      chunks.push(...buffer.subarray(0, count));
    }
    return new Uint8Array(chunks);
  }

  /** Says that nothing more will be sent (TCP FIN), and still reads. */
  async endWriting(): Promise<void> {
    await this.#connection.closeWrite();
  }

  /**
   * Closes. When something that arrived has not been read, the other end sees a reset and not an end
   * (RFC 1122, section 4.2.2.13).
   */
  close(): void {
    clearTimeout(this.#timer);
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#connection.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
