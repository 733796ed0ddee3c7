import { assert, assertEquals } from "@std/assert";
import { keepChoice, preferencesOf } from "../src/preferences.ts";

function request(path: string, headers: Record<string, string> = {}): Request {
  return new Request(`http://localhost:8000${path}`, { headers });
}

function languageOf(headers: Record<string, string>, path = "/"): string {
  return preferencesOf(request(path, headers)).language;
}

Deno.test("preferencesOf() takes the language that the browser likes best of those there are", () => {
  for (
    const [header, language] of [
      ["ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7", "ru"],
      ["en-GB,en;q=0.9,ru;q=0.8", "en"],
      ["uk,ru;q=0.8", "ru"],
      ["de", "en"],
      ["*", "en"],
      [";;;", "en"],
    ] as const
  ) assertEquals(languageOf({ "accept-language": header }), language, header);
  assertEquals(languageOf({}), "en");
});

Deno.test("preferencesOf() puts a choice by hand before the browser's, and the address first", () => {
  const headers = { "accept-language": "ru", cookie: "parley_lang=en; parley_theme=dark" };
  assertEquals(preferencesOf(request("/", headers)), { language: "en", theme: "dark" });
  assertEquals(languageOf(headers, "/?lang=ru"), "ru");
  assertEquals(preferencesOf(request("/?theme=system", headers)).theme, undefined);
});

Deno.test("preferencesOf() ignores cookies and addresses that make no sense", () => {
  const headers = { cookie: 'parley_lang=constructor; parley_theme="><script>' };
  assertEquals(preferencesOf(request("/?lang=xx&theme=pink", headers)), {
    language: "en",
    theme: undefined,
  });
});

Deno.test("keepChoice() keeps a choice in a cookie and goes on without it in the address", () => {
  const kept = keepChoice(request("/?lang=ru", { "sec-fetch-site": "same-origin" }), {
    secure: true,
  });
  assertEquals([kept?.status, kept?.headers.get("location")], [303, "/"]);
  const [cookie = ""] = kept?.headers.getSetCookie() ?? [];
  for (const part of ["parley_lang=ru", "HttpOnly", "SameSite=Lax", "Path=/", "Secure"]) {
    assert(cookie.includes(part), part);
  }
});

Deno.test("keepChoice() forgets the colours when the system is to decide", () => {
  const kept = keepChoice(request("/?theme=system"), { secure: false });
  assert(kept?.headers.getSetCookie()[0]?.includes("Max-Age=0"));
});

Deno.test("keepChoice() changes nothing for another site's link, nor for what is no choice", () => {
  for (const site of ["cross-site", "same-site"]) {
    const asked = request("/?lang=ru", { "sec-fetch-site": site });
    assertEquals(keepChoice(asked, { secure: false }), undefined);
    assertEquals(preferencesOf(asked).language, "ru");
  }
  for (const path of ["/", "/?lang=xx", "/?theme=pink", "/?other=ru"]) {
    assertEquals(keepChoice(request(path), { secure: false }), undefined);
  }
});
