// What the page looks like: UX.md's criteria about layout, colours and motion, in a real browser.

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Browser, Page } from "playwright-core";
import { launch, Visitor } from "./browser.ts";
import { chatter, eventually, serve } from "./scenes.ts";

let browser: Browser;
Deno.test.beforeAll(async () => {
  browser = await launch();
});
Deno.test.afterAll(async () => {
  await browser.close();
});

Deno.test("UX 17: only the log scrolls, and the keyboard of a phone hides nothing", async () => {
  await using chat = await serve(chatter(60));
  await using ann = await Visitor.open(browser, chat.url, {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  await ann.join("Zoe");
  const viewport = await ann.page.locator("meta[name=viewport]").getAttribute("content");
  assertMatch(viewport ?? "", /interactive-widget=resizes-content/);
  assertMatch(viewport ?? "", /viewport-fit=cover/);
  // The keyboard takes half of the screen.
  for (const height of [844, 400]) {
    await ann.page.setViewportSize({ width: 390, height });
    await eventually(async () => {
      const form = await ann.page.locator("#text").boundingBox();
      const last = await ann.row("line 60").boundingBox();
      assert(form !== null && form.y + form.height <= height, "the composer is in sight");
      assert(last !== null && last.y + last.height <= form.y && last.y > 0, "the last row too");
    });
    const scrolls = await ann.page.locator("html").evaluate((html) => [
      html.scrollHeight - html.clientHeight,
      html.scrollWidth - html.clientWidth,
    ]);
    assertEquals(scrolls, [0, 0]);
  }
});

Deno.test("UX 28: colours are readable in both themes, and the switch holds without a flash", async () => {
  await using chat = await serve(
    ["Ann", "Ben", "Eva", "Петя", "Zoë", "李雷", "Omar", "Ида", "Max", "Lea", "Tom", "Ugo"]
      .map((name, index) => ({
        name,
        text: `I am ${name}`,
        time: new Date(Date.now() - (20 - index) * 60_000).toISOString(),
      })),
  );
  for (const colorScheme of ["light", "dark"] as const) {
    await using reader = await Visitor.open(browser, chat.url, { colorScheme });
    await reader.join(`Zoe in ${colorScheme}`);
    await reader.sees("I am Ann");
    for (const { words, ratio } of await contrasts(reader.page)) {
      assert(ratio >= 4.5, `"${words}" has a contrast of ${ratio.toFixed(2)} in ${colorScheme}`);
    }
  }
  await using ann = await Visitor.open(browser, chat.url, { colorScheme: "light" });
  const light = await background(ann.page);
  await ann.page.getByLabel("Settings").click();
  await ann.page.getByRole("link", { name: "Dark" }).click();
  await eventually(async () => await background(ann.page) !== light, "the page is dark");
  const dark = await background(ann.page);
  // After a reload it is dark before the first script of the page has run.
  await ann.page.reload({ waitUntil: "commit" });
  await ann.page.locator("#messages").waitFor();
  await eventually(async () => await background(ann.page) === dark, "it is dark again");
});

Deno.test("UX 28: less motion is none, forced colours and 400 % are usable", async () => {
  await using chat = await serve(chatter(30));
  await using ann = await Visitor.open(browser, chat.url, {
    reducedMotion: "reduce",
    forcedColors: "active",
    viewport: { width: 320, height: 256 },
  });
  await ann.join("Zoe");
  await ann.say("small but there");
  await ann.sees("small but there");
  const moving = await ann.page.locator("html").evaluate((html) =>
    html.ownerDocument.getAnimations().map((
      each: { effect: { getComputedTiming(): { duration: number } } },
    ) => each.effect.getComputedTiming().duration).filter((duration: number) => duration > 0).length
  );
  assertEquals(moving, 0);
  assertEquals(
    await ann.page.locator("#scroller").evaluate((log) =>
      log.ownerDocument.defaultView.getComputedStyle(log).scrollBehavior
    ),
    "auto",
  );
  assertEquals(await ann.page.locator("html").evaluate((html) => html.scrollWidth), 320);
  const row = await ann.row("small but there").boundingBox();
  assert(row !== null && row.y >= 0 && row.y < 256, "the newest row is in sight");
  // A page as low as this scrolls, so that there is room to read: the form is below.
  const send = ann.page.getByRole("button", { name: "Send" });
  await send.scrollIntoViewIfNeeded();
  const box = await send.boundingBox();
  assert(box !== null && box.y >= 0 && box.y + box.height <= 256, "the button can be reached");
});

async function background(page: Page): Promise<string> {
  return await page.locator("body").evaluate((body) =>
    body.ownerDocument.defaultView.getComputedStyle(body).backgroundColor
  );
}

/** The contrast of every author's name and every text with what is behind it (WCAG 2.2, 1.4.3). */
async function contrasts(page: Page): Promise<{ words: string; ratio: number }[]> {
  return await page.locator("#messages").evaluate((list) => {
    const view = list.ownerDocument.defaultView;
    const pen = list.ownerDocument.createElement("canvas").getContext("2d", {
      willReadFrequently: true,
    });
    const rgb = (colour: string) => {
      pen.clearRect(0, 0, 1, 1);
      pen.fillStyle = colour;
      pen.fillRect(0, 0, 1, 1);
      return [...pen.getImageData(0, 0, 1, 1).data];
    };
    const light = (colour: number[]) => {
      const [r = 0, g = 0, b = 0] = colour.slice(0, 3).map((byte) => {
        const part = byte / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    return [...list.querySelectorAll(".name, .text, .avatar, time")].map((element) => {
      let behind = element;
      while (rgb(view.getComputedStyle(behind).backgroundColor)[3] === 0) {
        behind = behind.parentElement;
      }
      const a = light(rgb(view.getComputedStyle(element).color));
      const b = light(rgb(view.getComputedStyle(behind).backgroundColor));
      return {
        words: `${element.className}: ${element.textContent}`,
        ratio: (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05),
      };
    });
  });
}
