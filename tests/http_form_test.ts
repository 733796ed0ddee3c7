// The chat without a script: what a browser's form does to a real server.

import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { ServerProcess } from "./helpers/server_process.ts";
import { JsonClient } from "./helpers/ws_client.ts";

interface Page {
  readonly status: number;
  readonly headers: Headers;
  readonly html: string;
  /** The texts of the messages it shows. */
  readonly texts: string[];
  /** What the form holds, as it stands in the HTML. */
  readonly form: { id: string; name: string; text: string };
}

/** A browser without scripts: keeps cookies, sends `Origin`, posts what the form says. */
class Browser {
  readonly #server: ServerProcess;
  readonly #cookies = new Map<string, string>();

  constructor(server: ServerProcess) {
    this.#server = server;
  }

  async load(): Promise<Page> {
    return await this.#fetch({});
  }

  async post(fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Page> {
    return await this.send(new URLSearchParams(fields), headers);
  }

  async send(
    body: URLSearchParams | FormData,
    headers: Record<string, string> = {},
  ): Promise<Page> {
    const origin = this.#server.url;
    return await this.#fetch({ method: "POST", body, headers: { origin, ...headers } });
  }

  /** The `Set-Cookie` lines of the last answer. */
  setCookies: string[] = [];

  async #fetch(init: RequestInit): Promise<Page> {
    const headers = new Headers(init.headers);
    const cookies = [...this.#cookies].map(([name, value]) => `${name}=${value}`);
    if (cookies.length > 0) headers.set("cookie", cookies.join("; "));
    const response = await fetch(this.#server.url, { ...init, headers });
    this.setCookies = response.headers.getSetCookie();
    for (const cookie of this.setCookies) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      this.#cookies.set(name, value);
    }
    return toPage(response, await response.text());
  }
}

function toPage({ status, headers }: Response, html: string): Page {
  const value = (id: string) => new RegExp(`id="${id}"[^>]* value="([^"]*)"`).exec(html)?.[1] ?? "";
  return {
    status,
    headers,
    html,
    texts: Array.from(html.matchAll(/<p class="text"[^>]*>([^<]*)<\/p>/g), ([, text = ""]) => text),
    form: {
      id: value("id"),
      name: value("name"),
      // The first line break after the tag is the parser's.
      text: /<textarea[^>]*>\n?([^<]*)<\/textarea>/.exec(html)?.[1] ?? "",
    },
  };
}

/** The reason that the page gives, unless it is hidden. */
function reasonOn({ html }: Page): string | undefined {
  const [, attributes = "", reason] = /<p class="error"([^>]*)>([^<]*)<\/p>/.exec(html) ?? [];
  return attributes.includes(" hidden") ? undefined : reason;
}

Deno.test("POST / answers with the new page, the message in it and an empty form", async () => {
  await using server = await ServerProcess.start();
  const browser = new Browser(server);
  const before = await browser.load();
  const after = await browser.post({ id: before.form.id, name: " Ann ", text: "hello\r\nworld" });

  assertEquals([after.status, after.texts], [200, ["hello\nworld"]]);
  assertEquals([reasonOn(before), reasonOn(after)], [undefined, undefined]);
  assertEquals(after.form.text, "");
  assertMatch(after.form.id, /^[A-Za-z0-9_-]{1,64}$/);
  assertNotEquals(after.form.id, before.form.id);
  assertEquals((await browser.load()).form.name, "Ann");
});

Deno.test("POST / of the same form again adds nothing: a reload repeats no message", async () => {
  await using server = await ServerProcess.start();
  const browser = new Browser(server);
  const { form } = await browser.load();
  const fields = { id: form.id, name: "Ann", text: "once" };
  await browser.post(fields);
  const again = await browser.post(fields);
  assertEquals([again.status, again.texts], [200, ["once"]]);
});

Deno.test("POST / takes multipart forms", async () => {
  await using server = await ServerProcess.start();
  const body = new FormData();
  body.set("name", "Ann");
  body.set("text", "in parts");
  const page = await new Browser(server).send(body);
  assertEquals([page.status, page.texts], [200, ["in parts"]]);
});

Deno.test("POST / shows a message to everyone who is connected", async () => {
  await using server = await ServerProcess.start();
  await using reader = await JsonClient.open(server.url);
  await new Browser(server).post({ id: "f1", name: "Ann", text: "from a form" });
  const { name, text } = await reader.shown("f1");
  assertEquals([name, text], ["Ann", "from a form"]);
});

Deno.test("POST / claims the name for a browser, by a cookie that no script can read", async () => {
  await using server = await ServerProcess.start();
  const ann = new Browser(server);
  await ann.post({ name: "Ann", text: "mine" });
  const cookie = ann.setCookies.find((each) => each.startsWith("parley_key="));
  assertMatch(cookie ?? "", /^parley_key=[A-Za-z0-9_-]{22};/);
  for (const attribute of ["HttpOnly", "SameSite=Lax", "Path=/"]) {
    assert(cookie?.includes(attribute), attribute);
  }

  const stranger = await new Browser(server).post({ name: "ann", text: "mine too" });
  const owner = await ann.post({ name: "Ann", text: "still mine" });

  assertEquals(stranger.status, 409);
  assertMatch(reasonOn(stranger) ?? "", /&quot;ann-2&quot; is free/);
  assertEquals([owner.status, owner.texts], [200, ["mine", "still mine"]]);
});

Deno.test("POST / keeps a name over a restart by its cookie", async () => {
  await using server = await ServerProcess.start();
  const ann = new Browser(server);
  await ann.post({ name: "Ann", text: "before" });
  await server.restart();
  assertEquals((await ann.post({ name: "Ann", text: "after" })).texts, ["before", "after"]);
  assertEquals((await new Browser(server).post({ name: "Ann", text: "no" })).status, 409);
});

Deno.test("POST / lets a program without cookies use a free name again and again", async () => {
  await using server = await ServerProcess.start();
  for (const text of ["one", "two"]) {
    const body = new URLSearchParams({ name: "Bot", text });
    const response = await fetch(server.url, { method: "POST", body });
    assertEquals([text, response.status], [text, 200]);
    await response.body?.cancel();
  }
});

interface Refusal {
  readonly name: string;
  readonly text: string;
  readonly status: number;
  readonly says: RegExp;
}

const REFUSALS: Refusal[] = [
  { name: "", text: "typed", status: 400, says: /name: it is empty/ },
  { name: "a\u200bb", text: "typed", status: 400, says: /invisible characters/ },
  { name: "Ann", text: "  ", status: 400, says: /the message is empty/ },
  { name: "Ann", text: "t".repeat(2001), status: 400, says: /2001 characters, 2000 are allowed/ },
  { name: "Taken", text: "two\nlines", status: 409, says: /somebody here has it/ },
];

for (const { name, text, status, says } of REFUSALS) {
  Deno.test(`POST / refuses with ${status}, says ${says} and keeps what was typed`, async () => {
    await using server = await ServerProcess.start();
    await using owner = await JsonClient.open(server.url);
    await owner.join("Taken");
    const page = await new Browser(server).post({ id: "f1", name, text });
    assertEquals(page.status, status);
    assertMatch(reasonOn(page) ?? "", says);
    // With the same id, so that sending it again cannot say it twice.
    assertEquals(page.form, { id: "f1", name, text });
    assertEquals(page.texts, []);
    assertMatch(page.headers.get("content-type") ?? "", /^text\/html/);
  });
}

Deno.test("POST / over the rate is the page with 429 and Retry-After", async () => {
  await using server = await ServerProcess.start({ args: ["--rate=0.1"] });
  const browser = new Browser(server);
  const pages = [];
  for (const text of ["one", "two", "three"]) pages.push(await browser.post({ name: "Ann", text }));
  // One in ten seconds is one at once, too: the first counts for the address, and the second for the
  // name that the first one claimed.
  assertEquals(pages.map(({ status }) => status), [200, 200, 429]);
  const third = pages[2];
  assertEquals([third?.form.text, third?.texts], ["three", ["one", "two"]]);
  assertMatch(third?.headers.get("retry-after") ?? "", /^(9|10)$/);
});

Deno.test("POST / from a page of another site is the page with 403, and says nothing", async () => {
  await using server = await ServerProcess.start();
  const foreign: Record<string, string>[] = [
    { origin: "http://evil.example" },
    { origin: "null" },
    { origin: `http://127.0.0.1:${server.port}1` },
    { origin: `https://127.0.0.1:${server.port}` },
    { origin: "http://127.0.0.1.evil.example", "sec-fetch-site": "same-origin" },
  ];
  for (const headers of foreign) {
    const page = await new Browser(server).post({ name: "Ann", text: "forged" }, headers);
    assertEquals([headers, page.status, page.texts], [headers, 403, []]);
    assertMatch(reasonOn(page) ?? "", /--allow-origin/);
  }
});

Deno.test("POST / from a page that --allow-origin lists is taken", async () => {
  await using server = await ServerProcess.start({ args: ["--allow-origin=http://x.example"] });
  const headers = { origin: "http://x.example" };
  const page = await new Browser(server).post({ name: "Ann", text: "let in" }, headers);
  assertEquals([page.status, page.texts], [200, ["let in"]]);
});

Deno.test("GET / shows names and texts as they are, never as HTML", async () => {
  await using server = await ServerProcess.start({ args: ["--title=<b>&"] });
  const attack = `"'><script>alert(1)</script>{{title}}$&`;
  const { html } = await new Browser(server).post({ name: `<i>&amp;`, text: attack });
  assertEquals(html.includes("<script>alert"), false);
  assertMatch(html, /<title>&lt;b&gt;&amp;<\/title>/);
  assertMatch(html, /&lt;script&gt;alert\(1\)&lt;\/script&gt;\{\{title\}\}\$&amp;/);
  assertMatch(html, />&lt;i&gt;&amp;amp;</);
});
