// Measures a page from inside, frame by frame; for the tests and for the report.

import type { Browser, Page } from "playwright-core";
import { JsonClient } from "../helpers/ws_client.ts";
import { Visitor } from "./browser.ts";
import { serve } from "./scenes.ts";

/** How long one's own row takes to be there. */
export interface OwnRow {
  /** Frames begun until it was there. */
  readonly frames: number;
  /** Milliseconds from Enter to the frame that shows it. */
  readonly ms: number;
}

/** Sends a message as Enter does and watches for its row. */
export async function measureOwnRow(page: Page): Promise<OwnRow> {
  return await page.locator("#text").evaluate(async (field) => {
    const view = field.ownerDocument.defaultView;
    const text = `measured ${view.performance.now()}`;
    const list = field.ownerDocument.getElementById("messages");
    field.value = text;
    field.dispatchEvent(new view.Event("input", { bubbles: true }));
    const frame = () => new Promise((resolve) => view.requestAnimationFrame(resolve));
    await frame();
    const begin = view.performance.now();
    const enter = { key: "Enter", bubbles: true, cancelable: true };
    field.dispatchEvent(new view.KeyboardEvent("keydown", enter));
    for (let frames = 1;; frames++) {
      await frame();
      if (list.lastElementChild?.textContent.includes(text)) {
        return { frames, ms: view.performance.now() - begin };
      }
    }
  });
}

/** How a page took a thousand messages. */
export interface Burst {
  readonly fps: number;
  readonly worstMs: number;
  /** The most rows there were. */
  readonly rows: number;
}

/** Says a thousand things within a second and counts the frames meanwhile. */
export async function measureBurst(page: Page, speaker: JsonClient): Promise<Burst> {
  const watching = page.locator("#messages").evaluate(async (list) => {
    const view = list.ownerDocument.defaultView;
    const frame = (): Promise<number> =>
      new Promise((resolve) => view.requestAnimationFrame(resolve));
    const begin = await frame();
    let last = begin;
    let frames = 0;
    let worstMs = 0;
    let rows = 0;
    while (!list.lastElementChild?.textContent.includes("burst 1000")) {
      const now = await frame();
      frames++;
      worstMs = Math.max(worstMs, now - last);
      rows = Math.max(rows, list.childElementCount);
      last = now;
    }
    return { fps: frames * 1000 / (last - begin), worstMs, rows };
  });
  for (let ten = 0; ten < 100; ten++) {
    for (let one = 1; one <= 10; one++) {
      const number = ten * 10 + one;
      speaker.send({ type: "send", id: `burst-${number}`, text: `burst ${number}` });
    }
    // Spread over the second, as a hundred people's would be.
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return await watching;
}

/** Shows a number to whoever runs the tests. */
export function print(line: string): void {
  // deno-lint-ignore no-console -- it is what measuring is for
  console.log(line);
}

/** Everything the report says about speed. */
export interface Speed {
  readonly own: OwnRow;
  readonly burst: Burst;
  readonly bundleBytes: number;
}

/** Measures all of it on a page of its own. */
export async function measureSpeed(browser: Browser): Promise<Speed> {
  await using chat = await serve();
  await using ann = await Visitor.open(browser, chat.url);
  await ann.join("Ann");
  await using ben = await JsonClient.open(chat.url);
  await ben.join("Ben");
  await measureOwnRow(ann.page); // the first one is also the first for the engine
  const own = await measureOwnRow(ann.page);
  const burst = await measureBurst(ann.page, ben);
  const { size } = await Deno.stat(new URL("../../static/app.js", import.meta.url));
  return { own, burst, bundleBytes: size };
}
