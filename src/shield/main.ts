// The shield: the program of a worker. It takes the connections of the public port before any HTTP,
// counts them, and lets each of them through to the server or ends it.

import { ChatError, isOutOfDescriptors } from "../errors.ts";
import { addressKey, Admissions } from "../guard.ts";
import { Passage } from "./passage.ts";
import type { FromShield, ShieldOptions } from "./shield.ts";

/** After a connection that could not be accepted. */
const RETRY_MS = 100;

/** This end of the worker, which is like the other one. */
const thread = globalThis as unknown as Worker & { readonly name: string };
const tell: (message: FromShield) => void = (message) => thread.postMessage(message);

const options: ShieldOptions = JSON.parse(thread.name);
const admissions = new Admissions(options.caps);
const passages = new Set<Passage>();
/** By port, what is to be done when the server knows who is behind it. */
const introduced = new Map<number, () => void>();
/** Connections that the system can take, as far as it has shown. */
let most = Infinity;

async function serve(client: Deno.TcpConn): Promise<void> {
  using stack = new DisposableStack();
  stack.use(client);
  const address = client.remoteAddr.hostname;
  stack.defer(admissions.admit(addressKey(address)));
  if (admissions.size > most) throw new ChatError("too_many_connections", "no descriptor is left");
  const server = stack.use(await Deno.connect({ port: options.innerPort }));
  for (const end of [client, server]) end.setNoDelay(true);
  const { port } = server.localAddr;
  const gone = () => tell({ kind: "gone", port });
  const passage = new Passage({
    client,
    server,
    introduce(isSocket) {
      tell({ kind: "introduced", port, guest: { address, isSocket } });
      return new Promise((resolve) => introduced.set(port, resolve));
    },
    onServed: gone,
    onCut: (reason) => tell({ kind: "cut", reason }),
  });
  passages.add(passage);
  stack.defer(() => passages.delete(passage));
  stack.defer(() => introduced.delete(port));
  // A stack is undone from its top: the port is not another's yet.
  stack.defer(gone);
  await passage.run();
}

// An error of the system is that of one connection. Any other is a mistake of ours.
function endure(error: unknown): void {
  const isOfSystem = error instanceof Error && (error.name in Deno.errors || "code" in error);
  if (!isOfSystem) throw error;
  if (error instanceof ChatError) tell({ kind: "cut", reason: "connections" });
  // The server needs descriptors too, and without one stops to listen.
  if (isOutOfDescriptors(error)) most = Math.max(1, Math.floor(admissions.size * 0.9));
}

// A mistake is the end: the server says what it was and ends, and who has started it starts it again.
for (const kind of ["error", "unhandledrejection"]) {
  addEventListener(kind, (event: Event & { error?: unknown; reason?: unknown }) => {
    event.preventDefault();
    tell({ kind: "failed", message: String(event.error ?? event.reason) });
  });
}

const listener = Deno.listen({ hostname: options.hostname, port: options.port });
thread.onmessage = ({ data: port }) => introduced.get(port)?.();
tell({ kind: "listening", port: listener.addr.port });
setInterval(() => {
  for (const passage of passages) passage.tick();
  // What took the descriptors may have been something else, which is over.
  most *= 1.01;
}, 1000);
for (;;) {
  try {
    serve(await listener.accept()).catch(endure);
  } catch (error) {
    endure(error);
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}
