// The shield as the server sees it: a thread that holds the public port, and the address behind each
// connection that comes from it.

import type { CutReason, FromShield, ShieldOptions, ToShield } from "./messages.ts";

/** Before it is started again when it has failed. */
const RESTART_MS = 500;

/** What a shield tells those who count and log. */
export interface ShieldEvents {
  cut(reason: CutReason): void;
  fault(error: unknown, where: string): void;
}

/** What a {@linkcode Shield} is made of. */
export interface ShieldDeps {
  readonly options: ShieldOptions;
  readonly events: ShieldEvents;
}

/** A shield that runs. */
export class Shield {
  readonly #code: string;
  readonly #deps: ShieldDeps;
  readonly #addresses = new Map<number, string>();
  readonly #stopped = Promise.withResolvers<void>();
  #worker: Worker | undefined;
  #port = 0;
  #isStopping = false;

  private constructor(code: string, deps: ShieldDeps) {
    this.#code = code;
    this.#deps = deps;
  }

  /**
   * Starts one from the text of its bundle.
   *
   * @throws what listening throws; with its name, but not of its class.
   */
  static async start(code: string, deps: ShieldDeps): Promise<Shield> {
    const shield = new Shield(code, deps);
    shield.#port = await shield.#run(deps.options);
    return shield;
  }

  /** The public port. */
  get port(): number {
    return this.#port;
  }

  /** Whose connection it is that comes from `port` of this machine. */
  addressOf(port: number): string | undefined {
    return this.#addresses.get(port);
  }

  /** Takes no more connections; resolves when those there are have had everything. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    if (this.#worker === undefined) return;
    this.#tell({ kind: "stop" });
    await this.#stopped.promise;
    this.#worker.terminate();
  }

  async #run(options: ShieldOptions): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    // Not from a file: that would need the permission to read it.
    const url = `data:text/javascript;base64,${new TextEncoder().encode(this.#code).toBase64()}`;
    const worker = new Worker(url, { type: "module", name: "shield" });
    this.#worker = worker;
    worker.onerror = (event) => {
      event.preventDefault();
      this.#deps.events.fault(event.error ?? event.message, "shield");
      worker.terminate();
      reject(new Error("the shield did not start"));
      if (this.#worker === worker) this.#restart();
    };
    worker.onmessage = ({ data }: MessageEvent<FromShield>) => {
      if (data.kind === "listening") return resolve(data.port);
      if (data.kind !== "failed") return this.#hear(data);
      worker.terminate();
      this.#worker = undefined;
      reject(Object.assign(new Error(data.message), { name: data.name }));
    };
    this.#tell({ kind: "listen", options });
    return await promise;
  }

  #hear(message: FromShield): void {
    switch (message.kind) {
      case "introduced":
        this.#addresses.set(message.port, message.address);
        return this.#tell({ kind: "known", port: message.port });
      case "gone":
        this.#addresses.delete(message.port);
        return;
      case "cut":
        return this.#deps.events.cut(message.reason);
      case "fault":
        return this.#deps.events.fault(message.message, "shield");
      case "stopped":
        return this.#stopped.resolve();
    }
  }

  // Everybody's connection went with the thread; they come back to the same port.
  async #restart(): Promise<void> {
    this.#worker = undefined;
    this.#stopped.resolve();
    this.#addresses.clear();
    while (this.#port !== 0 && this.#worker === undefined && !this.#isStopping) {
      await new Promise((resolve) => setTimeout(resolve, RESTART_MS));
      try {
        await this.#run({ ...this.#deps.options, port: this.#port });
      } catch (error) {
        this.#deps.events.fault(error, "shield");
      }
    }
  }

  #tell(message: ToShield): void {
    this.#worker?.postMessage(message);
  }
}
