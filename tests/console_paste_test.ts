import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { PasteReader } from "../src/console/paste.ts";

const BEGIN = "\x1b[200~";
const END = "\x1b[201~";

/** What comes out when the input comes in these parts; what is pasted stands in brackets. */
function read(...chunks: string[]): string {
  const reader = new PasteReader();
  const parts = chunks.flatMap((chunk) => reader.read(chunk));
  const text = parts.map(({ text, isPasted }) => isPasted ? `<${text}>` : text).join("");
  // In how many parts a paste comes does not matter.
  return text.replaceAll("><", "");
}

Deno.test("PasteReader.read() leaves what is typed as it is", () => {
  assertEquals(read("a\r\x03\x1b[A\n"), "a\r\x03\x1b[A\n");
});

Deno.test("PasteReader.read() makes pasted line breaks visible, of every kind", () => {
  assertEquals(read(`a${BEGIN}1\r2\n3\r\n\r4${END}\r`), "a<1⏎2⏎3⏎⏎4>\r");
});

Deno.test("PasteReader.read() lets no pasted character be a key, but tabs", () => {
  assertEquals(read(`${BEGIN}\x03\x04\x1b[A\tx${END}\x03`), "<[A\tx>\x03");
});

Deno.test("PasteReader.read() takes a mark inside pasted text for text", () => {
  assertEquals(read(`${BEGIN}a${BEGIN}b${END}c`), "<a[200~b>c");
});

Deno.test("PasteReader.read() does not make the Escape key wait for another", () => {
  assertEquals(read("\x1b"), "\x1b");
});

Deno.test("PasteReader.read() understands a mark that comes in two parts", () => {
  const text = `a${BEGIN}b\rc${END}\r`;
  // Not after Escape alone, which is a key.
  for (let at = 3; at < text.length; at++) {
    assertEquals(read(text.slice(0, at), text.slice(at)), "a<b⏎c>\r", `split at ${at}`);
  }
});

Deno.test("PasteReader.read() loses nothing, however pastes follow each other", () => {
  const typed = fc.stringMatching(/^[a-z\r]+$/);
  const pasted = fc.stringMatching(/^[A-Z \t]+$/);
  fc.assert(fc.property(fc.array(fc.tuple(typed, pasted)), (pairs) => {
    const chunks = pairs.flatMap(([keys, paste]) => [keys, BEGIN, paste, END]);
    const expected = pairs.map(([keys, paste]) => `${keys}<${paste}>`).join("");
    assertEquals([read(...chunks), read(chunks.join(""))], [expected, expected]);
  }));
});
