// A room with a password in a real browser.

import { assertEquals, assertMatch } from "@std/assert";
import type { Browser, Page } from "playwright-core";
import { ServerProcess } from "../helpers/server_process.ts";
import { launch, Visitor } from "./browser.ts";
import { eventually } from "./scenes.ts";

let browser: Browser;
Deno.test.beforeAll(async () => {
  browser = await launch();
});
Deno.test.afterAll(async () => {
  await browser.close();
});

async function start(): Promise<ServerProcess> {
  return await ServerProcess.start({
    args: ["--password-file=password"],
    files: { password: "open sesame\n" },
  });
}

async function logIn(page: Page, password: string): Promise<void> {
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Enter" }).click();
}

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "with a script" : "without a script";
  Deno.test(`the password opens the room ${how}, a wrong one says so`, async () => {
    await using server = await start();
    await using ann = await Visitor.open(browser, server.url, { javaScriptEnabled });
    assertEquals(await ann.page.getByRole("alert").isVisible(), false);
    await logIn(ann.page, "nothing");
    assertMatch(await ann.page.getByRole("alert").innerText(), /not the password/);
    // The cursor is where the next try is typed, as soon as the page is there.
    await ann.page.locator("#password:focus").waitFor();
    await logIn(ann.page, "open sesame");
    await ann.page.getByLabel("Your name").waitFor();
    assertEquals(new URL(ann.page.url()).pathname, "/");
    const [cookie] = (await ann.page.context().cookies()).filter(({ name }) =>
      name === "parley_pass"
    );
    assertEquals([cookie?.httpOnly, cookie?.sameSite], [true, "Lax"]);
  });
}

Deno.test("the door says in words when somebody has tried too often", async () => {
  await using server = await start();
  await using ann = await Visitor.open(browser, server.url);
  for (let n = 0; n < 5; n++) {
    await logIn(ann.page, "nothing");
    await ann.page.getByRole("alert").waitFor();
  }
  await logIn(ann.page, "open sesame");
  await ann.page.getByRole("alert").getByText(/1[0-2] s/).waitFor();
});

Deno.test("a page whose password has changed shows the door, and keeps what was typed", async () => {
  await using server = await start();
  await using ann = await Visitor.open(browser, server.url);
  await logIn(ann.page, "open sesame");
  await ann.join("Ann");
  await ann.say("before");
  await ann.sees("before");
  await ann.page.locator("#text").fill("half a sentence");
  await Deno.writeTextFile(server.inData("password"), "new words\n");
  await server.restart({ keepPort: true });
  await ann.page.getByLabel("Password").waitFor();
  assertEquals(await ann.page.locator("#messages").count(), 0);
  await logIn(ann.page, "new words");
  await ann.sees("before");
  await eventually(async () => await ann.page.locator("#text").inputValue() === "half a sentence");
  await ann.say("after");
  await ann.sees("after");
});
