// Bytes from and to a connection, with a buffer that is as large as the connection is busy: ten
// thousand idle ones cost little, and one that is full of messages takes few calls.

const MIN_BYTES = 1024;
const MAX_BYTES = 64 * 1024;

/** Reads a connection. */
export class Chunks {
  readonly #connection: Pick<Deno.Conn, "read">;
  #buffer = new Uint8Array(MIN_BYTES);

  constructor(connection: Pick<Deno.Conn, "read">) {
    this.#connection = connection;
  }

  /** What comes next, `undefined` at the end. It is good until the next call. */
  async read(): Promise<Uint8Array | undefined> {
    const count = await this.#connection.read(this.#buffer);
    if (count === null) return undefined;
    const chunk = this.#buffer.subarray(0, count);
    const size = this.#buffer.length;
    if (count === size && size < MAX_BYTES) this.#buffer = new Uint8Array(size * 4);
    if (count < size / 16 && size > MIN_BYTES) this.#buffer = new Uint8Array(MIN_BYTES);
    return chunk;
  }
}

/** Writes all of `bytes`; one call may take a part only. */
export async function writeAll(
  connection: Pick<Deno.Conn, "write">,
  bytes: Uint8Array,
): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
}
