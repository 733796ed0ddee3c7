// A real browser for tests: Debian's Chromium where it is installed and asked for, else the one from
// npm. Watches every page for errors and for violations of the Content-Security-Policy.

import { join } from "@std/path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const CHROMIUM_VERSION = "153.0.0";

/** Starts a browser; `PARLEY_CHROMIUM` names another executable. */
export async function launch(): Promise<Browser> {
  return await chromium.launch({
    executablePath: Deno.env.get("PARLEY_CHROMIUM") ?? await unpack(),
    // The package's own arguments would end the browser with its first closed context.
    args: [
      "--no-sandbox",
      "--headless=shell",
      "--use-gl=angle",
      "--use-angle=swiftshader",
      "--disable-dev-shm-usage",
      "--disable-background-networking",
    ],
  });
}

/** How a page is opened. */
export interface VisitOptions extends BrowserContextOptions {
  /** Runs before the page is loaded: a clock, a wire, a script. */
  readonly prepare?: (page: Page) => Promise<unknown>;
}

/** A page of a person of their own: storage and cookies are shared with nobody. */
export class Visitor implements AsyncDisposable {
  readonly page: Page;
  readonly #troubles: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    this.#watch(page);
    page.context().on("page", (other) => this.#watch(other));
  }

  static async open(browser: Browser, url: string, options: VisitOptions = {}): Promise<Visitor> {
    const { prepare, ...rest } = options;
    const context = await browser.newContext({
      locale: "en-GB",
      viewport: { width: 900, height: 700 },
      ...rest,
    });
    context.setDefaultTimeout(10_000);
    const visitor = new Visitor(await context.newPage());
    await prepare?.(visitor.page);
    await visitor.page.goto(url);
    return visitor;
  }

  /** Another tab of the same person. */
  async openTab(): Promise<Page> {
    const tab = await this.page.context().newPage();
    await tab.goto(this.page.url());
    return tab;
  }

  /** Gives a name and waits until the page may speak. */
  async join(name: string): Promise<void> {
    await this.page.locator("#name").fill(name);
    await this.page.locator("#name").press("Enter");
    await this.page.locator("#you-name").getByText(name, { exact: true }).waitFor();
  }

  /** Types a message and presses Enter. */
  async say(text: string): Promise<void> {
    await this.page.locator("#text").fill(text);
    await this.page.keyboard.press("Enter");
  }

  /** Waits until a row with exactly this text is there. */
  async sees(text: string): Promise<void> {
    await this.row(text).waitFor();
  }

  /** The first row with exactly this text. */
  row(text: string): ReturnType<Page["locator"]> {
    const said = this.page.locator(".text").getByText(text, { exact: true });
    const bubble = this.page.locator(".text").and(this.page.getByText(text, { exact: true }));
    return this.page.locator("#messages .message").filter({ has: said.or(bubble) }).first();
  }

  /** The texts of the messages, top to bottom; rows about people are left out. */
  async messages(): Promise<string[]> {
    return await this.page.locator("#messages [data-id] .text").allInnerTexts();
  }

  /** Closes the page; throws what went wrong in it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.page.context().close();
    if (this.#troubles.length > 0) throw new Error(`In the page: ${this.#troubles.join("; ")}`);
  }

  #watch(page: Page): void {
    page.on("pageerror", (error) => this.#troubles.push(error.message));
    page.on("console", (message) => {
      if (/Content.Security.Policy/i.test(message.text())) this.#troubles.push(message.text());
    });
  }
}

async function unpack(): Promise<string> {
  const temporary = Deno.env.get("TMPDIR") ?? "/tmp";
  // The version is in the name: another one that was unpacked before must not be taken for it.
  const directory = join(temporary, `parley-chromium-${CHROMIUM_VERSION}`);
  await Deno.mkdir(directory, { recursive: true });
  const script = new URL("./unpack_chromium.ts", import.meta.url).href;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--quiet",
      "--no-lock",
      script,
      `npm:@sparticuz/chromium@${CHROMIUM_VERSION}`,
    ],
    env: { TMPDIR: directory },
  }).output();
  if (code !== 0) {
    throw new Error(`Cannot unpack Chromium: ${new TextDecoder().decode(stderr)}`);
  }
  return new TextDecoder().decode(stdout);
}
