// How every program that serves starts V8; deno.json has it for `deno task start`. See docs/running.md, "Memory".

/** A flag of `deno run` and `deno compile`: megabytes that young objects may have, twice, where V8 allows 16. */
export const V8_FLAGS = "--v8-flags=--max-semi-space-size=8";
