// What people read: UX.md's criteria about the list of messages, each in a real browser.

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Browser, Page } from "playwright-core";
import { launch, Visitor } from "./browser.ts";
import { chatter, eventually, makeHideable, post, serve, setAway } from "./scenes.ts";

let browser: Browser;
Deno.test.beforeAll(async () => {
  browser = await launch();
});
Deno.test.afterAll(async () => {
  await browser.close();
});

Deno.test("UX 1: pinned stays pinned, unpinned does not move", async () => {
  await using chat = await serve(chatter(60));
  await using ann = await Visitor.open(browser, chat.url);
  await post(chat.url, "Ben", "to one at the end");
  await ann.sees("to one at the end");
  await eventually(() => isPinned(ann.page), "the page is at the end");
  await scrollBy(ann.page, -20);
  await post(chat.url, "Ben", "to one nearly at the end");
  await ann.sees("to one nearly at the end");
  await eventually(() => isPinned(ann.page), "the page is at the end");
  await scrollBy(ann.page, -600);
  const before = await firstVisible(ann.page);
  await post(chat.url, "Ben", "to one further up\nwith\nmany\nlines");
  await ann.row("to one further up\nwith\nmany\nlines").waitFor({ state: "attached" });
  const after = await firstVisible(ann.page);
  assertEquals(after.id, before.id);
  assert(Math.abs(after.top - before.top) <= 1, `moved by ${after.top - before.top} px`);
});

Deno.test("UX 2: sending goes to the end, and the end survives a resize and a hidden tab", async () => {
  await using chat = await serve(chatter(60));
  await using ann = await Visitor.open(browser, chat.url, { prepare: makeHideable });
  await ann.join("Ann");
  await scrollBy(ann.page, -900);
  assertEquals(await isPinned(ann.page), false);
  await ann.say("my own");
  await ann.sees("my own");
  await eventually(() => isPinned(ann.page), "sending went to the end");
  for (const [width, height] of [[360, 420], [1200, 900], [900, 300]] as const) {
    await ann.page.setViewportSize({ width, height });
    await eventually(() => isPinned(ann.page), `the end is in sight at ${width} x ${height}`);
  }
  await setAway(ann.page, true);
  await post(chat.url, "Ben", "while hidden");
  await ann.sees("while hidden");
  await setAway(ann.page, false);
  await eventually(() => isPinned(ann.page), "the end is in sight on return");
});

Deno.test("UX 3: a pill counts what came below, and a click or End goes there", async () => {
  await using chat = await serve(chatter(60));
  await using ann = await Visitor.open(browser, chat.url);
  await ann.join("Zoe");
  const pill = ann.page.locator("#pill");
  await post(chat.url, "Ben", "seen at once");
  await ann.sees("seen at once");
  assertEquals(await pill.isVisible(), false);
  await scrollBy(ann.page, -700);
  for (let count = 1; count <= 5; count++) await post(chat.url, "Ben", `unseen ${count}`);
  await pill.getByText(/5 new/).waitFor();
  await pill.click();
  await pill.waitFor({ state: "hidden" });
  await eventually(() => isPinned(ann.page), "the click went to the end");
  await scrollBy(ann.page, -700);
  await post(chat.url, "Ben", "one more");
  await pill.getByText(/1 new/).waitFor();
  await ann.page.locator("#scroller").press("End");
  await pill.waitFor({ state: "hidden" });
  await eventually(() => isPinned(ann.page), "End went to the end");
});

Deno.test("UX 5: a divider stands before what came unseen, until one speaks", async () => {
  await using chat = await serve(chatter(3));
  await using ann = await Visitor.open(browser, chat.url, { prepare: makeHideable });
  await ann.join("Zoe");
  await post(chat.url, "Ben", "seen");
  await ann.sees("seen");
  await setAway(ann.page, true);
  await post(chat.url, "Ben", "first unseen");
  await post(chat.url, "Ben", "second unseen");
  await ann.sees("second unseen");
  await setAway(ann.page, false);
  const divider = ann.page.locator("#messages").getByText("New", { exact: true });
  await divider.waitFor();
  const isRight = async () => await above(ann.page, "New") === "seen";
  assert(await isRight(), "the divider is before the first unseen message");
  await post(chat.url, "Ben", "while reading");
  await ann.sees("while reading");
  assert(await isRight(), "it stays while reading");
  await ann.page.reload();
  await divider.waitFor();
  assert(await isRight(), "it survives a reload");
  await chat.server.restart({ keepPort: true });
  await post(chat.url, "Ben", "after the restart");
  await ann.sees("after the restart");
  assert(await isRight(), "it survives a restart of the server");
  await ann.say("my answer");
  await ann.sees("my answer");
  await divider.waitFor({ state: "detached" });
});

