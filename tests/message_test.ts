import {
  assert,
  assertEquals,
  assertLessOrEqual,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import fc from "fast-check";
import { ChatError } from "../src/errors.ts";
import {
  countCodePoints,
  isMessageId,
  isNormal,
  nameKey,
  normalizeName,
  normalizeText,
  toStored,
  truncateGraphemes,
} from "../src/message.ts";

const segmenter = new Intl.Segmenter("und", { granularity: "grapheme" });
const clusters = (text: string) => [...segmenter.segment(text)].length;

// Whole Unicode, lone surrogates too, thick with the characters that the rules are about.
const anyText = fc.string({
  unit: fc.oneof(
    {
      weight: 6,
      arbitrary: fc.constantFrom(..." \t\n\r\u00a0\u2028\u3000aeZß1\u0301\u0302\ufe0f👍🏽"),
    },
    { weight: 4, arbitrary: fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }) },
    { weight: 1, arbitrary: fc.nat({ max: 0xffff }).map((unit) => String.fromCharCode(unit)) },
  ),
  maxLength: 50,
  size: "max",
});

/** What `normalize` makes of `raw`, or `undefined` when it refuses with `code`. */
function unlessRefused(normalize: () => string, code: string): string | undefined {
  try {
    return normalize();
  } catch (error) {
    assert(error instanceof ChatError && error.code === code, String(error));
    return undefined;
  }
}

function assertNameRefused(name: string): void {
  const error = assertThrows(() => normalizeName(name), ChatError, "", JSON.stringify(name));
  assertEquals(error.code, "name_invalid");
}

Deno.test("normalizeName() trims, folds white space and composes", () => {
  assertEquals(normalizeName("  Ann \t\r\n\u00a0\u3000 Lee\u2028"), "Ann Lee");
  assertEquals(normalizeName("Rene\u0301"), "Ren\u00e9");
});

Deno.test("normalizeName() keeps letters of every script, emoji and punctuation", () => {
  for (const name of ["Ann", "Łukasz", "李雷", "Аня", "ธนา", "O'Neil-2", "❤️", "👍🏽", "x̂", "7"]) {
    assertEquals(normalizeName(name), name);
  }
});

Deno.test("normalizeName() refuses a name with nothing to see", () => {
  for (const name of ["", " ", "\n\t\u3000", "\u0301", "\ufe0f", "\ue000"]) assertNameRefused(name);
});

Deno.test("security 21: normalizeName() refuses control, bidi, zero-width and invisible characters", () => {
  const refused = [
    ..."\0\x07\x1b\x7f\x80\x9f\u061c\u200e\u200f\u202a\u202e\u2066\u2069\u200b\u200c\u200d\u2060",
    ..."\ufeff\xad\u034f\u115f\u3164\uffa0\u180e\u2800\ufff9\u{e0041}",
    "\ud800",
    "\udc00",
  ];
  for (const character of refused) {
    assertNameRefused(`A${character}n`);
  }
});

Deno.test("normalizeName() refuses a character at the edge as well as inside", () => {
  for (const name of ["\u200bAnn", "Ann\u200b", "\ufeffAnn", "Ann\ufeff"]) assertNameRefused(name);
});

Deno.test("normalizeName() counts grapheme clusters, after folding, up to 32", () => {
  for (const letter of ["n", "👍🏽", "x̂", "🇩🇪"]) {
    assertEquals(normalizeName(` ${letter.repeat(32)} `), letter.repeat(32));
    assertNameRefused(letter.repeat(33));
  }
  assertEquals(normalizeName(`a${" ".repeat(100)}b`), "a b");
});

Deno.test("normalizeName() stops clusters of endless marks at 128 code points", () => {
  assertEquals(normalizeName("x" + "\u103e".repeat(127)).length, 128);
  assertNameRefused("x" + "\u103e".repeat(128));
});

Deno.test("normalizeName() is idempotent and keeps its promises for any string", () => {
  fc.assert(
    fc.property(anyText, (raw) => {
      const name = unlessRefused(() => normalizeName(raw), "name_invalid");
      if (name === undefined) return;
      assertEquals(normalizeName(name), name);
      assertEquals(name, name.trim().normalize("NFC"));
      assert(!/[\p{Cc}\p{Cs}\p{Bidi_Control}\u200b-\u200d\u2060\ufeff]| {2}/u.test(name));
      assert(clusters(name) >= 1 && clusters(name) <= 32);
      assertLessOrEqual(countCodePoints(name), 128);
      assertNotEquals(nameKey(name), "");
    }),
    { numRuns: 1000 },
  );
});

Deno.test("nameKey() is one for names that differ in case, width or what is ignored", () => {
  const same = [
    ["Ann", "ANN", "ann", "Ａｎｎ", "A\ufe0fnn"],
    ["Straße", "STRASSE", "strasse", "STRAẞE"],
    ["Σίσυφος", "ΣΊΣΥΦΟΣ", "σίσυφοσ"],
    ["Ren\u00e9", "RENE\u0301"],
    ["ﬁn", "FIN"],
    ["Åsa", "\u212bSA"],
  ];
  for (const [first = "", ...others] of same) {
    for (const other of others) assertEquals(nameKey(other), nameKey(first), `${other}, ${first}`);
  }
});

Deno.test("nameKey() is one for the upper and lower case of every character", () => {
  for (let codePoint = 0; codePoint <= 0x10ffff; codePoint++) {
    const character = String.fromCodePoint(codePoint);
    for (const variant of [character.toUpperCase(), character.toLowerCase()]) {
      if (variant === character) continue;
      const message = `U+${codePoint.toString(16)}`;
      assertEquals(nameKey(`a${variant}`), nameKey(`a${character}`), message);
    }
  }
});

