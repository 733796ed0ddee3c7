// Keys, fingers and the clipboard: UX.md's criteria about writing, in a real browser.

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Browser } from "playwright-core";
import { launch, Visitor } from "./browser.ts";
import { eventually, post, serve } from "./scenes.ts";

let browser: Browser;
Deno.test.beforeAll(async () => {
  browser = await launch();
});
Deno.test.afterAll(async () => {
  await browser.close();
});

Deno.test("UX 15: Enter sends, unless it belongs to an input method or makes a line", async () => {
  await using chat = await serve();
  await using ann = await Visitor.open(browser, chat.url);
  await ann.join("Ann");
  const text = ann.page.locator("#text");
  await text.fill("一");
  for (const init of [{ isComposing: true }, { keyCode: 229 }]) {
    await text.dispatchEvent("keydown", { key: "Enter", bubbles: true, cancelable: true, ...init });
    assertEquals(await text.inputValue(), "一");
  }
  // Safari: the Enter that ended a composition comes just after its end.
  await text.evaluate((field) => {
    const { CompositionEvent, KeyboardEvent } = field.ownerDocument.defaultView;
    field.dispatchEvent(new CompositionEvent("compositionend", { bubbles: true }));
    const enter = { key: "Enter", bubbles: true, cancelable: true };
    field.dispatchEvent(new KeyboardEvent("keydown", enter));
  });
  assertEquals(await text.inputValue(), "一");
  await text.press("Shift+Enter");
  await text.pressSequentially("二");
  assertEquals(await text.inputValue(), "一\n二");
  assertEquals(await ann.page.locator("#messages .message").count(), 0);
  await text.press("Enter");
  await ann.sees("一\n二");
  await text.fill("by Ctrl");
  await text.press("Control+Enter");
  await ann.sees("by Ctrl");
  assertEquals(await ann.messages(), ["一\n二", "by Ctrl"]);
});

