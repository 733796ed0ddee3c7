import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { Message } from "../src/message.ts";
import { type PageView, renderPage } from "../src/page.ts";
import template from "../static/page.html" with { type: "text" };

const NASTY = [
  "<script>alert(1)</script>",
  "</script><script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  `" onmouseover="alert(1)`,
  `' autofocus onfocus='alert(1)`,
  "</textarea><script>alert(1)</script>",
  "</title><svg onload=alert(1)>",
  "<!--",
  "]]>",
  "&lt;b&gt; &amp; &#60;",
  "{{title}}",
  "{{ messages }}",
  "{{",
  "$& $1 $$ $` $'",
  "__proto__",
  "\u202Eevil\u202C",
];

function view(changes: Partial<PageView> = {}): PageView {
  return {
    title: "Parley",
    log: "log1",
    messages: [],
    online: [],
    form: { id: "next", name: "", text: "" },
    limits: { name: 32, text: 2000 },
    preferences: { language: "en", theme: undefined },
    template,
    ...changes,
  };
}

function message(changes: Partial<Message> = {}): Message {
  return {
    seq: 1,
    id: "a",
    name: "Ann",
    text: "hello",
    time: "2026-11-21T22:48:56.799Z",
    ...changes,
  };
}

/** A view in which everything that people can write is `text`. */
function filledWith(text: string): PageView {
  return view({
    title: text,
    messages: [message({ name: text, text })],
    online: [text],
    form: { id: "next", name: text, text },
    error: text,
  });
}

/** Every tag of `html`, in order: its name only. */
function tags(html: string): string[] {
  return Array.from(html.matchAll(/<\/?[a-zA-Z!][a-zA-Z0-9-]*/g), ([tag]) => tag);
}

