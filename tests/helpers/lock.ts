// The versions that every program of ours runs with in tests: those of the lock file, as under `deno task`.

/** Flags of `deno run`. Without them Deno would look for versions, and say so where tests read. */
export const LOCKED = [
  `--lock=${new URL("../../deno.lock", import.meta.url).pathname}`,
  "--frozen",
];
