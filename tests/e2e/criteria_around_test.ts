// What is around the conversation: UX.md's criteria about being told and about calm, in a real browser.

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Browser, Page } from "playwright-core";
import { JsonClient, TextClient } from "../helpers/ws_client.ts";
import { launch, Visitor } from "./browser.ts";
import { chatter, eventually, makeHideable, post, serve, setAway, Wire } from "./scenes.ts";

let browser: Browser;
Deno.test.beforeAll(async () => {
  browser = await launch();
});
Deno.test.afterAll(async () => {
  await browser.close();
});

Deno.test("UX 27: others' messages are read out once, own rows and old ones never", async () => {
  await using chat = await serve(chatter(3));
  await using ben = await Visitor.open(browser, chat.url);
  // The region is there from the start, and empty: what it had at first would never be read out.
  const region = ben.page.locator("[role=log][aria-live=polite]");
  assertEquals(await region.count(), 1);
  assertEquals((await region.textContent())?.trim(), "");
  await ben.join("Ben");
  // The connection has a region of its own, and nothing that changes by itself is in any log.
  assertEquals(await ben.page.locator("#status").getAttribute("role"), "status");
  const restless = "[role=log] :is(#typing, #status, time, button, [role=timer])";
  assertEquals(await ben.page.locator(restless).count(), 0);
  await ben.say("my own");
  await ben.row("my own").and(ben.page.locator("[data-seq]")).waitFor();
  await post(chat.url, "Eva", "heard");
  await ben.sees("heard");
  await eventually(async () => assertEquals((await region.textContent())?.trim(), "Eva: heard"));
});

Deno.test("UX 27: more messages than anyone can listen to are told as a number", async () => {
  await using chat = await serve();
  await using ben = await Visitor.open(browser, chat.url);
  await ben.join("Ben");
  const region = ben.page.locator("[role=log][aria-live=polite]");
  await using eva = await JsonClient.open(chat.url);
  await eva.join("Eva");
  for (let line = 1; line <= 12; line++) {
    eva.send({ type: "send", id: `line-${line}`, text: `line ${line}` });
  }
  await ben.sees("line 12");
  await region.getByText("12 new messages", { exact: true }).waitFor({ state: "attached" });
  const lines = await region.locator(":scope > *").allTextContents();
  assert(lines.length <= 6, `there were ${lines.length} lines: ${lines}`);
});

Deno.test("UX 29: the title counts what came unseen and forgets it on reading", async () => {
  await using chat = await serve();
  await using ann = await Visitor.open(browser, chat.url, { prepare: makeHideable });
  await ann.join("Ann");
  const title = await ann.page.title();
  const icon = ann.page.locator("link[rel~=icon]").first();
  const plain = await icon.getAttribute("href");
  await post(chat.url, "Ben", "seen");
  await ann.sees("seen");
  assertEquals(await ann.page.title(), title);
  await setAway(ann.page, true);
  for (const text of ["one", "two", "three"]) await post(chat.url, "Ben", text);
  await eventually(async () => assertEquals(await ann.page.title(), `(3) ${title}`));
  assert(await icon.getAttribute("href") !== plain, "the icon has a dot");
  await setAway(ann.page, false);
  await eventually(async () => assertEquals(await ann.page.title(), title));
  assertEquals(await icon.getAttribute("href"), plain);
});

Deno.test("UX 29: a notification is asked for only after a click and shown only when hidden", async () => {
  await using chat = await serve();
  await using ann = await Visitor.open(browser, chat.url, {
    prepare: async (page) => {
      await makeHideable(page);
      await fakeNotifications(page);
    },
  });
  const said = () =>
    ann.page.locator("body").evaluate((body) => body.ownerDocument.defaultView.notifications);
  await ann.join("Ann");
  assertEquals((await said()).asked, 0);
  await ann.page.getByLabel("Settings").click();
  await ann.page.getByRole("switch", { name: "Notifications" }).click();
  await eventually(async () => (await said()).asked === 1, "it was asked for");
  await ann.page.keyboard.press("Escape");
  await post(chat.url, "Ben", "in sight");
  await ann.sees("in sight");
  assertEquals((await said()).shown, []);
  await setAway(ann.page, true);
  await post(chat.url, "Ben", "out of sight");
  await eventually(async () => (await said()).shown.length === 1, "it was shown");
  assertMatch(JSON.stringify((await said()).shown), /Ben.*out of sight|out of sight.*Ben/);
});

