// A dialect that does what another does and counts the work.

import type { Dialect } from "../../src/protocol.ts";

/** Speaks `dialect`. */
export function countingDialect(dialect: Dialect): Dialect & { readonly encodings: number } {
  let encodings = 0;
  return {
    ...dialect,
    messages(batch, skipped) {
      encodings++;
      return dialect.messages(batch, skipped);
    },
    presence(change) {
      encodings++;
      return dialect.presence(change);
    },
    get encodings() {
      return encodings;
    },
  };
}