Deno.test("nameKey() keeps different names apart", () => {
  const names = ["Ann", "Anna", "An n", "Änn", "Ann-2", "Ann2", "Bob", "__proto__", "constructor"];
  assertEquals(new Set(names.map(nameKey)).size, names.length);
});

Deno.test("nameKey() of a key is that key", () => {
  fc.assert(fc.property(anyText, (name) => assertEquals(nameKey(nameKey(name)), nameKey(name))));
});

Deno.test("normalizeText() makes line ends one kind and keeps tabs, spaces and blank lines", () => {
  assertEquals(normalizeText("  a\tb\r\nc\rd\n\n  e"), "  a\tb\nc\nd\n\n  e");
});

Deno.test("normalizeText() removes other controls and all white space at the end", () => {
  assertEquals(normalizeText("a\0b\x1b[31mc\x7f\x9f\u0085d \n\t\u3000\ufeff\x07 \r\n"), "ab[31mcd");
});

Deno.test("normalizeText() keeps what scripts need: joiners, bidi controls, decomposed letters", () => {
  for (const text of ["👨‍👩‍👧", "می‌خواهم", "\u202eabc\u202c", "e\u0301"]) {
    assertEquals(normalizeText(text), text);
  }
});

Deno.test("security 21: normalizeText() replaces lone surrogates", () => {
  assertEquals(normalizeText("a\ud800b\udc00c👍"), "a\ufffdb\ufffdc👍");
});

Deno.test("normalizeText() refuses what is empty when all that goes has gone", () => {
  for (const text of ["", " \n\t", "\0\x1b", "\r\n"]) {
    const error = assertThrows(() => normalizeText(text), ChatError, "empty");
    assertEquals(error.code, "text_invalid");
  }
});

Deno.test("normalizeText() counts code points, after what goes has gone, up to 2000", () => {
  for (const letter of ["a", "👍", "\u0301"]) {
    const longest = letter.repeat(2000);
    assertEquals(normalizeText(`${longest}\0 \n`), longest);
    const error = assertThrows(() => normalizeText(letter.repeat(2001)), ChatError, "2001");
    assertEquals(error.code, "text_invalid");
  }
});

Deno.test("normalizeText() is idempotent and keeps its promises for any string", () => {
  fc.assert(
    fc.property(anyText, (raw) => {
      const text = unlessRefused(() => normalizeText(raw), "text_invalid");
      if (text === undefined) return;
      assertEquals(normalizeText(text), text);
      assertEquals(text, text.trimEnd());
      assert(text.isWellFormed());
      assert(!/(?![\t\n])\p{Cc}/u.test(text));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("isNormal() is for what stays as it is, and hides no mistake of ours", () => {
  assertEquals(["Ann", " Ann", ""].map((name) => isNormal(name, normalizeName)), [
    true,
    false,
    false,
  ]);
  assertEquals(["a\n", "a\nb", " "].map((text) => isNormal(text, normalizeText)), [
    false,
    true,
    false,
  ]);
  const broken = () => {
    throw new TypeError("a mistake");
  };
  assertThrows(() => isNormal("Ann", broken), TypeError, "a mistake");
});

Deno.test("isMessageId() takes 1 to 64 of A-Z a-z 0-9 _ - and nothing else", () => {
  const good = ["a", "Z", "0", "_", "-", "b3c1-UUID_9", "x".repeat(64)];
  const bad = ["", "x".repeat(65), "a b", "a\n", "\na", "é", "a.b", "a/b", "<", "𝟘", "a\0"];
  assertEquals(good.filter((id) => !isMessageId(id)), []);
  assertEquals(bad.filter(isMessageId), []);
});

Deno.test("toStored() serializes the five fields in their order, and nothing else", () => {
  const message = {
    time: "2026-11-21T22:48:56.799Z",
    text: 'a "b"\n</script>',
    name: "Ann",
    seq: 7,
    id: "id-7",
    extra: "no",
  };
  assertEquals(
    toStored(message, { receivedAt: 5 }).json,
    '{"seq":7,"id":"id-7","name":"Ann","text":"a \\"b\\"\\n</script>",' +
      '"time":"2026-11-21T22:48:56.799Z"}',
  );
  assertEquals(toStored(message, { receivedAt: 5 }).receivedAt, 5);
});

Deno.test("toStored() counts the bytes of what it serializes and loses nothing", () => {
  fc.assert(fc.property(anyText, fc.nat(), (text, seq) => {
    const message = { seq, id: "x", name: "Ann", text, time: "2026-11-21T22:48:56.799Z" };
    const { json, bytes } = toStored(message);
    assertEquals(JSON.parse(json), message);
    assertEquals(bytes, new TextEncoder().encode(json).length);
  }));
});

Deno.test("truncateGraphemes() returns the beginning of a text and splits no cluster", () => {
  assertEquals(truncateGraphemes("a👨‍👩‍👧x̂b", 2), "a👨‍👩‍👧");
  assertEquals(truncateGraphemes("a👨‍👩‍👧x̂b", 3), "a👨‍👩‍👧x̂");
  fc.assert(fc.property(anyText, fc.nat({ max: 50 }), (text, max) => {
    const kept = truncateGraphemes(text, max);
    assert(text.startsWith(kept));
    assertEquals(clusters(kept), Math.min(max, clusters(text)));
  }));
});
