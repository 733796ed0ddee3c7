// The class of the three-client test: one server, three real pages, and what all of them must agree on.

import { assertEquals } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import type { Browser } from "playwright-core";
import { ServerProcess } from "../helpers/server_process.ts";
import { Visitor } from "./browser.ts";
import { eventually, Wire, zoneWhereItIs } from "./scenes.ts";

/** The class: a server and three pages. */
export class Lesson {
  readonly server: ServerProcess;
  readonly ann: Visitor;
  readonly ben: Visitor;
  readonly petya: Visitor;
  /** Ben's line to the server. */
  readonly wire: Wire;
  /** Everything that was said, in order. */
  readonly said: string[] = [];
  readonly #folder: string;

  private constructor(
    server: ServerProcess,
    [ann, ben, petya]: readonly [Visitor, Visitor, Visitor],
    rest: { wire: Wire; folder: string },
  ) {
    this.server = server;
    this.ann = ann;
    this.ben = ben;
    this.petya = petya;
    this.wire = rest.wire;
    this.#folder = rest.folder;
  }

  /** Opens the server and the three pages; pictures go to `folder`. */
  static async begin(browser: Browser, folder: URL): Promise<Lesson> {
    const server = await ServerProcess.start({ args: ["--title=Physics 9b"] });
    const wire = new Wire();
    const timezoneId = zoneWhereItIs(9);
    const ann = await Visitor.open(browser, server.url, {
      viewport: { width: 1024, height: 720 },
      timezoneId,
    });
    const ben = await Visitor.open(browser, server.url, {
      viewport: { width: 768, height: 720 },
      colorScheme: "dark",
      timezoneId,
      prepare: (page) => wire.attach(page),
    });
    const petya = await Visitor.open(browser, server.url, {
      viewport: { width: 390, height: 720 },
      locale: "ru-RU",
      timezoneId,
      hasTouch: true,
      isMobile: true,
      deviceScaleFactor: 2,
    });
    return new Lesson(server, [ann, ben, petya], { wire, folder: fromFileUrl(folder) });
  }

  get all(): readonly Visitor[] {
    return [this.ann, this.ben, this.petya];
  }

  /** `visitor` says `text`, and every page that is open shows it. */
  async say(visitor: Visitor, text: string, readers: readonly Visitor[] = this.all): Promise<void> {
    await visitor.say(text);
    this.said.push(text);
    for (const reader of readers) await reader.sees(text);
  }

  /** Every page shows what was said, all of it, once, in order. */
  async agree(readers: readonly Visitor[] = this.all): Promise<string> {
    for (const reader of readers) {
      await eventually(async () => assertEquals(await reader.messages(), this.said));
      assertEquals(await reader.page.locator(".unsent, .delayed, .failed").count(), 0);
    }
    return `${this.said.length} messages on ${readers.length} pages, the same in the same order`;
  }

  /** Every page is connected. */
  async connected(): Promise<void> {
    for (const { page } of this.all) {
      await page.locator("#status[data-state=connected]").waitFor({ timeout: 40_000 });
    }
  }

  async picture(visitor: Visitor, name: string): Promise<void> {
    await visitor.page.screenshot({ path: join(this.#folder, name), animations: "disabled" });
  }

  async end(): Promise<void> {
    for (const visitor of this.all) await visitor[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
  }
}
