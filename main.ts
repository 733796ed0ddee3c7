// The program: the command line in, a server until a signal says stop, an exit status out. With
// `client` as the first word it is the terminal client instead.

import { parseCommand } from "./src/config.ts";
import { StartError } from "./src/errors.ts";
import { type Server, startServer } from "./src/server.ts";

/** Under `deno task` one Ctrl-C arrives twice; only a later one is a second wish to stop. */
const REPEAT_MS = 1_000;

const SIGNALS: Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

/** Runs until it is done or told to stop; resolves with the exit status. */
async function main([word, ...rest]: readonly string[]): Promise<number> {
  if (word !== "client") {
    return await serve(word === undefined || word === "serve" ? rest : Deno.args);
  }
  // Imported late: a server has no use for it.
  const { runConsole } = await import("./src/console.ts");
  return await runConsole(rest);
}

async function serve(args: readonly string[]): Promise<number> {
  const command = parseCommand(args);
  if (command.kind === "print") {
    print(Deno.stdout, command.text);
    return 0;
  }
  const server = await startServer(command.config);
  catchFaults(server);
  let reason = "failure";
  try {
    reason = await Promise.race([nextSignal(), server.failed]);
    return 0;
  } finally {
    await server.stop(reason);
  }
}

/** The last line of defence: what nobody caught would end the process and everyone's conversation. */
function catchFaults(server: Server): void {
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    server.observer.fault(event.reason, "rejection");
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    server.observer.fault(event.error, "event");
  });
}

function nextSignal(): Promise<string> {
  const first = Promise.withResolvers<string>();
  let firstAt: number | undefined;
  for (const signal of SIGNALS) {
    // The listener stays: without it a repeated signal would kill the process while it stops.
    Deno.addSignalListener(signal, () => {
      if (firstAt !== undefined && performance.now() - firstAt > REPEAT_MS) Deno.exit(130);
      firstAt ??= performance.now();
      first.resolve(signal);
    });
  }
  return first.promise;
}

function print(stream: { writeSync(bytes: Uint8Array): number }, line: string): void {
  stream.writeSync(new TextEncoder().encode(`${line}\n`));
}

try {
  Deno.exit(await main(Deno.args));
} catch (error) {
  if (!(error instanceof StartError)) throw error;
  print(Deno.stderr, error.message);
  Deno.exit(error.exitStatus);
}
