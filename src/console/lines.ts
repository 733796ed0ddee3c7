// How messages and news look as lines of a terminal or of a pipe.

import type { Message } from "../message.ts";

/** Colours of a terminal (ECMA-48, section 8.3.117), or none. */
export interface Style {
  own(text: string): string;
  name(text: string): string;
  quiet(text: string): string;
}

/** Colours, or with `false` the bare texts. */
export function createStyle(hasColours: boolean): Style {
  const paint = (code: string) => (text: string) =>
    hasColours ? `\x1b[${code}m${text}\x1b[0m` : text;
  return { own: paint("36"), name: paint("34"), quiet: paint("90") };
}

// A terminal obeys control characters, and some turn the whole row around for bidi controls. The server
// lets none of the former through, but a client must not have to believe that of every server it is
// pointed at.
// deno-lint-ignore no-control-regex -- control characters are what it is about
const CONTROLS = /[\u{0}-\u{8}\u{B}-\u{1F}\u{7F}-\u{9F}\u{202A}-\u{202E}\u{2066}-\u{2069}]/gu;

/** `text` without anything that a terminal would obey; tab and newline stay. */
export function withoutControls(text: string): string {
  return text.replace(CONTROLS, "");
}

/** The day of `date` here, for people. */
export function dayOf(date: Date): string {
  return date.toDateString();
}

/** A message as a row of a terminal: its further lines stand under the first. */
export function toRow(
  { name, text, time }: Message,
  { style, isOwn }: { style: Style; isOwn: boolean },
): string {
  const clock = new Date(time).toTimeString().slice(0, 5);
  const who = withoutControls(name);
  const said = withoutControls(text).replaceAll("\n", `\n${" ".repeat(clock.length + 1)}`);
  return `${style.quiet(clock)} ${(isOwn ? style.own : style.name)(`${who}:`)} ${said}`;
}

/** A message as one line of a pipe: `Ann: hello`, with the newlines of its text as `\n`. */
export function toLine({ name, text }: Message): string {
  return withoutControls(`${name}: ${text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}`);
}

/** A message as one JSON object. */
export function toJson({ seq, id, name, text, time }: Message): string {
  return JSON.stringify({ seq, id, name, text, time });
}
