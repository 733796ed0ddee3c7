// Keys that work wherever one is on the page.

import { meaningOf } from "./key_meaning.ts";

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

/** Listens on the document for good. */
export function listenForKeys(actions: KeyActions): void {
  document.addEventListener("keydown", (event) => {
    const isTaken = event.target instanceof Element &&
      event.target.closest("input, textarea, select, dialog, [contenteditable]") !== null;
    const isEmpty = event.target instanceof HTMLInputElement ||
        event.target instanceof HTMLTextAreaElement
      ? event.target.value === ""
      : false;
    const hasSelection = getSelection()?.isCollapsed === false;
    switch (meaningOf(event, { isTaken, isEmpty, hasSelection })) {
      case "close":
        if (!actions.close()) actions.toEnd();
        return;
      case "end":
        event.preventDefault();
        return actions.toEnd();
      case "help":
        event.preventDefault();
        return actions.help();
      case "write":
        // The key itself lands in the field that gets the focus now.
        return actions.write();
    }
  });
}
