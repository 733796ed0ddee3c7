// How fast the page is. Times are printed and not asserted: they are those of the machine. What they
// rest on is asserted: how many rows there are, how large the script is.

import { assert, assertEquals } from "@std/assert";
import type { Browser } from "playwright-core";
import { JsonClient } from "../helpers/ws_client.ts";
import { launch, Visitor } from "./browser.ts";
import { eventually, serve } from "./scenes.ts";
import { measureBurst, measureOwnRow, print } from "./speed.ts";

const MAX_ROWS = 300;
/** What the script may weigh that every page loads at once; extras.js, which comes later, is not counted. */
const MAX_BUNDLE_BYTES = 40_000;

let browser: Browser;
Deno.test.beforeAll(async () => {
  browser = await launch();
});
Deno.test.afterAll(async () => {
  await browser.close();
});

Deno.test("one's own row is there in the frame after Enter", async () => {
  await using chat = await serve();
  await using ann = await Visitor.open(browser, chat.url);
  await ann.join("Ann");
  const { frames, ms } = await measureOwnRow(ann.page);
  print(`own row: ${frames} frame, ${ms.toFixed(1)} ms after Enter`);
});

Deno.test("a thousand messages in a second leave at most 300 rows", async () => {
  await using chat = await serve();
  await using ann = await Visitor.open(browser, chat.url);
  await ann.join("Ann");
  await using ben = await JsonClient.open(chat.url);
  await ben.join("Ben");
  const { fps, worstMs, rows } = await measureBurst(ann.page, ben);
  print(`1000 messages: ${fps.toFixed(0)} frames/s, longest frame ${worstMs.toFixed(0)} ms`);
  await ann.sees("burst 1000");
  assert(rows <= MAX_ROWS, `there were ${rows} rows`);
});

Deno.test("UX 30: ten thousand messages leave at most 300 rows", async () => {
  await using chat = await serve();
  await using ann = await Visitor.open(browser, chat.url);
  await ann.join("Ann");
  await using ben = await JsonClient.open(chat.url);
  await ben.join("Ben");
  for (let wave = 1; wave <= 10; wave++) {
    for (let count = 1; count <= 1000; count++) {
      ben.send({ type: "send", id: `${wave}-${count}`, text: `wave ${wave}.${count}` });
    }
    await ben.shown(`${wave}-1000`);
  }
  await ann.sees("wave 10.1000");
  const count = await ann.page.locator("#messages").evaluate((list) => list.childElementCount);
  assert(count <= MAX_ROWS, `there are ${count} rows`);
  const { ms } = await measureOwnRow(ann.page);
  print(`after 10,000 messages: own row ${ms.toFixed(1)} ms after Enter`);
});

Deno.test("the script is under 40 KB, and the first paint needs none", async () => {
  const { size } = await Deno.stat(new URL("../../static/app.js", import.meta.url));
  print(`app.js: ${(size / 1000).toFixed(1)} KB minified`);
  assert(size < MAX_BUNDLE_BYTES, `app.js has ${size} bytes`);
  await using chat = await serve([
    { name: "Ann", text: "painted", time: new Date().toISOString() },
  ]);
  await using ann = await Visitor.open(browser, chat.url, {
    // The script never comes.
    prepare: (page) => page.route("**/app.js", (route) => route.abort()),
  });
  await ann.sees("painted");
  await eventually(async () => await ann.page.locator("#send").isVisible(), "the form is there");
  assertEquals(await ann.page.locator("#form").getAttribute("data-mode"), "page");
});