/** Every attribute name of `html`, in order; what stands in quotes does not count. */
function attributes(html: string): string[] {
  const inTags = Array.from(
    html.matchAll(/<[a-zA-Z](?:"[^"]*"|'[^']*'|[^>"'])*>/g),
    ([tag]) => tag,
  );
  return inTags.flatMap((tag) =>
    Array.from(tag.replace(/"[^"]*"/g, "").matchAll(/\s([a-z-]+)/g), ([, name = ""]) => name)
  );
}

/** What a browser would make of text in HTML. */
function unescape(html: string): string {
  const entities: Record<string, string> = { lt: "<", gt: ">", quot: '"', "#39": "'", amp: "&" };
  return html.replace(/&(lt|gt|quot|#39|amp);/g, (_, name: string) => entities[name] ?? "");
}

function textOfRows(html: string): string[] {
  const rows = html.matchAll(/<p class="text(?: emoji)?" dir="auto">([^<]*)<\/p>/g);
  return Array.from(rows, ([, text = ""]) => unescape(text));
}

Deno.test("The page shows the messages in order, with what the script needs to take them over", () => {
  const html = renderPage(view({
    messages: [message(), message({ seq: 7, id: "b", name: "Bob", text: "two\nlines" })],
  }));
  assertEquals(textOfRows(html), ["hello", "two\nlines"]);
  assertStringIncludes(html, '<li class="message" data-seq="7" data-id="b">');
  assertMatch(html, /<bdi class="name" data-colour="\d+">Bob<\/bdi>/);
  assertStringIncludes(html, 'data-log="log1"');
  assertStringIncludes(html, 'data-last-seq="7"');
});

Deno.test("The page of an empty log starts at 0, and its list is empty for the style sheet", () => {
  const html = renderPage(view());
  assertStringIncludes(html, 'data-last-seq="0"></ol>');
});

Deno.test("A time is shown in UTC, with its day when that is not the day of the newest message", () => {
  const html = renderPage(view({
    messages: [message({ time: "2026-11-20T09:05:00.000Z" }), message()],
  }));
  assertStringIncludes(
    html,
    '<time datetime="2026-11-20T09:05:00.000Z" title="2026-11-20 09:05 UTC">2026-11-20 09:05</time>',
  );
  assertStringIncludes(html, ">22:48</time>");
});

Deno.test("The page says who is here, and how many", () => {
  const html = renderPage(view({ online: ["Ann", "Bob"] }));
  assertStringIncludes(html, '<span class="count" id="people-count">2</span>');
  assertMatch(html, /<bdi>Ann<\/bdi><\/li><li><span [^>]+>B<\/span><bdi>Bob<\/bdi><\/li>/);
});

Deno.test("The form posts to the page and carries the id of the message to be", () => {
  const html = renderPage(view({ form: { id: "next", name: "Ann", text: "" } }));
  assertStringIncludes(html, 'method="post" action="/"');
  assertStringIncludes(html, 'name="id" value="next"');
  assertStringIncludes(html, 'name="name" value="Ann"');
});

Deno.test("A refusal is shown, and what was typed is kept", () => {
  const html = renderPage(view({
    form: { id: "next", name: "Ann", text: "\n\nkept" },
    error: "Cannot send: too fast",
  }));
  assertStringIncludes(html, 'role="alert" >Cannot send: too fast</p>');
  // The parser drops the first line break; the two that were typed remain.
  assertStringIncludes(html, ">\n\n\nkept</textarea>");
});

Deno.test("With nothing refused the alert is hidden", () => {
  assertStringIncludes(renderPage(view()), 'role="alert" hidden></p>');
});

Deno.test("The cursor waits where there is something to fill in", () => {
  const focused = (name: string) =>
    /<(input|textarea)[^>]*autofocus>/.exec(
      renderPage(view({ form: { id: "a", name, text: "" } })),
    );
  assertEquals(focused("")?.[1], "input");
  assertEquals(focused("Ann")?.[1], "textarea");
});

Deno.test("Nothing that people write becomes a tag, an attribute or a placeholder", () => {
  const harmless = renderPage(filledWith("x"));
  for (const text of NASTY) {
    const html = renderPage(filledWith(text));
    assertEquals(tags(html), tags(harmless), text);
    assertEquals(attributes(html), attributes(harmless), text);
    assertEquals(textOfRows(html), [text]);
  }
});

Deno.test("No text at all becomes a tag, and every text arrives as it was", () => {
  const harmless = renderPage(filledWith("x"));
  const pieces = fc.constantFrom("<", ">", '"', "'", "&", "/", "{{", "}}", "$", "title", " ", "=");
  const text = fc.oneof(
    fc.string({ unit: "grapheme", minLength: 1 }),
    fc.string({ unit: fc.oneof(pieces, fc.constantFrom(...NASTY)), minLength: 1 }),
  );
  fc.assert(fc.property(text, (text) => {
    const html = renderPage(filledWith(text));
    assertEquals(tags(html), tags(harmless));
    assertEquals(attributes(html), attributes(harmless));
    assertEquals(textOfRows(html), [text]);
  }));
});

Deno.test("An id and a log id are escaped like everything else", () => {
  const html = renderPage(view({
    log: `"><b>`,
    messages: [message({ id: `"><b>`, time: `"><b>` })],
    form: { id: `"><b>`, name: "", text: "" },
  }));
  assert(!html.includes("<b>"));
});

Deno.test("The page has no script and no style that its Content-Security-Policy would refuse", () => {
  const html = renderPage(view({ messages: [message()] }));
  assertEquals([...html.matchAll(/<script[^>]*>/g)].map(([tag]) => tag), [
    '<script type="module" src="/app.js">',
    // No script to a browser but data: the words of the page.
    '<script type="application/json" id="words">',
  ]);
  assert(!/<style|\sstyle=|\son[a-z]+=|javascript:/i.test(html));
});

Deno.test("A template that asks for something unknown is a mistake, not a hole in the page", () => {
  assertThrows(() => renderPage(view({ template: "{{nothing}}" })), RangeError, "nothing");
});

Deno.test("security 14: The page makes links of addresses, which tell the other side nothing", () => {
  const html = renderPage(
    view({ messages: [message({ text: "see https://a.example/?b&c=<i>." })] }),
  );
  assertStringIncludes(
    html,
    'see <a href="https://a.example/?b&amp;c=" rel="noopener noreferrer nofollow" target="_blank">' +
      "https://a.example/?b&amp;c=</a>&lt;i&gt;.",
  );
});

Deno.test("The page tells which messages go together under one name", () => {
  const at = (clock: string, changes: Partial<Message> = {}) =>
    message({ time: `2026-11-21T${clock}:00.000Z`, ...changes });
  const html = renderPage(view({
    messages: [
      at("10:00", { seq: 1 }),
      at("10:05", { seq: 2 }),
      at("10:06", { seq: 3 }),
      at("10:07", { seq: 4, name: "Bob" }),
      at("10:07", { seq: 5 }),
    ],
  }));
  const following = html.matchAll(/<li class="message follows" data-seq="(\d+)"/g);
  assertEquals(Array.from(following, ([, seq]) => seq), ["2"]);
});

Deno.test("The page shows a text of a few emoji alone large", () => {
  const html = renderPage(view({ messages: [message({ text: "🎉" }), message({ text: "🎉!" })] }));
  assertStringIncludes(html, '<p class="text emoji" dir="auto">🎉</p>');
  assertStringIncludes(html, '<p class="text" dir="auto">🎉!</p>');
});
