// The chat as people have it: real browsers against the whole server with its real permissions.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Browser } from "playwright-core";
import { ServerProcess } from "../helpers/server_process.ts";
import { TextClient } from "../helpers/ws_client.ts";
import { launch, Visitor } from "./browser.ts";

let browser: Browser;
Deno.test.beforeAll(async () => {
  browser = await launch();
});
Deno.test.afterAll(async () => {
  await browser.close();
});

Deno.test("three browsers and a bare WebSocket tool share one conversation", async () => {
  await using server = await ServerProcess.start();
  await using ann = await Visitor.open(browser, server.url);
  await using ben = await Visitor.open(browser, server.url);
  await using eva = await Visitor.open(browser, server.url);
  await using tool = await TextClient.open(server.url, { name: "tool" });
  await ann.join("Ann");
  await ben.join("Ben");
  await eva.join("Eva");
  await ann.say("hello from Ann");
  await ben.sees("hello from Ann");
  await ben.say("hello from Ben");
  await eva.sees("hello from Ben");
  await eva.say("hello from Eva");
  await ann.sees("hello from Eva");
  tool.send("hello from a tool");
  await tool.line("tool: hello from a tool");
  const said = ["hello from Ann", "hello from Ben", "hello from Eva", "hello from a tool"];
  for (const visitor of [ann, ben, eva]) {
    await visitor.sees("hello from a tool");
    assertEquals(await visitor.messages(), said);
  }
  assertEquals(tool.inbox.all.filter((line) => line.includes(": hello")), [
    "Ann: hello from Ann",
    "Ben: hello from Ben",
    "Eva: hello from Eva",
    "tool: hello from a tool",
  ]);
});

Deno.test("what is posted as a form and as JSON appears live in an open page", async () => {
  await using server = await ServerProcess.start();
  await using ann = await Visitor.open(browser, server.url);
  const form = await fetch(server.url, {
    method: "POST",
    body: new URLSearchParams({ name: "Form", text: "by form" }),
  });
  assertStringIncludes(await form.text(), "by form");
  await ann.sees("by form");
  const json = await fetch(`${server.url}/messages`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "Json", text: "by JSON" }),
  });
  assertEquals(json.status, 201);
  await json.body?.cancel();
  await ann.sees("by JSON");
});

Deno.test("the page chats with scripts off, and sending the form again adds nothing", async () => {
  await using server = await ServerProcess.start();
  await using ann = await Visitor.open(browser, server.url, { javaScriptEnabled: false });
  await ann.page.getByLabel("Your name").fill("Ann");
  await ann.page.getByLabel("Message", { exact: true }).fill("no <script> needed");
  await ann.page.getByRole("button", { name: "Send" }).click();
  await ann.sees("no <script> needed");
  // The browser sends the same form again.
  await ann.page.reload();
  assertEquals(await ann.messages(), ["no <script> needed"]);
  assertEquals(await ann.page.getByLabel("Your name").inputValue(), "Ann");
  assertEquals(await ann.page.getByLabel("Message", { exact: true }).inputValue(), "");
});

Deno.test("a name that was used in the form is the same person's when the script joins", async () => {
  await using server = await ServerProcess.start();
  await using ann = await Visitor.open(browser, server.url, { javaScriptEnabled: false });
  await ann.page.getByLabel("Your name").fill("Ann");
  await ann.page.getByLabel("Message", { exact: true }).fill("before the script");
  await ann.page.getByRole("button", { name: "Send" }).click();
  await ann.sees("before the script");
  const context = await browser.newContext({
    storageState: await ann.page.context().storageState(),
  });
  const page = await context.newPage();
  await page.goto(server.url);
  await page.getByLabel("Your name").press("Enter");
  await page.getByText("You are Ann").waitFor();
  await context.close();
});

Deno.test("a page rides out a restart: nothing missed, nothing doubled, same name", async () => {
  await using server = await ServerProcess.start();
  await using ann = await Visitor.open(browser, server.url);
  await using ben = await Visitor.open(browser, server.url);
  await ann.join("Ann");
  await ben.join("Ben");
  await ann.say("before");
  await ben.sees("before");
  await server.restart({ keepPort: true, signal: "SIGKILL" });
  await ann.say("across");
  await ben.sees("across");
  await ben.say("after");
  await ann.sees("after");
  for (const visitor of [ann, ben]) {
    assertEquals(await visitor.messages(), ["before", "across", "after"]);
  }
});

Deno.test("a reload keeps the name and shows each message once", async () => {
  await using server = await ServerProcess.start();
  await using ann = await Visitor.open(browser, server.url);
  await ann.join("Ann");
  await ann.say("one");
  await ann.sees("one");
  await ann.page.reload();
  await ann.page.getByText("You are Ann").waitFor();
  await ann.say("two");
  await ann.sees("two");
  assertEquals(await ann.messages(), ["one", "two"]);
});

Deno.test("hostile names and texts stay text in the page and in the client", async () => {
  await using server = await ServerProcess.start();
  await using ann = await Visitor.open(browser, server.url);
  const payloads = [
    `<img src=x onerror="document.title='owned'">`,
    `"><script>document.title='owned'</script>`,
    `</textarea><svg onload="document.title='owned'">`,
    `javascript:document.title='owned'`,
    `{{title}} $& $1 &lt;b&gt;`,
  ];
  for (const [index, payload] of payloads.entries()) {
    const response = await fetch(`${server.url}/messages`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name: payload.slice(0, 20) + index, text: payload }),
    });
    assertEquals(response.status, 201);
    await response.body?.cancel();
    await ann.sees(payload);
  }
  assertEquals(await ann.messages(), payloads);
  await ann.page.reload();
  assertEquals(await ann.messages(), payloads);
  assertMatch(await ann.page.title(), /^(\(\d+\) )?Parley$/);
  assert(await ann.page.locator("#messages img, #messages script, #messages svg").count() === 0);
});
