import { assertEquals } from "@std/assert";
import { isOnlyEmoji } from "../src/emoji.ts";

for (
  const [text, expected] of [
    ["👍", true],
    ["👍👍👍👍👍👍", true],
    ["👍👍👍👍👍👍👍", false],
    ["🎉 🎊\n🥳", true],
    ["👩‍👩‍👧‍👦", true],
    ["👍🏽👩🏿‍🚀", true],
    ["🇩🇪🇫🇷", true],
    ["🏴󠁧󠁢󠁳󠁣󠁴󠁿", true],
    ["❤️", true],
    ["👩‍❤️‍💋‍👨", true],
    ["1️⃣", true],
    ["👍 ok", false],
    ["👍.", false],
    ["©", false],
    ["™", false],
    ["1", false],
    ["#", false],
    ["", false],
    [" ", false],
    ["🇩", false],
    ["a\u20E3", false],
    ["👍\u202E", false],
    ["👍" + "\u0301".repeat(1000), false],
  ] as const
) {
  const shown = JSON.stringify(text.slice(0, 20));
  Deno.test(`isOnlyEmoji() says ${expected} of ${shown}`, () => {
    assertEquals(isOnlyEmoji(text), expected);
  });
}