Deno.test("UX 30: comings and goings are one row, and typing shifts nothing", async () => {
  await using chat = await serve(chatter(40));
  await using ann = await Visitor.open(browser, chat.url);
  await ann.join("Zoe");
  const names = ["Kim", "Lee", "Max", "Noa"];
  const guests = [];
  for (const name of names) {
    guests.push(await TextClient.open(chat.url, { name }));
    await ann.page.locator("#people").getByText(name, { exact: true }).waitFor();
  }
  const notes = ann.page.locator("#messages .note").filter({ hasText: "joined" });
  await eventually(async () => await notes.count() === 1, "they are one row");
  assertMatch(await notes.innerText(), /Kim|4 people/);
  assertEquals(await ann.page.locator("#people-count").innerText(), "5");
  await using ben = await Visitor.open(browser, chat.url);
  await ben.join("Ben");
  await ann.page.locator("#people").getByText("Ben", { exact: true }).waitFor();
  const before = await ann.page.locator("#text").boundingBox();
  await ben.page.locator("#text").pressSequentially("hm");
  await ann.page.locator("#typing").getByText(/Ben is typing/).waitFor();
  assertEquals(await ann.page.locator("#text").boundingBox(), before);
  for (const guest of guests) await guest.close();
});

Deno.test("UX 30: who comes back within ten seconds was never gone", async () => {
  await using chat = await serve();
  await using ann = await Visitor.open(browser, chat.url);
  await ann.join("Ann");
  await using ben = await Visitor.open(browser, chat.url);
  await ben.join("Ben");
  await ann.page.locator("#people").getByText("Ben", { exact: true }).waitFor();
  await ben.page.reload();
  await ben.page.locator("#you-name").getByText("Ben").waitFor();
  await post(chat.url, "Eva", "after the blip");
  await ann.sees("after the blip");
  assertEquals(await ann.page.locator("#messages .note").filter({ hasText: "left" }).count(), 0);
});

Deno.test("UX 30: typing is told at most every three seconds and expires after six", async () => {
  await using chat = await serve();
  const wire = new Wire();
  await using ann = await Visitor.open(browser, chat.url, {
    prepare: async (page) => {
      await page.clock.install();
      await wire.attach(page);
    },
  });
  await ann.join("Ann");
  await ann.page.clock.pauseAt(Date.now() + 60_000);
  await ann.page.locator("#text").pressSequentially("many keys at once");
  await eventually(() => wire.sent.some(({ type }) => type === "typing"), "it was told");
  assertEquals(wire.sent.filter(({ type }) => type === "typing").length, 1);
  wire.inject({ type: "typing", names: ["Ben"] });
  const typing = ann.page.locator("#typing").getByText(/Ben is typing/);
  await typing.waitFor();
  await ann.page.clock.runFor(5_500);
  assertEquals(await typing.isVisible(), true);
  await ann.page.clock.runFor(1_000);
  await typing.waitFor({ state: "hidden" });
});

/** Notifications that only write down what they were asked. */
async function fakeNotifications(page: Page): Promise<void> {
  await page.addInitScript({
    content: `
      globalThis.notifications = { asked: 0, shown: [] };
      globalThis.Notification = class extends EventTarget {
        static permission = "default";
        static async requestPermission() {
          notifications.asked++;
          return Notification.permission = "granted";
        }
        constructor(title, options) {
          super();
          notifications.shown.push({ title, ...options });
        }
        close() {}
      };
    `,
  });
}
