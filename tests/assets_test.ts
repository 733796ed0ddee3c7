// The files a browser loads. The web client among them is built before the tests run.

import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { loadAssets } from "../src/assets.ts";

const PROMISED = ["/app.js", "/extras.js", "/style.css", "/icon.svg", "/manifest.webmanifest"];

const TYPES: Record<string, string> = {
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml; charset=utf-8",
  webmanifest: "application/manifest+json; charset=utf-8",
};

Deno.test("loadAssets() has every promised file, and each with its type", async () => {
  const { files } = await loadAssets();
  for (const path of PROMISED) assert(files.has(path), path);
  for (const [path, { type }] of files) assertEquals(type, TYPES[path.split(".")[1] ?? ""], path);
});

Deno.test("loadAssets() has the files as they are on the disk", async () => {
  const { files, template } = await loadAssets();
  const read = (path: string) => Deno.readTextFile(new URL(`../static${path}`, import.meta.url));
  for (const [path, { body }] of files) assertEquals(body, await read(path), path);
  assertEquals(template, await read("/page.html"));
});

Deno.test("The script that a page needs to work is no larger than 40,000 bytes", async () => {
  const { files } = await loadAssets();
  const bytes = new TextEncoder().encode(files.get("/app.js")?.body).length;
  assert(bytes > 0 && bytes <= 40_000, `${bytes} bytes`);
});

Deno.test("loadAssets() gives each file an etag of its own that stays the same", async () => {
  const etagsOf = async () => Array.from((await loadAssets()).files.values(), ({ etag }) => etag);
  const etags = await etagsOf();
  // RFC 9110, section 8.8.3.
  for (const etag of etags) assertMatch(etag, /^(W\/)?"[\x21\x23-\x7e]+"$/);
  assertEquals(new Set(etags).size, etags.length);
  assertEquals(await etagsOf(), etags);
});

Deno.test("The files name no other address, so a page works where there is no internet", async () => {
  const { files, template } = await loadAssets();
  const bodies = [template, ...Array.from(files.values(), ({ body }) => body)];
  for (const body of bodies) {
    const addresses = Array.from(body.matchAll(/\bhttps?:\/\/[^\s"'`)]*/g), ([address]) => address);
    // Names of things, which nobody loads.
    const others = addresses.filter((address) => !address.startsWith("http://www.w3.org/"));
    assertEquals(others, []);
  }
});

Deno.test("Every file that the page and the manifest name is served", async () => {
  const { files, template } = await loadAssets();
  const named = Array.from(
    template.matchAll(/ (?:src|href)="(\/[^"]+)"/g),
    ([, path = ""]) => path,
  );
  assert(named.includes("/app.js") && named.includes("/style.css"), named.join());
  const manifest = JSON.parse(files.get("/manifest.webmanifest")?.body ?? "");
  for (const { src } of manifest.icons) named.push(new URL(src, "http://a/").pathname);
  for (const path of named) assert(files.has(path), path);
});

Deno.test("The page runs no script and no style of its own, as its policy demands", async () => {
  const { template } = await loadAssets();
  assertNotEquals(template.indexOf("<script"), -1);
  for (const [tag] of template.matchAll(/<script[^>]*>/g)) {
    assertMatch(tag, / src="|type="application\/json"/);
  }
  assertEquals(/<style|\sstyle=|\son[a-z]+=|javascript:/i.exec(template)?.[0], undefined);
});
