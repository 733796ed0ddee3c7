// The page for everyone: what axe-core finds in each of its states, and a whole conversation without a
// mouse and without a script.

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Browser, Page } from "playwright-core";
import { launch, Visitor } from "./browser.ts";
import { chatter, eventually, post, serve, Wire } from "./scenes.ts";

const AXE = "npm:axe-core@4.14.1";

let browser: Browser;
let axe: string;
Deno.test.beforeAll(async () => {
  [browser, axe] = await Promise.all([launch(), loadAxe()]);
});
Deno.test.afterAll(async () => {
  await browser.close();
});

for (const locale of ["en-GB", "ru-RU"]) {
  for (const colorScheme of ["light", "dark"] as const) {
    Deno.test(`axe finds nothing serious in any state: ${locale}, ${colorScheme}`, async () => {
      await using chat = await serve([
        ...chatter(3),
        ...chatter(2, "Ben"),
        { name: "Eva", text: "https://example.com `code`", time: new Date().toISOString() },
      ]);
      const wire = new Wire();
      await using ann = await Visitor.open(browser, chat.url, {
        locale,
        colorScheme,
        prepare: async (page) => {
          await page.addInitScript({ content: axe });
          await wire.attach(page);
        },
      });
      const { page } = ann;
      assertEquals(await page.locator("html").getAttribute("lang"), locale.slice(0, 2));
      await page.locator("#form[data-mode=join]").waitFor();
      await checkWithAxe(page, "before joining");
      await page.locator("#name").fill("x".repeat(40));
      await page.locator("#name").press("Enter");
      await page.locator("#error").waitFor();
      await checkWithAxe(page, "with an error");
      await ann.join("Zoe");
      await ann.say("my own");
      await ann.row("my own").and(page.locator("[data-seq]")).waitFor();
      await page.locator("#text").fill("x".repeat(1900));
      await checkWithAxe(page, "chatting");
      await page.setViewportSize({ width: 320, height: 568 });
      await checkWithAxe(page, "chatting on a phone");
      wire.letOut = ({ type }) => type !== "send";
      await ann.say("to be refused");
      await eventually(() => wire.texts.at(-1) === "to be refused", "it was sent");
      const id = String(wire.sent.at(-1)?.id);
      wire.inject({ type: "error", code: "text_invalid", message: "Cannot send: refused", id });
      await page.locator(".failed").waitFor();
      await wire.cut();
      await ann.say("while offline");
      await page.locator("#status[data-state=lost]").waitFor();
      await page.setViewportSize({ width: 900, height: 700 });
      await checkWithAxe(page, "offline");
    });
  }
}

Deno.test("the whole conversation goes by keyboard alone", async () => {
  await using chat = await serve(chatter(40));
  await using ann = await Visitor.open(browser, chat.url);
  const { page } = ann;
  const { keyboard } = page;
  const press = async (key: string, times = 1) => {
    for (let count = 0; count < times; count++) await keyboard.press(key);
  };
  // The cursor waits in the name already.
  await page.locator("#form[data-mode=join]").waitFor();
  await keyboard.type("Zoe");
  await press("Enter");
  await page.getByText("You are Zoe").waitFor();
  await keyboard.type("two");
  await press("Shift+Enter");
  await keyboard.type("lines");
  await press("Enter");
  await ann.sees("two\nlines");
  // Whatever has the focus can be seen to have it.
  const seen: string[] = [];
  for (let count = 0; count < 14; count++) {
    await press("Shift+Tab");
    const { name, outline } = await focused(page);
    assert(outline >= 2, `${name} shows no focus`);
    seen.push(name);
    if (name === "scroller") break;
  }
  assertEquals(seen.at(-1), "scroller", `the way was ${seen.join(", ")}`);
  await press("PageUp", 3);
  const log = page.locator("#scroller");
  await eventually(async () => await log.evaluate((element) => element.scrollTop) < -100);
  await post(chat.url, "Ben", "news");
  await page.locator("#pill").waitFor();
  await tabTo(page, "pill");
  await press("Enter");
  await eventually(async () => await log.evaluate((element) => element.scrollTop) > -2);
  await tabTo(page, "rename");
  await press("Enter");
  await keyboard.type("Zora");
  await press("Enter");
  await page.getByText("You are Zora").waitFor();
  await keyboard.type("under another name");
  await press("Enter");
  await ann.sees("under another name");
});

Deno.test("two people talk with scripts off, in their language and their colours", async () => {
  await using chat = await serve();
  const off = { javaScriptEnabled: false };
  await using ann = await Visitor.open(browser, chat.url, off);
  await using petya = await Visitor.open(browser, chat.url, { ...off, locale: "ru-RU" });
  await ann.page.locator("#name").fill("Ann");
  await ann.page.locator("#text").fill("hello");
  await ann.page.locator("#send").click();
  await ann.sees("hello");
  await petya.page.locator("noscript a, .hint a").first().click();
  await petya.sees("hello");
  await petya.page.locator("#name").fill("Ann");
  await petya.page.locator("#text").fill("это не Анна");
  await petya.page.locator("#send").click();
  // The name is taken: nothing typed is lost.
  await petya.page.locator("#error").waitFor();
  assertMatch(await petya.page.locator("#error").innerText(), /[а-яё]/i);
  assertEquals(await petya.page.locator("#text").inputValue(), "это не Анна");
  await petya.page.locator("#name").fill("Петя");
  await petya.page.locator("#send").click();
  await petya.sees("это не Анна");
  await petya.page.locator("#settings summary").click();
  await petya.page.getByRole("link", { name: "English" }).click();
  await petya.page.getByRole("button", { name: "Send" }).waitFor();
  await petya.page.locator("#settings summary").click();
  await petya.page.getByRole("link", { name: "Dark" }).click();
  assertEquals(await petya.page.locator("html").getAttribute("data-theme"), "dark");
  assertEquals(await petya.messages(), ["hello", "это не Анна"]);
});

/** Fails for what axe-core calls serious or critical. */
async function checkWithAxe(page: Page, state: string): Promise<void> {
  const found = await page.locator("html").evaluate(async (html) => {
    const { violations } = await html.ownerDocument.defaultView.axe.run();
    return violations
      .filter(({ impact }: { impact: string }) => impact === "serious" || impact === "critical")
      .map((
        { id, nodes }: { id: string; nodes: { html: string; failureSummary: string }[] },
      ) => [id, ...nodes.map((node) => `${node.html.slice(0, 120)} ${node.failureSummary}`)]);
  });
  assertEquals(found, [], state);
}

async function loadAxe(): Promise<string> {
  const script = new URL("./axe_source.ts", import.meta.url).href;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--no-lock", script, AXE],
  }).output();
  if (code !== 0) throw new Error(`Cannot load axe-core: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

/** What has the focus, and how wide the line around it is in pixels. */
async function focused(page: Page): Promise<{ name: string; outline: number }> {
  return await page.locator("html").evaluate((html) => {
    const element = html.ownerDocument.activeElement;
    const style = html.ownerDocument.defaultView.getComputedStyle(element);
    return {
      name: element.id || element.className || element.tagName,
      outline: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
    };
  });
}

/** Presses Tab until the element of that id has the focus. */
async function tabTo(page: Page, id: string): Promise<void> {
  for (let count = 0; count < 30; count++) {
    if ((await focused(page)).name === id) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Cannot reach "${id}" by keyboard`);
}
