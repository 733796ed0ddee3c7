// The picture of the README: a believable conversation, as Ann sees it.

import { fromFileUrl } from "@std/path";
import type { Browser } from "playwright-core";
import { JsonClient } from "../helpers/ws_client.ts";
import { Visitor } from "./browser.ts";
import { type Past, serve, zoneWhereItIs } from "./scenes.ts";

/** Minutes before now, who, what. */
const TALK: readonly [minutesAgo: number, name: string, text: string][] = [
  [58, "Maya", "Morning! The kiln is on, so the studio is warm for once"],
  [57, "Maya", "Who is coming in today?"],
  [51, "Jonas", "Me, from eleven. I am bringing the glaze samples"],
  [50, "Ann", "I will be there all day"],
  [34, "Lucía", "Could someone look at the shop page? The prices are still last year's"],
  [31, "Ann", "On it. It is this one: https://example.com/shop/spring"],
  [30, "Ann", "Done, and I moved the bowls to the top"],
  [26, "Lucía", "Perfect, thank you 🙏"],
  [12, "Petr", "What was the programme for the second firing?"],
  [9, "Jonas", "80 °C an hour to 600 °C\n150 °C an hour to 1060 °C, hold 10 min"],
  [8, "Jonas", "And do not open it before it is under 100"],
  [6, "Petr", "Learned that one the hard way"],
  [5, "Maya", "😅"],
];

/** Writes a picture of 1280 by 800 pixels to `file`. */
export async function takePicture(browser: Browser, file: URL): Promise<void> {
  const past: Past[] = TALK.map(([minutesAgo, name, text]) => ({
    name,
    text,
    time: new Date(Date.now() - minutesAgo * 60_000).toISOString(),
  }));
  await using chat = await serve(past, { args: ["--title=Clay & Co."] });
  const others = [];
  for (const name of ["Maya", "Jonas", "Lucía", "Petr", "Sofia"]) {
    const client = await JsonClient.open(chat.url);
    await client.join(name);
    others.push(client);
  }
  await using ann = await Visitor.open(browser, chat.url, {
    viewport: { width: 1280, height: 800 },
    timezoneId: zoneWhereItIs(12),
  });
  await ann.join("Ann");
  await ann.say("Lunch at one? I am getting soup for everyone");
  await ann.row("Lunch at one? I am getting soup for everyone").and(
    ann.page.locator("[data-seq]"),
  ).waitFor();
  await ann.page.locator("#text").fill("Tell me if you");
  others[4]?.send({ type: "typing" });
  await ann.page.locator("#typing").getByText("Sofia").waitFor();
  await ann.page.screenshot({ path: fromFileUrl(file), animations: "disabled" });
  for (const other of others) await other.close();
}
