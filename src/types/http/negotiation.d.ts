// The part of @std/http/negotiation that Parley uses; npm:deno-std carries no types of its own.
export declare function acceptsLanguages(
  request: { headers: Headers },
  ...langs: string[]
): string | undefined;
