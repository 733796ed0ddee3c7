import { assert, assertEquals } from "@std/assert";
import { ChatError, ERROR_CODES, type ErrorCode } from "../src/errors.ts";
import { Names } from "../src/names.ts";
import { isLanguage, type Language, LANGUAGES, tableOf, wordsOf } from "../src/words/languages.ts";
import { type Entry, freeName } from "../src/words/words.ts";

const languages = Object.keys(LANGUAGES) as Language[];

function entriesOf(language: Language): [key: string, entry: Entry][] {
  const { sentences, refusals } = tableOf(language);
  return [...Object.entries(sentences), ...Object.entries(refusals)];
}

function formsOf(entry: Entry): string[] {
  return typeof entry === "string" ? [entry] : Object.values(entry);
}

/** The names of the values in a sentence, each once. */
function holesOf(form: string): string[] {
  return [...new Set(Array.from(form.matchAll(/\{(\w+)\}/g), ([, name = ""]) => name))].sort();
}

Deno.test("every language has every sentence, with the same values in it as English", () => {
  const english = tableOf("en").sentences;
  for (const language of languages) {
    const { sentences } = tableOf(language);
    assertEquals(Object.keys(sentences).sort(), Object.keys(english).sort());
    for (const [key, entry] of Object.entries(sentences)) {
      for (const form of formsOf(entry)) {
        assert(form.trim() !== "", `${language}: ${key} is empty`);
        const model = english[key as keyof typeof english];
        // One form may leave the number out: "one more".
        const expected = holesOf(formsOf(model).join());
        assertEquals(holesOf(form), expected, `${language}: ${key}`);
      }
    }
  }
});

Deno.test("a sentence with plural forms has all that its language needs", () => {
  for (const language of languages) {
    const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
    for (const [key, entry] of entriesOf(language)) {
      if (typeof entry === "string") continue;
      assertEquals(Object.keys(entry).sort(), [...pluralCategories].sort(), `${language}: ${key}`);
    }
  }
});

Deno.test("Russian and English count as their speakers do", () => {
  const say = (language: Language, count: number) =>
    wordsOf(language).say("newMessages", { count });
  assertEquals([1, 2, 5, 21].map((count) => say("ru", count)), [
    "1 новое сообщение",
    "2 новых сообщения",
    "5 новых сообщений",
    "21 новое сообщение",
  ]);
  assertEquals([1, 2, 21].map((count) => say("en", count)), [
    "1 new message",
    "2 new messages",
    "21 new messages",
  ]);
});

Deno.test("numbers are written as the language writes them", () => {
  assertEquals(
    wordsOf("en").say("counter", { length: 1999, limit: 2000 }),
    "1,999 of 2,000 characters",
  );
  // U+00A0 keeps the number together.
  assertEquals(wordsOf("ru").number(12345), "12\u00A0345");
});

Deno.test("Words.parts() leaves places for what is not text", () => {
  assertEquals(wordsOf("en").parts("joined", { count: 1 }), [
    { value: "names" },
    { text: " has joined" },
  ]);
});

Deno.test("what people chose is never read as a sentence with places in it", () => {
  assertEquals(wordsOf("en").say("useName", { name: "{name} {count}" }), "Use “{name} {count}”");
});

Deno.test("Words.refusal() tells people in Russian what was refused, and a free name", () => {
  const words = wordsOf("ru");
  const names = new Names({ now: () => 0, newKey: () => "k".repeat(22) });
  names.claim("Аня");
  const error = refusalOf(() => names.claim("Аня"));
  assertEquals(freeName(error), "Аня-2");
  assertEquals(words.refusal(error), "Это имя здесь уже занято. «Аня-2» свободно");
  assertEquals(
    words.refusal(new ChatError("rate_limited", "", { retryAfterSeconds: 3 })),
    "Слишком быстро. Продолжим через 3 секунды",
  );
});

Deno.test("Words.refusal() is the server's sentence where the language has none", () => {
  const error = new ChatError("host", "Cannot answer for this host");
  for (const language of languages) assertEquals(wordsOf(language).refusal(error), error.message);
});

Deno.test("freeName() finds the proposed name, whatever is in it, and none elsewhere", () => {
  const proposed = `a"; "b" is free`;
  const message = `Cannot use this name: somebody here has it; "${proposed}" is free`;
  assertEquals(freeName({ code: "name_taken", message }), proposed);
  assertEquals(freeName({ code: "name_invalid", message }), undefined);
  assertEquals(freeName({ code: "name_taken", message: "taken" }), undefined);
});

Deno.test("every refusal is that of a code there is", () => {
  for (const language of languages) {
    for (const code of Object.keys(tableOf(language).refusals)) {
      assert(ERROR_CODES.includes(code as ErrorCode), code);
    }
  }
});

Deno.test("isLanguage() takes no other key of an object for a language", () => {
  assertEquals(["en", "ru", "de", "constructor", "", undefined].map(isLanguage), [
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});

function refusalOf(task: () => unknown): ChatError {
  try {
    task();
  } catch (error) {
    if (error instanceof ChatError) return error;
    throw error;
  }
  throw new Error("Nothing was refused");
}
