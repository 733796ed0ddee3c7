// HTTP/1.1 over a connection that is kept, as cheap as it gets: only the status and the length of an answer
// are looked at.

const encoder = new TextEncoder();

/** A connection that asks one thing at a time. */
export class HttpConnection {
  readonly #connection: Deno.TcpConn;
  readonly #port: number;
  readonly #buffer = new Uint8Array(64 * 1024);

  private constructor(connection: Deno.TcpConn, port: number) {
    this.#connection = connection;
    this.#port = port;
  }

  static async open(port: number): Promise<HttpConnection> {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    connection.setNoDelay(true);
    return new HttpConnection(connection, port);
  }

  /** Asks, and reads the answer to its end. @throws {Error} when the status is not `expected`. */
  async ask(method: "GET" | "POST", path: string, expected: number, json = ""): Promise<void> {
    const head = `${method} ${path} HTTP/1.1\r\nhost: 127.0.0.1:${this.#port}\r\n` +
      (json === "" ? "" : `content-type: application/json\r\ncontent-length: ${json.length}\r\n`);
    const bytes = encoder.encode(`${head}\r\n${json}`);
    for (let sent = 0; sent < bytes.length;) {
      sent += await this.#connection.write(bytes.subarray(sent));
    }
    let got = await this.#read(0);
    let end = this.#endOfHead(got);
    while (end === -1) end = this.#endOfHead(got = await this.#read(got));
    const answer = String.fromCharCode(...this.#buffer.subarray(0, end)).toLowerCase();
    if (!answer.startsWith(`http/1.1 ${expected} `)) {
      throw new Error(`${method} ${path} was answered with ${answer.slice(9, 12)}`);
    }
    const length = Number(/\r\ncontent-length: (\d+)/.exec(answer)?.[1] ?? 0);
    for (let left = end + 4 + length - got; left > 0;) left -= await this.#read(0);
  }

  close(): void {
    this.#connection.close();
  }

  async #read(at: number): Promise<number> {
    const count = await this.#connection.read(this.#buffer.subarray(at));
    if (count === null) throw new Error("The server closed instead of answering");
    return at + count;
  }

  #endOfHead(length: number): number {
    for (let at = this.#buffer.indexOf(13); at !== -1 && at + 3 < length;) {
      if (this.#buffer[at + 2] === 13) return at;
      at = this.#buffer.indexOf(13, at + 1);
    }
    return -1;
  }
}
