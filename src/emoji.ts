// Texts that are nothing but a few emoji, which are shown large. Pure, for the server's page and for the
// client alike.

/** More than this and it is a picture made of emoji, no exclamation. */
const MAX_EMOJI = 6;
/** The longest emoji are of about 15 code units (a family with skin tones); more is no emoji. */
const MAX_UNITS = MAX_EMOJI * 40;

const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" });

const pictograph = String.raw`\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier})?`;
const tags = String.raw`[\u{E0020}-\u{E007F}]*`;
const EMOJI = new RegExp(
  String.raw`^(?:\p{RI}{2}|[0-9#*]\uFE0F?\u20E3|${pictograph}${tags}(?:\u200D${pictograph})*)$`,
  "u",
);
// A sign such as © or ™ is text unless it is asked to be an emoji.
const IN_COLOUR = /[\p{Emoji_Presentation}\p{Emoji_Modifier}\uFE0F\u20E3]/u;

/** Whether `text` is one to six emoji and nothing else but white space. */
export function isOnlyEmoji(text: string): boolean {
  if (text.length > MAX_UNITS) return false;
  let count = 0;
  for (const { segment } of graphemes.segment(text)) {
    if (/^\s+$/.test(segment)) continue;
    if (++count > MAX_EMOJI || !EMOJI.test(segment) || !IN_COLOUR.test(segment)) return false;
  }
  return count > 0;
}
