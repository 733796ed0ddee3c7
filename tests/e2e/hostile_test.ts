// What is not meant well: markup in every field and by every way in, and texts made to break a layout.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import type { Browser, Page } from "playwright-core";
import { truncateGraphemes } from "../../src/message.ts";
import { JsonClient, TextClient } from "../helpers/ws_client.ts";
import { launch, Visitor } from "./browser.ts";
import { PAYLOADS } from "./payloads.ts";
import { eventually, post, serve } from "./scenes.ts";

let browser: Browser;
Deno.test.beforeAll(async () => {
  browser = await launch();
});
Deno.test.afterAll(async () => {
  await browser.close();
});

/** Each way into the log: says `text` as `name`. */
const WAYS: Record<string, (url: string, name: string, text: string) => Promise<unknown>> = {
  async form(url, name, text) {
    const response = await fetch(url, {
      method: "POST",
      body: new URLSearchParams({ name, text }),
    });
    assertEquals(response.status, 200);
    await response.body?.cancel();
  },
  json: (url, name, text) => post(url, name, text),
  async "JSON dialect"(url, name, text) {
    await using client = await JsonClient.open(url);
    await client.join(name);
    client.send({ type: "typing" });
    await client.say(text);
  },
  async "text dialect"(url, name, text) {
    await using client = await TextClient.open(url, { name });
    client.send(text);
    await client.line((line) => line.endsWith(text));
  },
};

for (const [index, [way, say]] of Object.entries(WAYS).entries()) {
  Deno.test(`security 9: thirty payloads as name and text stay text: by ${way}`, async () => {
    await using chat = await serve();
    await using ann = await Visitor.open(browser, chat.url);
    await ann.join("Ann");
    const names = PAYLOADS.map((payload, at) =>
      truncateGraphemes(`${payload.replaceAll(/\s+/g, " ").slice(0, 29)}`, 29) + index + at
    );
    for (const [at, payload] of PAYLOADS.entries()) await say(chat.url, names[at] ?? "", payload);
    await eventually(async () => {
      assertEquals(await ann.page.locator("#messages .message").count(), PAYLOADS.length);
    });
    await checkPage(ann.page, names);
    await ann.page.reload();
    await checkPage(ann.page, names);
    await using plain = await Visitor.open(browser, chat.url, { javaScriptEnabled: false });
    await checkPage(plain.page, names);
  });
}

Deno.test("payloads in the fields of the page stay text, also when they are refused", async () => {
  await using chat = await serve();
  await using plain = await Visitor.open(browser, chat.url, { javaScriptEnabled: false });
  await using ann = await Visitor.open(browser, chat.url);
  const refuse = async ({ page }: Visitor, payload: string) => {
    // Too long a name is refused, and all that was typed stays.
    const name = payload.padEnd(40, "!");
    await page.locator("#name").fill(name);
    if (page === plain.page) await page.locator("#text").fill(payload);
    await page.locator("#name").press("Enter");
    await page.locator("#error").waitFor();
    assertEquals(await page.locator("#name").inputValue(), name);
    if (page === plain.page) assertEquals(await page.locator("#text").inputValue(), payload);
    assertEquals(await strangers(page), []);
  };
  // A few at a time: each is a load of the page.
  for (let at = 0; at < PAYLOADS.length; at += 3) {
    const some = PAYLOADS.slice(at, at + 3).join(" ");
    await Promise.all([refuse(plain, some), refuse(ann, some)]);
  }
  await ann.join("<b>Ann</b>");
  await ann.say("<b>mine</b>");
  await ann.sees("<b>mine</b>");
  assertEquals(await owned(ann.page), "undefined");
});