Deno.test("UX 12: order and time are the server's, shown in the reader's zone", async () => {
  const time = new Date().toISOString().slice(0, 11) + "04:05:06.000Z";
  await using chat = await serve([{ name: "Ann", text: "early", time }]);
  await using there = await Visitor.open(browser, chat.url, {
    timezoneId: "Asia/Tokyo",
    // A clock that is an hour ahead.
    prepare: (page) => page.clock.install({ time: Date.now() + 3_600_000 }),
  });
  const shown = there.row("early").locator("time");
  assertMatch(await shown.textContent() ?? "", /13:05/);
  assertEquals(await shown.getAttribute("datetime"), time);
  await there.join("Zoe");
  await there.say("mine");
  const { time: stored } = await post(chat.url, "Ben", "theirs");
  await there.sees("theirs");
  assertEquals(await there.row("theirs").locator("time").getAttribute("datetime"), stored);
  assertEquals(await there.messages(), ["early", "mine", "theirs"]);
  // The full date, for those who point at it or reach it by keyboard.
  await shown.hover();
  assertMatch(
    `${await shown.getAttribute("title")} ${await shown.getAttribute("aria-label")}`,
    new RegExp(String(new Date(time).getUTCFullYear())),
  );
});

Deno.test("UX 13: rows of one author are a group for five minutes and a day", async () => {
  const at = (minute: number, second = 0) =>
    new Date(Date.UTC(2026, 0, 14, 10, minute, second)).toISOString();
  await using chat = await serve([
    { name: "Ann", text: "one", time: at(0) },
    { name: "Ann", text: "two", time: at(2) },
    { name: "Ann", text: "three", time: at(5) },
    { name: "Ann", text: "four", time: at(5, 1) },
    { name: "Ben", text: "five", time: at(6) },
    { name: "Ann", text: "six", time: at(6, 30) },
    { name: "Ann", text: "seven", time: "2026-01-15T10:06:40.000Z" },
  ]);
  await using reader = await Visitor.open(browser, chat.url, { timezoneId: "UTC" });
  await reader.join("Zoe");
  await eventually(async () => {
    assertEquals(await rowsWithName(reader.page), ["one", "four", "five", "six", "seven"]);
  });
  // Live rows join the group of the rows that came with the page.
  await post(chat.url, "Eva", "eight");
  await post(chat.url, "Eva", "nine");
  await reader.sees("nine");
  assertEquals((await rowsWithName(reader.page)).slice(-1), ["eight"]);
  // Inside a group the time is there for a pointer.
  const inner = reader.row("two");
  await inner.hover();
  await eventually(() => isShown(inner.locator("time")), "the time is shown on hover");
});

/** Whether the end of the conversation is in sight. */
async function isPinned(page: Page): Promise<boolean> {
  return await page.locator("#scroller").evaluate((scroller) => {
    const last = scroller.querySelector("#messages > :last-child");
    const bottom = last.getBoundingClientRect().bottom;
    return bottom <= scroller.getBoundingClientRect().bottom + 1 &&
      Math.abs(scroller.scrollTop) <= 1;
  });
}

async function scrollBy(page: Page, pixels: number): Promise<void> {
  const scroller = page.locator("#scroller");
  const before = await scroller.evaluate((element) => element.scrollTop);
  await scroller.hover();
  await page.mouse.wheel(0, pixels);
  await eventually(
    async () => await scroller.evaluate((element) => element.scrollTop) === before + pixels,
    "the page scrolled",
  );
}

/** The first row that begins in sight. */
async function firstVisible(page: Page): Promise<{ id: string; top: number }> {
  return await page.locator("#scroller").evaluate((scroller) => {
    const edge = scroller.getBoundingClientRect().top;
    for (const row of scroller.querySelectorAll(".message")) {
      const { top } = row.getBoundingClientRect();
      if (top >= edge) return { id: row.dataset.id, top };
    }
    return { id: "", top: 0 };
  });
}

/** The text of the last message before the row with exactly these words. */
async function above(page: Page, words: string): Promise<string> {
  return await page.locator("#messages").evaluate((list, wanted) => {
    let last = "";
    for (const row of list.children) {
      if (row.textContent.trim() === wanted) return last;
      last = row.querySelector(".text")?.textContent ?? last;
    }
    return "";
  }, words);
}

/** The texts of the rows whose author is shown to the eye. */
async function rowsWithName(page: Page): Promise<string[]> {
  return await page.locator("#messages").evaluate((list) =>
    [...list.querySelectorAll(".message")].filter((row) => {
      const { width, height } = row.querySelector(".name").getBoundingClientRect();
      return width > 2 && height > 2;
    }).map((row) => row.querySelector(".text").textContent)
  );
}

async function isShown(element: ReturnType<Page["locator"]>): Promise<boolean> {
  return await element.evaluate((node) => {
    const { width, height } = node.getBoundingClientRect();
    const { opacity, visibility } = node.ownerDocument.defaultView.getComputedStyle(node);
    return width > 2 && height > 2 && Number(opacity) > 0.9 && visibility === "visible";
  });
}
