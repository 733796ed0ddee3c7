// The part of @std/html/entities that Parley uses; npm:deno-std carries no types of its own.
/** Escapes `&`, `<`, `>`, `"` and `'`: safe in HTML text and in quoted attribute values. */
export declare function escape(str: string): string;
