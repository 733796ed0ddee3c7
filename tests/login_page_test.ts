// The page that asks for the password, without a server around it.

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { loadAssets } from "../src/assets.ts";
import { Door, PASS_COOKIE } from "../src/door.ts";
import { ChatError } from "../src/errors.ts";
import { LoginPage } from "../src/login_page.ts";
import { Password } from "../src/password.ts";
import { ObserverWorld } from "./helpers/observer_world.ts";

const { loginTemplate: template } = await loadAssets();
const password = await Password.create({ password: "open sesame", date: () => new Date(0) });
const LOCKED = new ChatError("unauthorized", "Cannot enter: a password is needed");
const OUTSIDE = { protocol: "http:", host: "localhost:8000" };

function makePage(title = "Parley") {
  const { observer } = new ObserverWorld();
  const door = new Door({ password, now: () => 0 });
  const page = new LoginPage({ config: { title, allowOrigins: [] }, door, observer, template });
  const visitor = (protocol = "http:") => ({
    address: "192.0.2.1",
    isLocal: false,
    outside: { ...OUTSIDE, protocol },
  });
  const submit = (fields: Record<string, string>, headers = {}, protocol = "http:") =>
    page.submit(
      new Request("http://localhost:8000/login", {
        method: "POST",
        body: new URLSearchParams(fields),
        headers,
      }),
      visitor(protocol),
    );
  return { page, submit };
}

function get(headers: Record<string, string> = {}, path = "/"): Request {
  return new Request(`http://localhost:8000${path}`, { headers });
}

Deno.test("LoginPage.show() asks for the password and blames nobody at a first visit", async () => {
  const answer = makePage().page.show(get(), LOCKED);
  assertEquals(answer.status, 401);
  assertEquals(answer.headers.get("content-type"), "text/html; charset=utf-8");
  assertEquals(answer.headers.get("cache-control"), "no-store");
  assertEquals(answer.headers.get("www-authenticate"), 'Bearer realm="parley"');
  const html = await answer.text();
  assertStringIncludes(html, '<form class="login-form" method="post" action="/login">');
  assertMatch(html, /<p class="error" role="alert" hidden><\/p>/);
  assertEquals(html.includes("<script"), false);
});

Deno.test("LoginPage.show() speaks the reader's language", async () => {
  const { page } = makePage();
  for (const request of [get({ "accept-language": "ru" }), get({}, "/?lang=ru")]) {
    const answer = page.show(request, LOCKED);
    assertEquals(answer.headers.get("content-language"), "ru");
    assertStringIncludes(await answer.text(), "У этой комнаты есть пароль.");
  }
});

Deno.test("LoginPage.show() shows the title as it is, never as HTML", async () => {
  const answer = makePage('</title><script>"{{ words.password }}').page.show(get(), LOCKED);
  const html = await answer.text();
  assertStringIncludes(html, "&lt;/title&gt;&lt;script&gt;&quot;{{ words.password }}</title>");
  assertEquals(html.includes("<script"), false);
});

Deno.test("LoginPage.submit() with the password gives a cookie and leads to the page", async () => {
  const answer = await makePage().submit({ password: "open sesame" });
  assertEquals([answer.status, answer.headers.get("location")], [303, "/"]);
  assertEquals(answer.headers.get("cache-control"), "no-store");
  const [cookie = "", ...others] = answer.headers.getSetCookie();
  assertEquals(others, []);
  const [value = "", ...attributes] = cookie.split("; ");
  assertMatch(value, new RegExp(`^${PASS_COOKIE}=\\d+\\.[\\w-]{43}$`));
  assertEquals(attributes.sort(), ["HttpOnly", "Max-Age=2592000", "Path=/", "SameSite=Lax"]);
});

Deno.test("LoginPage.submit() over https gives a cookie that never leaves by http", async () => {
  const answer = await makePage().submit({ password: "open sesame" }, {}, "https:");
  assertStringIncludes(answer.headers.getSetCookie().join(), "; Secure");
});

Deno.test("LoginPage.submit() of anything else is the page with the reason", async () => {
  for (const fields of [{ password: "<b>wrong" }, { password: "" }, { other: "open sesame" }]) {
    const answer = await makePage().submit(fields);
    assertEquals([answer.status, answer.headers.getSetCookie()], [401, []]);
    const html = await answer.text();
    assertMatch(html, /role="alert" >Cannot enter: this is not the password</);
    assertEquals(html.includes("wrong"), false);
  }
});

Deno.test("LoginPage.submit() from a page of another site tries nothing", async () => {
  const { submit } = makePage();
  const origin = "http://evil.example";
  for (let n = 0; n < 10; n++) {
    const answer = await submit({ password: "open sesame" }, { origin });
    assertEquals([answer.status, answer.headers.getSetCookie()], [403, []]);
    await answer.body?.cancel();
  }
  // Or else a link would be enough to lock somebody out.
  assertEquals((await submit({ password: "open sesame" })).status, 303);
});

Deno.test("LoginPage.submit() says when to try again after too many tries", async () => {
  const { submit } = makePage();
  for (let n = 0; n < 5; n++) await (await submit({ password: "x" })).body?.cancel();
  const answer = await submit({ password: "open sesame" });
  assertEquals([answer.status, answer.headers.get("retry-after")], [429, "12"]);
  assertStringIncludes(await answer.text(), "12");
});
