// The part of @std/http/negotiation that Parley uses; npm:deno-std carries no types of its own.
export declare function accepts(request: Pick<Request, "headers">, ...types: string[]):
  | string
  | undefined;
export declare function acceptsLanguages(
  request: Pick<Request, "headers">,
  ...langs: string[]
): string | undefined;
