// A server that does nothing but answer, in a thread of its own: what it takes to get an answer from it is
// what the machine takes, and who asks.

const CODE = `Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => postMessage(port),
}, () => new Response("{}"));`;

/** One, until it is disposed of. */
export class BareServer implements Disposable {
  readonly url: string;
  readonly #worker: Worker;

  private constructor(worker: Worker, port: number) {
    this.#worker = worker;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async start(): Promise<BareServer> {
    const url = `data:text/javascript,${encodeURIComponent(CODE)}`;
    const worker = new Worker(url, { type: "module" });
    const port = Promise.withResolvers<number>();
    worker.onmessage = ({ data }) => port.resolve(data);
    worker.onerror = ({ message }) => port.reject(new Error(message));
    return new BareServer(worker, await port.promise);
  }

  [Symbol.dispose](): void {
    this.#worker.terminate();
  }
}
