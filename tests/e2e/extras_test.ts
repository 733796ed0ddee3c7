// The second script, which has what nobody needs in the first second: the page does without it, and
// catches up when it comes.

import { assertEquals } from "@std/assert";
import type { Browser } from "playwright-core";
import { launch, Visitor } from "./browser.ts";
import { eventually, serve } from "./scenes.ts";

const EXTRAS = /\/extras\.js/;

let browser: Browser;
Deno.test.beforeAll(async () => {
  browser = await launch();
});
Deno.test.afterAll(async () => {
  await browser.close();
});

Deno.test("without the second script the page reads and writes", async () => {
  await using chat = await serve();
  await using ann = await Visitor.open(browser, chat.url, {
    prepare: (page) => page.route(EXTRAS, (route) => route.abort()),
  });
  await using ben = await Visitor.open(browser, chat.url);
  await ann.join("Ann");
  await ben.join("Ben");
  await ann.say("hello");
  await ben.sees("hello");
  await ben.say("hi");
  await ann.sees("hi");
});

Deno.test("what came before the second script is told when it is there, tried until it is", async () => {
  await using chat = await serve();
  let isBlocked = true;
  let tries = 0;
  await using ann = await Visitor.open(browser, chat.url, {
    prepare: (page) =>
      page.route(EXTRAS, (route) => {
        tries++;
        return isBlocked ? route.abort() : route.continue();
      }),
  });
  await using ben = await Visitor.open(browser, chat.url);
  await ann.join("Ann");
  await ben.join("Ben");
  await ben.say("are you there?");
  await ann.sees("are you there?");
  const announcer = ann.page.locator("#announcer");
  assertEquals(await announcer.textContent(), "");
  await eventually(() => Promise.resolve(tries > 1), "it is asked for again");
  isBlocked = false;
  await announcer.getByText("Ben: are you there?").waitFor();
  // The key that shows the keys is there by now, too.
  await ann.page.locator("#scroller").press("?");
  await ann.page.locator("#keys").waitFor();
});
