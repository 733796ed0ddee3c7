// What a key means to the page as a whole, whoever has the focus. Knows no document.

/** The part of a `KeyboardEvent` that says what was pressed. */
export interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  readonly isComposing: boolean;
  readonly defaultPrevented: boolean;
}

/** Where a key was pressed. */
export interface KeyPlace {
  /** A field or a control has it for itself. */
  readonly isTaken: boolean;
  /** That field has nothing in it, to whose end one could go. */
  readonly isEmpty: boolean;
  /** Text is selected: a key may be meant for that. */
  readonly hasSelection: boolean;
}

/** What a key means to the page as a whole; nothing when it is somebody else's. */
export function meaningOf(
  { key, ctrlKey, metaKey, altKey, shiftKey, isComposing, defaultPrevented }: Pressed,
  { isTaken, isEmpty, hasSelection }: KeyPlace,
): "close" | "end" | "help" | "write" | undefined {
  if (defaultPrevented || isComposing || ctrlKey || metaKey || altKey) return undefined;
  if (key === "Escape") return "close";
  if (key === "End" && !shiftKey && (!isTaken || isEmpty)) return "end";
  if (isTaken) return undefined;
  if (key === "?") return "help";
  // Keys that write have one character as their name; a space scrolls.
  return [...key].length === 1 && key !== " " && !hasSelection ? "write" : undefined;
}