Deno.test("UX 16: on a phone a button sends, and the keyboard stays", async () => {
  await using chat = await serve();
  await using ann = await Visitor.open(browser, chat.url, {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  await ann.join("Ann");
  const text = ann.page.locator("#text");
  assertEquals(await text.getAttribute("enterkeyhint"), "send");
  for (const field of ["#text", "#name"]) {
    const size = await ann.page.locator(field).evaluate((element) =>
      parseFloat(element.ownerDocument.defaultView.getComputedStyle(element).fontSize)
    );
    assert(size >= 16, `${field} has letters of ${size} px`);
  }
  await text.tap();
  await ann.page.keyboard.type("by touch");
  const button = ann.page.getByRole("button", { name: "Send" });
  const box = await button.boundingBox();
  assert(box !== null && box.height >= 44 && box.width >= 44, "the button is large enough");
  await button.tap();
  await ann.sees("by touch");
  assertEquals(await text.evaluate((field) => field.ownerDocument.activeElement === field), true);
});

Deno.test("UX 18: a paste is one message with its lines and without its styles", async () => {
  await using chat = await serve();
  await using ann = await Visitor.open(browser, chat.url);
  await ann.join("Ann");
  const plain = Array.from({ length: 18 }, (_, line) => `  line ${line + 1}`).join("\n");
  await paste(ann, plain);
  assertEquals(await ann.page.locator("#text").inputValue(), plain);
  await ann.page.locator("#text").press("Enter");
  await ann.page.locator("#messages .message").waitFor();
  assertEquals(await ann.page.locator("#messages .message").count(), 1);
  assertEquals(await ann.page.locator("#messages b").count(), 0);
  assertMatch((await ann.messages())[0] ?? "", /line 1\n +line 2\n/);
});

Deno.test("UX 18: a long paste is kept whole, and said to be one message", async () => {
  await using chat = await serve();
  await using ann = await Visitor.open(browser, chat.url);
  await ann.join("Ann");
  const plain = Array.from({ length: 25 }, (_, line) => `line ${line + 1}`).join("\n");
  await paste(ann, plain);
  await ann.page.getByText(/Pasted 25 lines/).waitFor();
  assertEquals(await ann.page.locator("#text").inputValue(), plain);
});

Deno.test("UX 19: the length is counted as the server counts, and too long is kept, not sent", async () => {
  await using chat = await serve();
  await using ann = await Visitor.open(browser, chat.url);
  await ann.join("Ann");
  const text = ann.page.locator("#text");
  const counter = ann.page.locator("#counter");
  await text.fill("😀".repeat(1599));
  assertEquals(await counter.innerText(), "");
  await text.fill("😀".repeat(1600));
  assertMatch(await counter.innerText(), /1,600.*2,000|400/);
  const tooLong = "😀".repeat(2001);
  await text.fill(tooLong);
  assertMatch(await counter.innerText(), /2,001|-1|−1|1 (character )?over/);
  await text.press("Enter");
  assertEquals(await text.inputValue(), tooLong);
  assertEquals(await ann.page.locator("#messages .message").count(), 0);
  await text.fill("😀".repeat(2000));
  await text.press("Enter");
  await ann.row("😀".repeat(2000)).and(ann.page.locator("[data-seq]")).waitFor();
});

Deno.test("UX 25: a key begins to write, Esc goes to the end, ? lists the keys", async () => {
  await using chat = await serve();
  await using ann = await Visitor.open(browser, chat.url);
  await ann.join("Ann");
  const text = ann.page.locator("#text");
  const log = ann.page.locator("#scroller");
  await log.focus();
  await ann.page.keyboard.press("h");
  await ann.page.keyboard.type("ello");
  assertEquals(await text.inputValue(), "hello");
  await text.fill("");
  await log.focus();
  await ann.page.keyboard.press("?");
  const help = ann.page.getByRole("dialog");
  await help.waitFor();
  assertMatch(await help.innerText(), /Enter/);
  await ann.page.keyboard.press("Escape");
  await help.waitFor({ state: "hidden" });
  for (let line = 1; line <= 40; line++) await post(chat.url, "Ben", `line ${line}`);
  await ann.sees("line 40");
  await log.focus();
  await eventually(async () => {
    // Pressed before the rows are laid out, it has nowhere to go.
    await ann.page.keyboard.press("Home");
    return await log.evaluate(({ scrollTop, scrollHeight, clientHeight }) =>
      scrollTop < -100 && scrollTop <= clientHeight - scrollHeight + 1
    );
  }, "Home goes up");
  await ann.page.keyboard.press("Escape");
  await eventually(async () => await log.evaluate((element) => element.scrollTop) > -2);
});

Deno.test("UX 25: a key leaves a selection and another field alone", async () => {
  await using chat = await serve();
  await using ann = await Visitor.open(browser, chat.url);
  await ann.join("Ann");
  await ann.say("select me");
  await ann.sees("select me");
  const text = ann.page.locator("#text");
  await ann.page.locator("#scroller").focus();
  await ann.row("select me").locator(".text").selectText();
  await ann.page.keyboard.press("x");
  assertEquals(await text.inputValue(), "");
  await ann.page.getByRole("button", { name: "Change name" }).click();
  await ann.page.keyboard.press("End");
  await ann.page.keyboard.type("e");
  assertEquals(await ann.page.getByLabel("Your name").inputValue(), "Anne");
  assertEquals(await text.inputValue(), "");
});

Deno.test("UX 26: what comes in takes neither focus, caret nor selection", async () => {
  await using chat = await serve();
  await using ann = await Visitor.open(browser, chat.url);
  await ann.join("Ann");
  await ann.say("to be selected");
  await ann.sees("to be selected");
  const text = ann.page.locator("#text");
  await text.fill("half written");
  await text.evaluate((field) => field.setSelectionRange(2, 6));
  await post(chat.url, "Ben", "incoming");
  await ann.sees("incoming");
  const state = await text.evaluate((field) => [
    field.ownerDocument.activeElement === field,
    field.selectionStart,
    field.selectionEnd,
    field.value,
  ]);
  assertEquals(state, [true, 2, 6, "half written"]);
  await ann.row("to be selected").locator(".text").selectText();
  await post(chat.url, "Ben", "incoming again");
  await ann.sees("incoming again");
  const selected = await text.evaluate((field) => String(field.ownerDocument.getSelection()));
  assertEquals(selected.trim(), "to be selected");
});

Deno.test("UX 26: copied rows say when, who and what", async () => {
  await using chat = await serve();
  await using ann = await Visitor.open(browser, chat.url, {
    permissions: ["clipboard-read", "clipboard-write"],
  });
  await post(chat.url, "Ben", "one");
  await post(chat.url, "Ben", "two");
  await ann.sees("two");
  await ann.page.locator("#messages").evaluate((list) => {
    list.ownerDocument.activeElement?.blur();
    list.ownerDocument.getSelection().selectAllChildren(list);
  });
  await ann.page.keyboard.press("Control+c");
  await eventually(async () => {
    const copied = await ann.page.locator("body")
      .evaluate((body) => body.ownerDocument.defaultView.navigator.clipboard.readText());
    assertMatch(copied, /^\[\d\d:\d\d\] Ben: one\n\[\d\d:\d\d\] Ben: two\s*$/m);
  });
});

/** Pastes into the field for messages, with styles to be dropped. */
async function paste({ page }: Visitor, plain: string): Promise<void> {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  const text = page.locator("#text");
  await text.focus();
  await text.evaluate(async (field, words) => {
    const { Blob, ClipboardItem, navigator } = field.ownerDocument.defaultView;
    const item = new ClipboardItem({
      "text/plain": new Blob([words], { type: "text/plain" }),
      "text/html": new Blob([`<b>${words}</b>`], { type: "text/html" }),
    });
    await navigator.clipboard.write([item]);
  }, plain);
  await page.keyboard.press("Control+v");
  await eventually(async () => await text.inputValue() !== "", "it was pasted");
}
