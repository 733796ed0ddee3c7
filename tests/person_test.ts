import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { initials, PERSON_COLOURS, personColour } from "../src/person.ts";
import style from "../static/style.css" with { type: "text" };

for (
  const [name, expected] of [
    ["Ann", "A"],
    ["ann lee", "AL"],
    ["Ann van der Lee", "AL"],
    ["(Bob) [dev]", "BD"],
    ["Ёлка", "Ё"],
    ["王小明", "王"],
    ["👩‍🚀 Zoe", "👩‍🚀Z"],
    ["🇩🇪", "🇩🇪"],
    ["Bob-2", "B"],
    ["...", "."],
    ["1 2 3", "13"],
  ] as const
) {
  Deno.test(`initials() of "${name}" are "${expected}"`, () =>
    assertEquals(initials(name), expected));
}

Deno.test("personColour() is one of the colours, and the same for a name in any spelling", () => {
  assertEquals(personColour("ANN"), personColour("ann"));
  assertEquals(personColour("Ａnn"), personColour("Ann"));
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (name) => {
    const colour = personColour(name);
    assert(Number.isInteger(colour) && colour >= 0 && colour < PERSON_COLOURS);
  }));
});

Deno.test("personColour() gives a class of thirty no colour to more than a quarter of it", () => {
  const class30 = Array.from({ length: 30 }, (_, index) => personColour(`Pupil ${index + 1}`));
  const most = Math.max(
    ...class30.map((colour) => class30.filter((other) => other === colour).length),
  );
  assert(most <= 7, `${most} of 30 share one colour`);
});

for (const [scheme, column] of [["light", 0], ["dark", 1]] as const) {
  Deno.test(`Every colour of a person has a contrast of 4.5 to what it stands on, in ${scheme}`, () => {
    const grounds = ["page", "surface"].map((name) => colourOf(name, column));
    for (let index = 0; index < PERSON_COLOURS; index++) {
      for (const ground of grounds) {
        const ratio = contrast(colourOf(`person-${index}`, column), ground);
        assert(ratio >= 4.5, `--person-${index} on ${ground}: ${ratio.toFixed(2)}`);
      }
    }
  });

  Deno.test(`Words in bubbles, notes and links have a contrast of 4.5, in ${scheme}`, () => {
    for (
      const [words, ground] of [
        ["text", "page"],
        ["text", "surface"],
        ["muted", "page"],
        ["muted", "surface"],
        ["on-bubble", "bubble"],
        ["on-accent", "accent"],
        ["accent-strong", "page"],
        ["accent-strong", "surface"],
        ["link", "bubble"],
        ["bad", "page"],
        ["text", "bad-surface"],
      ] as const
    ) {
      const ratio = contrast(colourOf(words, column), colourOf(ground, column));
      assert(ratio >= 4.5, `--${words} on --${ground}: ${ratio.toFixed(2)}`);
    }
  });
}

/** A colour of the style sheet: the first of `light-dark()` or the second. */
function colourOf(name: string, column: 0 | 1): string {
  const value = new RegExp(`--${name}: ([^;]+);`).exec(style)?.[1] ?? "";
  const colours = value.match(/#[0-9a-f]{6}/g) ?? [];
  const colour = colours[column] ?? colours[0];
  assert(colour !== undefined, `--${name} is no colour: "${value}"`);
  return colour;
}

/** WCAG 2.2, "contrast ratio". */
function contrast(a: string, b: string): number {
  const [lighter = 0, darker = 0] = [luminance(a), luminance(b)].toSorted((x, y) => y - x);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const value = parseInt(colour.slice(start, start + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
