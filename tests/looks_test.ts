// Names that look like others: what counts as the same, what is refused, and that honest names are left
// alone.

import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ChatError } from "../src/errors.ts";
import { bareLook, isReserved, latinLook, mixesAlphabets } from "../src/looks.ts";
import { nameKeys, normalizeName } from "../src/message.ts";
import { Names } from "../src/names.ts";

/** Names that people have, in classes that exist. */
const HONEST = [
  ..."Ann Ian Lan Ella Elia Alla Alia Mila Lily Erna Ema Jürgen Łukasz Şule Işık Zoë Bjørn".split(
    " ",
  ),
  ..."Аня Анна Ольга Ирина Юрій Ґалаган Ўладзімір Сара Рома Ася Вова".split(" "),
  ..."Σοφία Γιώργος Ζωή Αρης".split(" "),
  ..."李雷 田中さくら 김민준 محمد רחל ธนา မြွှေ སྐྱིད Նարեկ გიორგი अंकित".split(" "),
  "Аня Smith",
  "田中Ken",
  "DJ-Вася",
  "guest-1a2b",
  "tool",
  "ci",
  "Class 7b",
  "👍🏽",
  "Administratorin",
  "Parleyan",
  "Serverus",
];

function isSame(one: string, other: string): boolean {
  const keys = nameKeys(one);
  return nameKeys(other).some((key) => keys.includes(key));
}

const ALIKE = [
  ["Pope", "Роре", "a whole name in Cyrillic letters"],
  ["POPE", "роре", "in small ones"],
  ["BOB", "ВОВ", "in capitals that are alike only as capitals"],
  ["Poca", "Роса", "of real Cyrillic words"],
  ["Nova", "Νονα", "in Greek letters"],
  ["Ian", "lan", "a small L for a capital I"],
  ["Ian", "1an", "a digit one for it"],
  ["Ian", "|an", "a bar for it"],
  ["Bob", "B0b", "a nought for an O"],
  ["Ann", "ɑnn", "a Latin letter that looks like another"],
  ["Ann", "ΑNΝ", "Greek among Latin"],
  ["Ann", "𝐀nn", "letters for mathematics"],
  ["sun", "ѕսո", "of three alphabets"],
];

for (const [one = "", other = "", what = ""] of ALIKE) {
  Deno.test(`security 22: "${one}" and "${other}" are one name: ${what}`, () => {
    assert(isSame(one, other));
  });
}

Deno.test("security 22: a name that looks like another's is taken", () => {
  let keys = 0;
  const names = new Names({ now: () => 0, newKey: () => `key-${++keys}`.padEnd(22, "-") });
  const { key } = names.claim("Ian Pope");
  for (const other of ["lan Pope", "Ian Роре", "IAN POPE", "1an Роре"]) {
    const error = assertThrows(() => names.claim(other), ChatError);
    assertEquals(error.code, "name_taken");
    // Its owner may write it so, and is called as before.
    assertEquals(names.claim(other, key).name, "Ian Pope");
  }
  names.forget("Ian Pope");
  assertEquals(names.claim("lan Pope").name, "lan Pope");
});

Deno.test("security 22: of names that are alike in two ways each has its own", () => {
  let keys = 0;
  const names = new Names({ now: () => 0, newKey: () => `key-${++keys}`.padEnd(22, "-") });
  const ian = names.claim("ian");
  const lan = names.claim("lan");
  // "Ian" is the first in another spelling and looks like the second: it is nobody else's.
  assertThrows(() => names.claim("Ian"), ChatError);
  assertEquals(names.claim("Ian", ian.key).name, "ian");
  names.forget("ian");
  assertThrows(() => names.claim("Ian"), ChatError);
  assertEquals(names.claim("Ian", lan.key).name, "lan");
});

Deno.test("security 22: honest names are allowed, and no two of them are one", () => {
  const seen = new Map<string, string>();
  for (const name of HONEST) {
    assertEquals(normalizeName(name), name);
    for (const key of nameKeys(name)) {
      assertEquals(seen.get(key) ?? name, name);
      seen.set(key, name);
    }
  }
});

const MIXED = ["Аnn", "Annа", "Мax", "Ρope", "ΟΚ-Αnn", "Ꭺnn", "ꓮnn", "Առa", "ѕun", "x Вob"];

for (const name of MIXED) {
  Deno.test(`security 22: "${name}" is refused, it mixes alphabets`, () => {
    assert(mixesAlphabets(name));
    const error = assertThrows(() => normalizeName(name), ChatError);
    assertEquals(error.code, "name_invalid");
    assertMatch(error.message, /mixes letters of several alphabets$/);
  });
}

const STAFF = [
  "admin",
  "Admin",
  "ADMIN-2",
  "~admin~",
  "a d m i n",
  "Adm1n",
  "4dmin",
  "@dmin",
  "admin!",
  "ädmin",
  "ＡＤＭＩＮ",
  "АДМИН",
  "админ 1",
  "Administrator",
  "System",
  "5y5tem",
  "SERVER",
  "Par1ey",
  "Parley",
  "m0derator",
  "Модератор",
  "root",
];

for (const name of STAFF) {
  Deno.test(`security 22: "${name}" is refused, it reads like whoever runs the server`, () => {
    assert(isReserved(name));
    const error = assertThrows(() => normalizeName(name), ChatError);
    assertEquals(error.code, "name_invalid");
    assertMatch(error.message, /whoever runs it$/);
  });
}

Deno.test("security 21: a name may have three accents on a letter, not four", () => {
  for (const [marks, isFine] of [[3, true], [4, false], [50, false]] as const) {
    // The first goes into the letter when it is composed, and counts all the same.
    for (const name of ["x" + "\u0302".repeat(marks), "a" + "\u0302".repeat(marks)]) {
      let isTaken = true;
      try {
        normalizeName(name);
      } catch (error) {
        assert(error instanceof ChatError && error.code === "name_invalid");
        isTaken = false;
      }
      assertEquals(isTaken, isFine, `${marks}`);
    }
  }
});

Deno.test("latinLook() leaves what is Latin as it is", () => {
  fc.assert(fc.property(fc.string({ unit: "binary-ascii" }), (text) => {
    assertEquals(latinLook(text), text);
  }));
});

Deno.test("latinLook() and bareLook() of what they return change nothing any more", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 20 }), (text) => {
    const latin = latinLook(text);
    assertEquals(latinLook(latin), latin);
    assertEquals(bareLook(latin), bareLook(text));
  }));
});

Deno.test("nameKeys() of a name in any spelling share a key, and are few", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 32 }), (name) => {
    assertEquals(nameKeys(name).length, 3);
    assert(isSame(name, name.toUpperCase()));
    assert(isSame(name, name.normalize("NFD")));
  }));
});
