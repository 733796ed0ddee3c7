// What becomes of a text on the page: UX.md's criteria about days, links, long words, directions and
// emoji, in a real browser.

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Browser, Locator } from "playwright-core";
import { launch, Visitor } from "./browser.ts";
import { eventually, post, serve } from "./scenes.ts";

let browser: Browser;
Deno.test.beforeAll(async () => {
  browser = await launch();
});
Deno.test.afterAll(async () => {
  await browser.close();
});

Deno.test("UX 14: each day has a row with its date, also when midnight passes", async () => {
  const say = (text: string, time: string) => ({ name: "Ann", text, time });
  await using chat = await serve([
    say("long ago", "2026-01-12T09:00:00.000Z"),
    say("late", "2026-01-14T12:00:00.000Z"),
    say("early", "2026-01-14T23:30:00.000Z"),
  ]);
  await using reader = await Visitor.open(browser, chat.url, {
    timezoneId: "Europe/Paris",
    prepare: (page) => page.clock.install({ time: new Date("2026-01-15T22:59:00.000Z") }),
  });
  await reader.join("Zoe");
  // In Paris the last one was said after midnight.
  await eventually(async () => {
    const rows = await reader.page.locator("#messages").innerText();
    const days = ["Monday", "long ago", "Yesterday", "late", "Today", "early"];
    assertMatch(rows, new RegExp(days.join("[^]*")));
  });
  await reader.page.clock.runFor(2 * 60_000);
  await eventually(async () => {
    const rows = await reader.page.locator("#messages").innerText();
    assertMatch(rows, /late[\s\S]*Yesterday[\s\S]*early/);
    assert(!/Today[\s\S]*early/.test(rows), "yesterday is not today any more");
  });
});

Deno.test("UX 21: only http, https and mailto become links, without what only follows them", async () => {
  await using chat = await serve();
  await using ann = await Visitor.open(browser, chat.url);
  const cases: [text: string, href: string | undefined][] = [
    ["see https://example.com/a_(b) now", "https://example.com/a_(b)"],
    ["(http://example.com/x).", "http://example.com/x"],
    ["is it https://example.com/?q=1&r=2?", "https://example.com/?q=1&r=2"],
    ["end https://example.com/path,;:!", "https://example.com/path"],
    ["mail mailto:ann@example.com!", "mailto:ann@example.com"],
    ["javascript:alert(1)", undefined],
    ["data:text/html,<script>alert(1)</script>", undefined],
    ["file:///etc/passwd", undefined],
    ["vbscript:msgbox(1) and JAVASCRIPT://example.com/%0aalert(1)", undefined],
    ["look at `https://example.com/code`", undefined],
  ];
  for (const [text, href] of cases) {
    const { id } = await post(chat.url, "Ben", text);
    const row = ann.page.locator(`[data-id="${id}"]`);
    await row.waitFor();
    const links = row.locator("a[href]");
    assertEquals(await links.count(), href === undefined ? 0 : 1, text);
    if (href === undefined) continue;
    assertEquals(await links.getAttribute("href"), href);
    const rel = (await links.getAttribute("rel") ?? "").split(" ").toSorted();
    assertEquals(rel, ["nofollow", "noopener", "noreferrer"]);
    assertEquals(await row.locator(".text").innerText(), text);
  }
  // A host in letters of two scripts is shown as what it is.
  const { id } = await post(chat.url, "Ben", "https://аpple.com/login");
  const row = ann.page.locator(`[data-id="${id}"]`);
  await row.waitFor();
  assertMatch(await row.locator(".text").innerText(), /xn--pple-43d\.com/);
});

