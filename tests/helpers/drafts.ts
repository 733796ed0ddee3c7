// What tests say.

import type { Draft } from "../../src/message.ts";

/** A draft with this id, which is in its text too, so that a mix-up shows. */
export function draft(id: string, fields: Partial<Draft> = {}): Draft {
  return { id, name: "Ann", text: `text of ${id}`, ...fields };
}

/** `count` drafts whose ids begin with `prefix`. */
export function drafts(count: number, prefix = "m"): Draft[] {
  return Array.from({ length: count }, (_, index) => draft(`${prefix}-${index + 1}`));
}

/** The ids of messages or drafts, in their order. */
export function idsOf(list: readonly { readonly id: string }[]): string[] {
  return list.map(({ id }) => id);
}
