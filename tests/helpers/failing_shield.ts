// Loaded into a server before its own code (`deno run --preload`): its shield makes a mistake as soon as
// somebody is behind it.

const MISTAKE = 'addEventListener("message", () => { throw new TypeError("it was null"); });\n';

const { Worker } = globalThis;

globalThis.Worker = class extends Worker {
  constructor(url: string, options: WorkerOptions) {
    const [head, code = ""] = url.split(",");
    super(`${head},${btoa(MISTAKE + atob(code))}`, options);
  }
} as typeof Worker;