Deno.test("UX 22: long words wrap, and the page never scrolls sideways", async () => {
  await using chat = await serve();
  await using ann = await Visitor.open(browser, chat.url, {
    viewport: { width: 320, height: 640 },
  });
  await ann.join("Ann");
  await post(chat.url, "Ben", `https://example.com/${"a".repeat(480)}`);
  await post(chat.url, "W".repeat(32), "x".repeat(600));
  await post(chat.url, "Ben", `\`\`\`\n${"code ".repeat(80)}\n\`\`\``);
  await post(chat.url, "Ben", "short");
  await ann.sees("short");
  assertEquals(await ann.page.locator("html").evaluate((html) => html.scrollWidth), 320);
  const widths = await ann.page.locator("#messages").evaluate((list) =>
    [...list.querySelectorAll(".message")].map((row) => row.getBoundingClientRect().right)
  );
  assert(widths.every((right: number) => right <= 320), `rows end at ${widths}`);
  const log = ann.page.locator("#scroller");
  assertEquals(await log.evaluate((element) => element.scrollWidth - element.clientWidth), 0);
  assertEquals(
    await ann.row("short").locator(".text").evaluate((text) =>
      text.ownerDocument.defaultView.getComputedStyle(text).overflowWrap
    ),
    "anywhere",
  );
});

Deno.test("UX 23: each message has its own direction, and names do not turn what follows", async () => {
  await using chat = await serve();
  await using ann = await Visitor.open(browser, chat.url);
  await ann.join("Ann");
  await post(chat.url, "דנה", "שלום!");
  await post(chat.url, "Ben", "hello! \u202Ereversed");
  await ann.sees("שלום!");
  const direction = async (text: Locator) =>
    await text.evaluate((element) =>
      element.ownerDocument.defaultView.getComputedStyle(element).direction
    );
  assertEquals(await direction(ann.row("שלום!").locator(".text")), "rtl");
  assertEquals(await direction(ann.page.locator(".text", { hasText: "hello" })), "ltr");
  // The override ends with its message.
  const { left, right } = await ann.page.locator(".message", { hasText: "hello" }).evaluate(
    (row) => {
      const { left } = row.querySelector(".name").getBoundingClientRect();
      return { left, right: row.querySelector("time").getBoundingClientRect().left };
    },
  );
  assert(left < right, "the name is before the time");
  for (const where of ["#messages", "#people"]) {
    const bare = await ann.page.locator(where).evaluate((list) =>
      [...list.querySelectorAll("bdi")].length
    );
    assert(bare > 0, `names in ${where} are isolated`);
  }
  assertEquals(await ann.page.locator("#text").getAttribute("dir"), "auto");
  await ann.page.locator("#text").fill("שלום");
  assertEquals(await direction(ann.page.locator("#text")), "rtl");
  const refused = await fetch(`${chat.url}/messages`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "Ann\u202E", text: "hi" }),
  });
  assertEquals((await refused.json()).code, "name_invalid");
});

Deno.test("UX 24: up to six emoji alone are large, less so on a phone, and any text is not", async () => {
  await using chat = await serve();
  await using desk = await Visitor.open(browser, chat.url);
  await using phone = await Visitor.open(browser, chat.url, {
    viewport: { width: 360, height: 700 },
    isMobile: true,
    hasTouch: true,
  });
  const large = ["👍", "👩‍👩‍👧‍👦🇺🇦👍🏽", "🙂 🙂 🙂", "❤️"];
  const normal = ["👍 yes", "🙂🙂🙂🙂🙂🙂🙂", "12", "#", "a", "©"];
  const sizes = new Map<string, number[]>();
  for (const text of [...large, ...normal]) {
    const { id } = await post(chat.url, "Ben", text);
    const both = [desk, phone].map(async ({ page }) => {
      const bubble = page.locator(`[data-id="${id}"] .text`);
      await bubble.waitFor();
      return await bubble.evaluate((element) =>
        parseFloat(element.ownerDocument.defaultView.getComputedStyle(element).fontSize)
      );
    });
    sizes.set(text, await Promise.all(both));
  }
  for (const text of normal) assertEquals(sizes.get(text), [16, 16], text);
  for (const text of large) {
    const [onDesk = 0, onPhone = 0] = sizes.get(text) ?? [];
    assert(onDesk > 16 && onDesk <= 48, `${text} has ${onDesk} px`);
    assert(onPhone > 16 && onPhone < onDesk, `${text} has ${onPhone} px on a phone`);
  }
});
