import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { findLinks } from "../src/links.ts";

/** The addresses that `text` leads to. */
function hrefs(text: string): string[] {
  return findLinks(text).flatMap(({ href }) => href ?? []);
}

/** The parts of `text` that are shown as links. */
function linked(text: string): string[] {
  return findLinks(text).flatMap(({ text, href }) => href === undefined ? [] : [text]);
}

Deno.test("findLinks() finds http, https and mailto, in any case, and leaves the rest text", () => {
  assertEquals(findLinks("see http://a.example/x and HTTPS://B.example, or mailto:c@d.example"), [
    { text: "see " },
    { text: "http://a.example/x", href: "http://a.example/x" },
    { text: " and " },
    { text: "HTTPS://B.example", href: "https://b.example/" },
    { text: ", or " },
    { text: "mailto:c@d.example", href: "mailto:c@d.example" },
  ]);
});

for (
  const text of [
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x file:///etc/passwd ftp://a.example",
    "www.a.example a.example",
    "http:// https://? http://#x mailto: mailto:nobody",
    "xhttp://a.example",
    "https://bank.example@evil.example/ https://u:p@evil.example/",
    "http://[::1",
    "",
  ]
) {
  Deno.test(`findLinks() finds no link in "${text}"`, () => {
    assertEquals(hrefs(text), []);
    assertEquals(findLinks(text).map((token) => token.text).join(""), text);
  });
}

for (
  const [text, address] of [
    ["Go to https://a.example/x.", "https://a.example/x"],
    ["https://a.example/x?!...", "https://a.example/x"],
    ["(https://a.example/x)", "https://a.example/x"],
    ["(see https://a.example/x_(y))", "https://a.example/x_(y)"],
    ["https://a.example/x_(y), and", "https://a.example/x_(y)"],
    ["[https://a.example/]", "https://a.example/"],
    ['"https://a.example/x"', "https://a.example/x"],
    ["«https://a.example/x»", "https://a.example/x"],
    ["<https://a.example/x>", "https://a.example/x"],
    ["https://a.example/?q=a.b,c;d:e!f", "https://a.example/?q=a.b,c;d:e!f"],
    ["https://a.example/x\u202Egnp.exe", "https://a.example/x"],
    ["https://a.example/ö/日本", "https://a.example/ö/日本"],
  ] as const
) {
  Deno.test(`findLinks() links "${address}" in "${text}"`, () =>
    assertEquals(linked(text), [address]));
}

Deno.test("findLinks() leaves addresses in code alone", () => {
  assertEquals(linked("`https://a.example` https://b.example ```\nhttps://c.example\n```"), [
    "https://b.example",
  ]);
});

Deno.test("findLinks() shows a host as punycode when its letters are of scripts that look alike", () => {
  // The first letter is Cyrillic.
  assertEquals(linked("https://аpple.example/я?q"), ["https://xn--pple-43d.example/я?q"]);
  assertEquals(linked("http://ελ-latin.example"), ["http://xn---latin-hye2c.example"]);
  assertEquals(linked("https://пример.рф/ https://bücher.example/ https://例え.example/"), [
    "https://пример.рф/",
    "https://bücher.example/",
    "https://例え.example/",
  ]);
});

Deno.test("security 14: findLinks() loses nothing, leads only where it may, and takes any text", () => {
  const piece = fc.oneof(
    fc.webUrl({ withFragments: true, withQueryParameters: true }),
    fc.constantFrom("http://", "https://a.example", "mailto:a@b.example", "javascript:x", "(", ")"),
    fc.constantFrom(".", ",", "`", "```", " ", "\n", "\u202E", "@", "]", '"', "<", "аpple.example"),
    fc.string({ unit: "grapheme" }),
    fc.string({ unit: "binary" }),
  );
  fc.assert(fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
    const text = pieces.join("");
    const tokens = findLinks(text);
    for (const { text, href } of tokens) {
      assert(text !== "");
      if (href === undefined) continue;
      assert(["http:", "https:", "mailto:"].includes(new URL(href).protocol));
      assert(!/[\s<>"]/.test(text));
    }
    // Punycode is the one thing that is shown otherwise than it was written.
    const shown = tokens.map((token) => token.text).join("");
    if (!shown.includes("xn--")) assertEquals(shown, text);
  }));
});

Deno.test("findLinks() takes the longest text in no time", () => {
  const texts = ["https://a.example/" + ")".repeat(1982), "(`".repeat(1000), "http://".repeat(285)];
  for (const text of texts) {
    assertEquals(findLinks(text).map((token) => token.text).join(""), text);
  }
});
