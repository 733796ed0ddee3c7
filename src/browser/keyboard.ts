// Keys that work wherever one is on the page.

/** What {@linkcode listenForKeys} causes. */
export interface KeyActions {
  /** Goes to where a message can be written. */
  write(): void;
  /** Goes to the newest message. */
  toEnd(): void;
  /** Shows all keys. */
  help(): void;
  /** Closes what is open over the page; returns whether something was. */
  close(): boolean;
}

/** The part of a `KeyboardEvent` that says what was pressed. */
export type Pressed = Pick<
  KeyboardEvent,
  "key" | "ctrlKey" | "metaKey" | "altKey" | "isComposing" | "defaultPrevented"
>;

/** Where a key was pressed. */
export interface KeyPlace {
  /** A field or a control has it for itself. */
  readonly isTaken: boolean;
  /** Text is selected: a key may be meant for that. */
  readonly hasSelection: boolean;
}

/** What a key means to the page as a whole; nothing when it is somebody else's. */
export function meaningOf(
  { key, ctrlKey, metaKey, altKey, isComposing, defaultPrevented }: Pressed,
  { isTaken, hasSelection }: KeyPlace,
): "close" | "help" | "write" | undefined {
  if (defaultPrevented || isComposing || ctrlKey || metaKey || altKey) return undefined;
  if (key === "Escape") return "close";
  if (isTaken) return undefined;
  if (key === "?") return "help";
  // Keys that write have one character as their name; a space scrolls.
  return [...key].length === 1 && key !== " " && !hasSelection ? "write" : undefined;
}

/** Listens on the document for good. */
export function listenForKeys(actions: KeyActions): void {
  document.addEventListener("keydown", (event) => {
    const isTaken = event.target instanceof Element &&
      event.target.closest("input, textarea, select, dialog, [contenteditable]") !== null;
    const hasSelection = getSelection()?.isCollapsed === false;
    switch (meaningOf(event, { isTaken, hasSelection })) {
      case "close":
        if (!actions.close()) actions.toEnd();
        return;
      case "help":
        event.preventDefault();
        return actions.help();
      case "write":
        // The key itself lands in the field that gets the focus now.
        return actions.write();
    }
  });
}
