// The files a browser loads, as texts inside the program: serving them needs no permission to read, and
// a compiled executable has them with it.

import { eTag } from "@std/http/etag";
import icon from "../static/icon.svg" with { type: "text" };
import unreadIcon from "../static/icon-unread.svg" with { type: "text" };
import loginTemplate from "../static/login.html" with { type: "text" };
import manifest from "../static/manifest.webmanifest" with { type: "text" };
import template from "../static/page.html" with { type: "text" };
import style from "../static/style.css" with { type: "text" };
import { StartError } from "./errors.ts";

/** One file as it is served. */
export interface Asset {
  readonly body: string;
  readonly type: string;
  readonly etag: string;
}

/** Everything static. */
export interface Assets {
  /** By path, such as `/style.css`. A fixed table: there is no path to leave it by. */
  readonly files: ReadonlyMap<string, Asset>;
  /** The HTML of the page with its placeholders. */
  readonly template: string;
  /** The HTML of the page that asks for the password. */
  readonly loginTemplate: string;
}

/** @throws {StartError} when the web client has not been built. */
export async function loadAssets(): Promise<Assets> {
  const files = new Map<string, Asset>();
  const app = await built(() => import("../static/app.js", { with: { type: "text" } }));
  const extras = await built(() => import("../static/extras.js", { with: { type: "text" } }));
  const texts: [string, string, string][] = [
    ["/app.js", "text/javascript; charset=utf-8", app],
    ["/extras.js", "text/javascript; charset=utf-8", extras],
    ["/style.css", "text/css; charset=utf-8", style],
    ["/icon.svg", "image/svg+xml; charset=utf-8", icon],
    ["/icon-unread.svg", "image/svg+xml; charset=utf-8", unreadIcon],
    ["/manifest.webmanifest", "application/manifest+json; charset=utf-8", manifest],
  ];
  for (const [path, type, body] of texts) files.set(path, { body, type, etag: await eTag(body) });
  return { files, template, loginTemplate };
}

/**
 * The program of the shield's thread.
 *
 * @throws {StartError} when it has not been built.
 */
export async function loadShield(): Promise<string> {
  return await built(() => import("../static/shield.js", { with: { type: "text" } }));
}

// Imported late, so that a missing bundle is one clear line and not a failure to load the program.
async function built(load: () => Promise<{ default: string }>): Promise<string> {
  try {
    return (await load()).default;
  } catch (cause) {
    throw new StartError(
      'Cannot start: the web client is not built; run "deno task build", or start with "deno task start"',
      { cause },
    );
  }
}
