// Reads the cookies of a request, of which only some are ours: a browser sends to every port of a host what
// any program there has set, and @std/http throws at some of that.

/**
 * The value of the cookie `name`; `undefined` when there is none. Of two the first, which has the longer
 * path (RFC 6265, section 5.4). Never throws.
 */
export function readCookie(
  { headers }: Pick<Request, "headers">,
  name: string,
): string | undefined {
  for (const pair of (headers.get("cookie") ?? "").split(";")) {
    const equals = pair.indexOf("=");
    if (equals !== -1 && pair.slice(0, equals).trim() === name) {
      return pair.slice(equals + 1).trim();
    }
  }
  return undefined;
}
