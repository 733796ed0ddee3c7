// The web client: gives the headless client what a browser has, and the page to show it on.

import { ChatClient } from "../client/client.ts";
import { systemClock } from "../clock.ts";
import type { Since } from "../protocol.ts";
import { find } from "./dom.ts";
import { openStorage } from "./storage.ts";
import { View } from "./view.ts";
import { readWords } from "./words.ts";

const client = new ChatClient({
  url: socketUrl(),
  openSocket: (url, protocol) => new WebSocket(url, protocol),
  timer: systemClock,
  random: Math.random,
  newId,
  identityStorage: openStorage("localStorage"),
  // Each tab has its own, so that none overwrites what another has waiting.
  outboxStorage: openStorage("sessionStorage"),
  ...resumeFrom(find("messages", HTMLOListElement)),
});

new View({ client, timer: systemClock, newId, words: readWords() });
client.connect();

addEventListener("online", () => client.wake());
addEventListener("pageshow", () => client.wake());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") client.wake();
});

function socketUrl(): string {
  const url = new URL("/ws", location.href);
  url.protocol = url.protocol.replace("http", "ws");
  return url.href;
}

/** The rows that came with the page are where reading goes on. */
function resumeFrom(list: HTMLElement): { since?: Since } {
  const { log, lastSeq } = list.dataset;
  return log === undefined ? {} : { since: { log, seq: Number(lastSeq) } };
}

/** 128 random bits. Not `randomUUID`: that one is missing where a page comes by plain http. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
