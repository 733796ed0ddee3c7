// The web client: gives the headless client what a browser has, and the page to show it on.

import { ChatClient } from "../client/client.ts";
import { IDENTITY_KEY, loadIdentity } from "../client/identity.ts";
import { systemClock as timer } from "../clock.ts";
import type { Since } from "../protocol.ts";
import { LEFT_BEHIND } from "./desk.ts";
import { find } from "./dom.ts";
import { loadExtras } from "./load_extras.ts";
import { openStorage } from "./storage.ts";
import { Tab } from "./tab.ts";
import { View } from "./view.ts";
import { readWords } from "./words.ts";

const shared = openStorage("localStorage");
const channel = new BroadcastChannel("parley");
const tab = new Tab({ shared, own: openStorage("sessionStorage"), channel, newId });
const client = new ChatClient({
  url: socketUrl(),
  openSocket: (url, protocol) => new WebSocket(url, protocol),
  timer,
  random: Math.random,
  newId,
  identityStorage: shared,
  outboxStorage: tab.storage,
  ...resumeFrom(find("messages", HTMLOListElement)),
});

const extras = loadExtras(timer);
const { desk } = new View({
  client,
  timer,
  newId,
  words: readWords(),
  shared,
  storage: tab.storage,
  extras,
});
client.connect();
void extras.then(({ inherit, watchDoor }) => {
  watchDoor(client);
  inherit({
    id: tab.id,
    shared,
    channel,
    timer,
    random: Math.random,
    names: LEFT_BEHIND,
    take: (left) => desk.takeOver(left),
  });
});

addEventListener("online", () => client.wake());
addEventListener("pageshow", () => {
  tab.stay();
  client.wake();
});
addEventListener("pagehide", () => {
  desk.save();
  tab.leave();
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") client.wake();
  // On a phone this may be the last that a page hears.
  else desk.save();
});
addEventListener("storage", ({ key }) => {
  const { name } = key === IDENTITY_KEY ? loadIdentity(shared) : {};
  if (name !== undefined) desk.follow(name);
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
