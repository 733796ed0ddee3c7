// The part of @std/http/status that Parley uses; npm:deno-std carries no types of its own.
export declare const STATUS_TEXT: Readonly<Record<number, string>>;
