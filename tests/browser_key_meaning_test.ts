import { assertEquals } from "@std/assert";
import { type KeyPlace, meaningOf, type Pressed } from "../src/browser/key_meaning.ts";

const FREE: KeyPlace = { isTaken: false, isEmpty: false, hasSelection: false };

function press(key: string, changes: Partial<Pressed> = {}): Pressed {
  const held = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
  return { key, ...held, isComposing: false, defaultPrevented: false, ...changes };
}

Deno.test("a key that writes goes to the composer, whatever its script", () => {
  for (const key of ["a", "Ж", "1", "漢", "😀"]) {
    assertEquals(meaningOf(press(key), FREE), "write", key);
  }
});

Deno.test("a key that writes nothing keeps its own meaning", () => {
  for (const key of ["Tab", "Enter", " ", "ArrowUp", "F5", "Shift", "Dead"]) {
    assertEquals(meaningOf(press(key), FREE), undefined, key);
  }
});

Deno.test("a key in a field, with a modifier or over a selection is not the page's", () => {
  assertEquals(meaningOf(press("a"), { ...FREE, isTaken: true }), undefined);
  assertEquals(meaningOf(press("?"), { ...FREE, isTaken: true }), undefined);
  assertEquals(meaningOf(press("c"), { ...FREE, hasSelection: true }), undefined);
  assertEquals(meaningOf(press("c", { ctrlKey: true }), FREE), undefined);
  assertEquals(meaningOf(press("a", { isComposing: true }), FREE), undefined);
});

Deno.test("Escape closes, also from a field, but not what an input method has open", () => {
  assertEquals(meaningOf(press("Escape"), { ...FREE, isTaken: true }), "close");
  assertEquals(meaningOf(press("Escape", { isComposing: true }), FREE), undefined);
});

Deno.test("? shows the keys", () => {
  assertEquals(meaningOf(press("?"), FREE), "help");
});

Deno.test("End goes to the newest message, except in a field with something in it", () => {
  assertEquals(meaningOf(press("End"), FREE), "end");
  assertEquals(meaningOf(press("End"), { ...FREE, isTaken: true, isEmpty: true }), "end");
  assertEquals(meaningOf(press("End"), { ...FREE, isTaken: true }), undefined);
  assertEquals(meaningOf(press("End", { shiftKey: true }), FREE), undefined);
});