/** Texts made to break out of their rows. */
const SPRAWL: readonly [name: string, text: string][] = [
  ["Marks", "e" + "\u0301\u0323".repeat(999)],
  ["Turner", "\u202Eright to left override \u2066\u2067 and isolates \u202D\u202E\u200F end"],
  ["Linker", `https://example.com/${"a".repeat(480)}`],
  ["Paster", Array.from({ length: 50 }, (_, line) => `${line + 1}: pasted line`).join("\n")],
  ["W".repeat(32), "M".repeat(300)],
  ["ﷺ".repeat(32), "﷽".repeat(40)],
  ["𒐫".repeat(20), "tabs\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\tand more"],
  ["مرحبا", "نص عربي with English داخل"],
  ["Coder", "```\n" + "wide ".repeat(60) + "\n```"],
  ["Ben", "an ordinary line"],
];

Deno.test("texts made to break the layout do not: no width scrolls sideways", async () => {
  await using chat = await serve();
  for (const [name, text] of SPRAWL) await post(chat.url, name, text);
  const pictures = Deno.env.get("PARLEY_PICTURES");
  for (const colorScheme of ["light", "dark"] as const) {
    await using ann = await Visitor.open(browser, chat.url, { colorScheme });
    await ann.join(`Ann-${colorScheme}`);
    await ann.say("my own\nanswer " + "x".repeat(200));
    await ann.page.locator("#text").fill("y".repeat(1900));
    await ann.sees("an ordinary line");
    for (const width of [320, 390, 768, 1440]) {
      await ann.page.setViewportSize({ width, height: 844 });
      const [page, log] = await ann.page.locator("#scroller").evaluate((scroller) => [
        scroller.ownerDocument.documentElement.scrollWidth,
        scroller.scrollWidth - scroller.clientWidth,
      ]);
      assertEquals(page, width, `the page at ${width} px`);
      assertEquals(log, 0, `the log at ${width} px`);
      const form = await ann.page.locator("#form").boundingBox();
      assert(form !== null && form.y + form.height <= 844, `the form is in sight at ${width} px`);
      const room = await ann.page.locator("#scroller").boundingBox();
      assert(room !== null && room.height > 250, `the log has ${room?.height} px at ${width} px`);
      if (pictures === undefined) continue;
      for (const end of ["bottom", "top"]) {
        await ann.page.locator("#scroller").evaluate(
          (log, y) => log.scrollTo(0, y),
          end === "top" ? -99_999 : 0,
        );
        await ann.page.screenshot({
          path: join(pictures, `hostile-${colorScheme}-${width}-${end}.png`),
        });
      }
    }
  }
});

/** All payloads are on the page as texts and names, and nothing came of them. */
async function checkPage(page: Page, names: readonly string[]): Promise<void> {
  const rows = await page.locator("#messages .message").evaluateAll((all) =>
    all.map((
      row,
    ) => [row.querySelector(".name").textContent, row.querySelector(".text").textContent])
  );
  for (const [at, [name, text]] of rows.entries()) {
    assertEquals(name, names[at]);
    // The host of a link may be written in another way, but nothing may be lost.
    assertEquals(text, PAYLOADS[at]);
  }
  assertEquals(await strangers(page), []);
  assertEquals(await owned(page), "undefined");
  assertMatch(await page.title(), /^(\(\d+\) )?Parley$/);
}

/** Elements that no page of Parley has, and links to elsewhere than the web. */
async function strangers(page: Page): Promise<string[]> {
  return await page.locator("html").evaluate((html) => {
    const all = html.querySelectorAll(
      "iframe, object, embed, base, math, meta[http-equiv], #messages :is(script, img, form, details, style), #people :is(script, img, a), script:not([src]):not([type='application/json'])",
    );
    const links = [...html.querySelectorAll("#messages a")]
      .filter((link) => !/^(https?|mailto):/.test(link.href));
    const handlers = [...html.querySelectorAll("*")].filter((element) =>
      element.getAttributeNames().some((name: string) => name.startsWith("on"))
    );
    return [...all, ...links, ...handlers].map((element) => element.outerHTML.slice(0, 100));
  });
}

async function owned(page: Page): Promise<string> {
  return await page.locator("html").evaluate((html) => typeof html.ownerDocument.defaultView.owned);
}
