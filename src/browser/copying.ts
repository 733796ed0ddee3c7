// What the clipboard gets of selected rows: "[22:48] Ann: hello", one message after the other. A
// selection within one text is copied as it is.

import type { Words } from "../words/words.ts";
import { makeButton } from "./dom.ts";
import { clockOf } from "./times.ts";

/** Makes copying rows of `list` give text that can be read elsewhere. */
export function copyRows(list: HTMLElement): void {
  list.addEventListener("copy", (event) => {
    const text = textOf(document.getSelection(), list);
    if (text === undefined || event.clipboardData === null) return;
    event.preventDefault();
    event.clipboardData.setData("text/plain", text);
  });
}

/** What `selection` is as text; `undefined` when it is no selection of whole rows. */
function textOf(selection: Selection | null, list: HTMLElement): string | undefined {
  if (selection === null || selection.rangeCount === 0) return undefined;
  const range = selection.getRangeAt(0);
  const within = range.commonAncestorContainer;
  const element = within instanceof Element ? within : within.parentElement;
  const isWithinText = (element?.closest(".text") ?? null) !== null;
  if (isWithinText) return undefined;
  const rows = [...list.querySelectorAll(".message")].filter((row) => range.intersectsNode(row));
  const lines = rows.flatMap((row) => {
    const text = row.querySelector(".text");
    const selected = text === null ? "" : selectedIn(text, range);
    if (selected === "") return [];
    const time = row.querySelector("time")?.dateTime ?? "";
    const name = row.querySelector(".name")?.textContent ?? "";
    return `${time === "" ? "" : `[${clockOf(new Date(time))}] `}${name}: ${selected}`;
  });
  return lines.length === 0 ? undefined : lines.join("\n");
}

/** The part of `text` that lies in `range`. */
function selectedIn(text: Element, range: Range): string {
  const part = document.createRange();
  part.selectNodeContents(text);
  if (part.compareBoundaryPoints(Range.START_TO_START, range) < 0) {
    part.setStart(range.startContainer, range.startOffset);
  }
  if (part.compareBoundaryPoints(Range.END_TO_END, range) > 0) {
    part.setEnd(range.endContainer, range.endOffset);
  }
  return part.toString();
}

/** Makes a button that puts `text` on the clipboard, and says so. */
export function makeCopyButton(text: string, words: Words): HTMLButtonElement {
  const button = makeButton(words.say("copy"), () => {
    // Only there where the page came by https or from this machine.
    navigator.clipboard?.writeText(text).then(
      () => button.textContent = words.say("copied"),
      () => button.textContent = words.say("copy"),
    );
  });
  button.hidden = navigator.clipboard === undefined;
  return button;
}
