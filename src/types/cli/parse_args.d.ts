// The part of @std/cli/parse-args that Parley uses; npm:deno-std carries no types of its own.
export interface ParseOptions {
  boolean?: readonly string[];
  string?: readonly string[];
  collect?: readonly string[];
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}
/** `_` holds what is no flag; a repeated flag is an array when it is in `collect`. */
export declare function parseArgs(
  args: readonly string[],
  options?: ParseOptions,
): Record<string, unknown> & { _: (string | number)[] };
