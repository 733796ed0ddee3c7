// The connection as people see it: UX.md's criteria about losing it and coming back, in a real browser.

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Browser } from "playwright-core";
import { launch, Visitor } from "./browser.ts";
import { chatter, eventually, makeHideable, post, serve, setAway, Wire } from "./scenes.ts";

let browser: Browser;
Deno.test.beforeAll(async () => {
  browser = await launch();
});
Deno.test.afterAll(async () => {
  await browser.close();
});

/** A page with a wire and a clock of its own. */
async function openTimed(url: string): Promise<{ visitor: Visitor; wire: Wire }> {
  const wire = new Wire();
  const visitor = await Visitor.open(browser, url, {
    prepare: async (page) => {
      await page.clock.install();
      await makeHideable(page);
      await wire.attach(page);
    },
  });
  return { visitor, wire };
}

Deno.test("UX 10: a short break is not mentioned, a longer one is, and it never gives up", async () => {
  await using chat = await serve();
  const { visitor, wire } = await openTimed(chat.url);
  await using ann = visitor;
  await ann.join("Ann");
  const status = ann.page.locator("#status");
  await status.getByText("Connected").waitFor();
  await ann.page.clock.pauseAt(Date.now() + 60_000);
  await wire.cut();
  await ann.page.clock.runFor(1_500);
  assertEquals(await status.getAttribute("data-state"), "connected");
  await ann.page.clock.runFor(1_000);
  await status.getByText(/Reconnecting|Connecting/).waitFor();
  const attempts = wire.urls.length;
  await ann.page.clock.runFor(10 * 60_000);
  const later = wire.urls.length - attempts;
  assert(later >= 18, `only ${later} attempts in ten minutes`);
  assert(later <= 200, `${later} attempts in ten minutes`);
  wire.isCut = false;
  // In small steps: what a real server answers needs some time that is real.
  await eventually(async () => {
    await ann.page.clock.runFor(500);
    return await status.getAttribute("data-state") === "connected";
  }, "it is connected again");
});

Deno.test("UX 10: the network, the page and the eye coming back connect at once", async () => {
  await using chat = await serve();
  const { visitor, wire } = await openTimed(chat.url);
  await using ann = visitor;
  await ann.join("Ann");
  await ann.page.clock.pauseAt(Date.now() + 60_000);
  await wire.cut();
  // Long enough that the next attempt is far off.
  await ann.page.clock.runFor(120_000);
  for (const type of ["online", "pageshow"]) {
    const before = wire.urls.length;
    await ann.page.locator("body").evaluate((body, name) => {
      const view = body.ownerDocument.defaultView;
      view.dispatchEvent(new view.Event(name));
    }, type);
    await eventually(() => wire.urls.length === before + 1, `"${type}" connects`);
    // That attempt fails, too.
    await ann.page.clock.runFor(1);
  }
  const before = wire.urls.length;
  await setAway(ann.page, true);
  wire.isCut = false;
  await setAway(ann.page, false);
  await eventually(() => wire.urls.length === before + 1, "being looked at connects");
  await post(chat.url, "Ben", "welcome back");
  await seesWhileTimeGoes(ann, "welcome back");
});

Deno.test("UX 10: on return a socket that only looks open is replaced within three seconds", async () => {
  await using chat = await serve();
  const { visitor, wire } = await openTimed(chat.url);
  await using ann = visitor;
  await ann.join("Ann");
  await ann.page.clock.pauseAt(Date.now() + 60_000);
  wire.letIn = () => false;
  wire.letOut = () => false;
  await post(chat.url, "Ben", "never came through");
  await setAway(ann.page, true);
  await setAway(ann.page, false);
  await eventually(() => wire.sent.at(-1)?.type === "ping", "it asks for a sign of life");
  wire.letIn = () => true;
  wire.letOut = () => true;
  await ann.page.clock.runFor(3_000);
  await ann.page.clock.runFor(600);
  await eventually(() => wire.urls.length === 2, "there is a new socket");
  await seesWhileTimeGoes(ann, "never came through");
});

Deno.test("UX 11: reading goes on after the last message, and what was missed is told", async () => {
  await using chat = await serve();
  const wire = new Wire();
  await using ann = await Visitor.open(browser, chat.url, { prepare: (page) => wire.attach(page) });
  const { seq } = await post(chat.url, "Ben", "the last one seen");
  await ann.sees("the last one seen");
  const replayed: unknown[] = [];
  wire.letIn = (frame) => {
    if (frame.type === "welcome") replayed.push(...frame.messages);
    return true;
  };
  await wire.cut();
  await post(chat.url, "Ben", "meanwhile");
  wire.isCut = false;
  await ann.sees("meanwhile");
  assertMatch(wire.urls.at(-1) ?? "", new RegExp(`since=[^:%]+(:|%3A)${seq}$`));
  assertEquals(replayed.length, 1);
  assertEquals(await ann.messages(), ["the last one seen", "meanwhile"]);
  const time = new Date().toISOString();
  const message = { seq: seq + 900, id: "later", name: "Ben", text: "much later", time };
  wire.inject({ type: "messages", messages: [message], skipped: 898 });
  await ann.sees("much later");
  await ann.page.locator("#messages").getByText(/898 messages/).first().waitFor();
});

Deno.test("UX 11: another log begins a clean page", async () => {
  await using chat = await serve(chatter(5));
  await using ann = await Visitor.open(browser, chat.url);
  await ann.join("Zoe");
  await ann.say("in the old log");
  await ann.sees("in the old log");
  await chat.server.stop();
  await Deno.remove(chat.server.inData("messages.json"));
  await chat.server.restart({ keepPort: true });
  await post(chat.url, "Ben", "in the new log");
  await ann.sees("in the new log");
  assertEquals(await ann.messages(), ["in the new log"]);
});

/** Waits for a row on a page whose clock only goes when it is told to: rows need frames. */
async function seesWhileTimeGoes(visitor: Visitor, text: string): Promise<void> {
  await eventually(async () => {
    await visitor.page.clock.runFor(20);
    return await visitor.row(text).isVisible();
  }, `"${text}" is shown`);
}
