// Rows by keyboard: arrows go from message to message, each of which then shows its time and date. One
// stop for the Tab key, however many rows there are.

/** Makes the arrow keys move between the messages of `list` while the focus is in `scroller`. */
export function moveByKeys(scroller: HTMLElement, list: HTMLElement): void {
  scroller.addEventListener("keydown", (event) => {
    const step = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
    if (step === 0 || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const row = neighbour(list, step) ??
      (event.target === scroller ? lastInSight(list) : undefined);
    if (row === undefined) return;
    event.preventDefault();
    row.focus();
  });
}

/** The message before or after the one that has the focus, or something in it. */
function neighbour(list: HTMLElement, step: -1 | 1): HTMLElement | undefined {
  const focused = document.activeElement?.closest(".message") ?? null;
  if (focused === null || focused.parentElement !== list) return undefined;
  let row = step < 0 ? focused.previousElementSibling : focused.nextElementSibling;
  while (row !== null && !row.matches(".message")) {
    row = step < 0 ? row.previousElementSibling : row.nextElementSibling;
  }
  return row instanceof HTMLElement ? row : undefined;
}

function lastInSight(list: HTMLElement): HTMLElement | undefined {
  const bottom = list.parentElement?.getBoundingClientRect().bottom ?? 0;
  const rows = [...list.querySelectorAll<HTMLElement>(".message")];
  return rows.findLast((row) => row.getBoundingClientRect().top < bottom);
}
