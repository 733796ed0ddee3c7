import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ServerProcess } from "./helpers/server_process.ts";

Deno.test("GET / is in the language that the browser asks for", async () => {
  await using server = await ServerProcess.start();
  for (
    const [header, language, send] of [
      ["ru-RU,ru;q=0.9,en;q=0.8", "ru", "Отправить"],
      ["de,en;q=0.5", "en", "Send"],
    ] as const
  ) {
    const response = await fetch(server.url, { headers: { "accept-language": header } });
    const html = await response.text();
    assertEquals(response.headers.get("content-language"), language);
    assertStringIncludes(html, `<html lang="${language}"`);
    assertStringIncludes(html, `>${send}</button>`);
  }
});

Deno.test("a language and colours chosen by a link are kept in cookies, and win", async () => {
  await using server = await ServerProcess.start();
  const chosen = await fetch(`${server.url}/?lang=ru&theme=dark`, { redirect: "manual" });
  await chosen.body?.cancel();
  assertEquals([chosen.status, chosen.headers.get("location")], [303, "/"]);
  const cookie = chosen.headers.getSetCookie().map((each) => each.split(";")[0]).join("; ");
  assertEquals(cookie, "parley_lang=ru; parley_theme=dark");
  const page = await fetch(server.url, { headers: { cookie, "accept-language": "en" } });
  assertStringIncludes(await page.text(), `<html lang="ru" data-theme="dark">`);
});

Deno.test("POST / refuses in the reader's language", async () => {
  await using server = await ServerProcess.start();
  const response = await fetch(server.url, {
    method: "POST",
    headers: { "accept-language": "ru" },
    body: new URLSearchParams({ name: "", text: "hello" }),
  });
  const html = await response.text();
  assertEquals(response.status, 400);
  assertStringIncludes(html, "Такое имя не подходит: нужно от 1 до 32 видимых знаков");
  // What was typed is still there.
  assert(/<textarea[^>]*>\nhello<\/textarea>/.test(html));
});
