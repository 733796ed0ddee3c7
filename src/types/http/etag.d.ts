// The part of @std/http/etag that Parley uses; npm:deno-std carries no types of its own.
export interface ETagOptions {
  algorithm?: "SHA-1" | "SHA-256" | "SHA-384" | "SHA-512";
  weak?: boolean;
}
export declare function eTag(
  entity: string | Uint8Array,
  options?: ETagOptions,
): Promise<string>;
export declare function ifNoneMatch(
  value: string | null,
  etag: string | undefined,
): boolean;
