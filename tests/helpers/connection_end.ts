// How a connection says that its other end has left, or that it was closed here while it was waited for.

const KINDS = [
  Deno.errors.BadResource,
  Deno.errors.BrokenPipe,
  Deno.errors.ConnectionAborted,
  Deno.errors.ConnectionReset,
  Deno.errors.Interrupted,
  Deno.errors.NotConnected,
];

/** Whether `error` is no more than that. */
export function isEnd(error: unknown): boolean {
  return KINDS.some((kind) => error instanceof kind);
}
