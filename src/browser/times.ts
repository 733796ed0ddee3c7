// Times as the reader's clock and language have them. The server's time is never corrected: it is
// the same for everyone.

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const dayAndClock = new Intl.DateTimeFormat(undefined, {
  day: "numeric",
  month: "short",
  hour: "numeric",
  minute: "2-digit",
});
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });

/** Shows `iso` in `element`: the time of day, and the date before it unless that is today's. */
export function showTime(element: HTMLTimeElement, iso: string): void {
  const time = new Date(iso);
  const isToday = time.toDateString() === new Date().toDateString();
  element.dateTime = iso;
  element.textContent = (isToday ? clock : dayAndClock).format(time);
  element.title = full.format(time);
}
