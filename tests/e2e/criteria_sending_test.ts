// The way of a message and what is kept of it: UX.md's criteria about sending, in a real browser.

import { assertEquals } from "@std/assert";
import type { Browser } from "playwright-core";
import { launch, Visitor } from "./browser.ts";
import { eventually, post, serve, Wire } from "./scenes.ts";

let browser: Browser;
Deno.test.beforeAll(async () => {
  browser = await launch();
});
Deno.test.afterAll(async () => {
  await browser.close();
});

Deno.test("UX 7: one's own row is there at once, and once, in whatever order answers come", async () => {
  await using chat = await serve();
  const wire = new Wire();
  await using ann = await Visitor.open(browser, chat.url, { prepare: (page) => wire.attach(page) });
  await ann.join("Ann");
  // The answer is held back: the row must be there without it.
  const held: unknown[] = [];
  wire.letIn = (frame) => frame.type !== "messages" || held.push(frame) === 0;
  await ann.say("before any answer");
  await ann.sees("before any answer");
  await post(chat.url, "Ben", "meanwhile");
  await eventually(() => held.length === 2, "both messages are held");
  // That connection goes down with the answers on it; the next one repeats what it must.
  wire.letIn = () => true;
  await wire.cut();
  wire.isCut = false;
  await ann.sees("meanwhile");
  await eventually(async () => await ann.page.locator("#messages .unsent").count() === 0);
  assertEquals((await ann.messages()).toSorted(), ["before any answer", "meanwhile"]);
  assertEquals(await ann.page.locator("#messages .message").count(), 2);
  const list = await (await fetch(`${chat.url}/messages.json`)).json();
  assertEquals(await ann.messages(), list.messages.map(({ text }: { text: string }) => text));
});

Deno.test("UX 8: sending shows after 300 ms, then stored, and a refusal can be mended", async () => {
  await using chat = await serve();
  const wire = new Wire();
  await using ann = await Visitor.open(browser, chat.url, {
    permissions: ["clipboard-read", "clipboard-write"],
    prepare: (page) => wire.attach(page),
  });
  await ann.join("Ann");
  wire.letOut = ({ type }) => type !== "send";
  await ann.say("slow");
  const row = ann.row("slow");
  await row.and(ann.page.locator(".unsent")).waitFor();
  await row.getByLabel("Sending…").waitFor();
  const id = wire.sent.at(-1)?.id as string;
  wire.inject({ type: "error", code: "text_invalid", message: "Cannot send: refused here", id });
  await ann.page.locator(".failed").getByText(/refused here/i).waitFor();
  assertEquals(await ann.row("slow").locator(".state").isVisible(), true);
  await row.getByRole("button", { name: "Copy" }).click();
  await eventually(async () => {
    const copied = await ann.page.locator("body")
      .evaluate((body) => body.ownerDocument.defaultView.navigator.clipboard.readText());
    assertEquals(copied, "slow");
  });
  wire.letOut = () => true;
  await row.getByRole("button", { name: /Retry|Try again/ }).click();
  await ann.row("slow").and(ann.page.locator("[data-seq]")).getByLabel("Stored").waitFor();
  assertEquals(await ann.page.locator(".failed, .unsent").count(), 0);
  // The other way out.
  wire.letOut = ({ type }) => type !== "send";
  await ann.say("unwanted");
  await ann.sees("unwanted");
  await eventually(() => wire.texts.at(-1) === "unwanted", "it was sent");
  const lost = wire.sent.at(-1)?.id as string;
  wire.inject({ type: "error", code: "text_invalid", message: "Cannot send: refused", id: lost });
  await ann.row("unwanted").getByRole("button", { name: /Delete|Discard/ }).click();
  await ann.row("unwanted").waitFor({ state: "detached" });
});

Deno.test("UX 8: a message without an answer is told within ten seconds", async () => {
  await using chat = await serve();
  const wire = new Wire();
  await using ann = await Visitor.open(browser, chat.url, {
    prepare: async (page) => {
      await page.clock.install();
      await wire.attach(page);
    },
  });
  await ann.join("Ann");
  wire.letOut = ({ type }) => type !== "send";
  await ann.say("into the void");
  await eventually(() => wire.texts.length === 1, "it was sent");
  await ann.page.clock.runFor(10_000);
  await ann.row("into the void").locator(".state").filter({ hasNotText: /^Sending…$/ }).waitFor();
  await ann.page.locator(":is([role=alert], [aria-live=assertive])")
    .filter({ hasText: /was not sent/ }).waitFor({ state: "attached" });
});

Deno.test("UX 9: what is written offline waits through a reload and goes in order, once", async () => {
  await using chat = await serve();
  const wire = new Wire();
  await using ann = await Visitor.open(browser, chat.url, { prepare: (page) => wire.attach(page) });
  await ann.join("Ann");
  await wire.cut();
  const words = ["first", "second", "third"];
  for (const word of words) {
    assertEquals(await ann.page.locator("#text").isEnabled(), true);
    await ann.say(word);
    await ann.sees(word);
  }
  await ann.page.locator("body").getByText(/3 (messages )?(queued|waiting)/).first().waitFor();
  await ann.page.reload();
  for (const word of words) await ann.sees(word);
  assertEquals(await ann.messages(), words);
  wire.isCut = false;
  await ann.page.locator("body").evaluate((body) =>
    body.ownerDocument.defaultView.dispatchEvent(new Event("online"))
  );
  await eventually(async () => await ann.page.locator("#messages [data-seq]").count() === 3);
  assertEquals(await ann.messages(), words);
  const list = await (await fetch(`${chat.url}/messages.json`)).json();
  assertEquals(list.messages.map(({ text }: { text: string }) => text), words);
});

Deno.test("UX 20: a draft survives a reload and is gone when it is sent", async () => {
  await using chat = await serve();
  await using ann = await Visitor.open(browser, chat.url);
  await ann.join("Ann");
  const text = ann.page.locator("#text");
  await text.pressSequentially("half a thou");
  await eventually(async () => {
    const kept = await ann.page.locator("body").evaluate((body) => {
      const { localStorage, sessionStorage } = body.ownerDocument.defaultView;
      return JSON.stringify([{ ...localStorage }, { ...sessionStorage }]);
    });
    return kept.includes("half a thou");
  }, "the draft is saved");
  await ann.page.reload();
  await eventually(async () => await text.inputValue() === "half a thou", "the draft is back");
  await text.press("End");
  await text.pressSequentially("ght");
  await text.press("Enter");
  await ann.sees("half a thought");
  await ann.page.reload();
  await ann.sees("half a thought");
  assertEquals(await text.inputValue(), "");
});
