// The parts around writing that need no document.

import { assertEquals } from "@std/assert";
import { Draft, DRAFT_KEY, SAVE_MS } from "../src/browser/draft.ts";
import { FAILED_KEY, OVERDUE_MS, Sender, type SenderDisplay } from "../src/browser/sender.ts";
import { GRACE_MS, type StatusElement, StatusLine } from "../src/browser/status_line.ts";
import { Unread } from "../src/browser/unread.ts";
import { OUTBOX_KEY } from "../src/client/outbox.ts";
import { memoryStorage } from "../src/client/platform.ts";
import { wordsOf } from "../src/words/languages.ts";
import { FakeTimer, message, World } from "./client_fakes.ts";

const words = wordsOf("en");

/** What a person would see of their own messages, as lines. */
class Screen implements SenderDisplay {
  readonly lines: string[] = [];
  actions: Parameters<SenderDisplay["failed"]>[2] | undefined;

  sending({ text }: { text: string }): void {
    this.lines.push(`sending ${text}`);
  }

  stored({ text }: { text: string }): void {
    this.lines.push(`stored ${text}`);
  }

  failed(id: string, reason: string, actions: Parameters<SenderDisplay["failed"]>[2]): void {
    this.lines.push(`failed ${id}: ${reason}`);
    this.actions = actions;
  }

  changed(): void {}
}

function write(storage = memoryStorage()) {
  const world = new World({ outboxStorage: storage });
  const screen = new Screen();
  let ids = 0;
  const sender = new Sender({
    client: world.client,
    timer: world.timer,
    newId: () => `m${++ids}`,
    words,
    storage,
    display: screen,
  });
  sender.begin();
  return { world, screen, sender, storage };
}

/** Promises that are settled have told so. */
async function settled(): Promise<void> {
  await new Promise<void>((resolve) => queueMicrotask(resolve));
  await new Promise<void>((resolve) => queueMicrotask(resolve));
  await new Promise<void>((resolve) => queueMicrotask(resolve));
}

Deno.test("Sender shows a message before it has gone anywhere, and then that it is stored", async () => {
  const { world, screen, sender } = write();
  sender.say("hello");
  assertEquals(screen.lines, ["sending hello"]);
  world.join().receive({ type: "messages", messages: [message(1, { id: "m1", text: "hello" })] });
  await settled();
  assertEquals(screen.lines, ["sending hello", "stored hello"]);
});

Deno.test("Sender says within ten seconds that a connected server does not answer", async () => {
  const { world, screen, sender } = write();
  const socket = world.join();
  sender.say("hello");
  sender.say("next");
  world.timer.advance(OVERDUE_MS);
  const failed = `failed m1: ${words.say("tooSlow")}`;
  assertEquals(screen.lines, ["sending hello", "sending next", failed]);
  // It was stored after all.
  socket.receive({ type: "messages", messages: [message(1, { id: "m1", text: "hello" })] });
  await settled();
  assertEquals(screen.lines.at(-1), "stored hello");
});

Deno.test("Sender calls nothing failed while there is no connection: it waits", () => {
  const { world, screen, sender } = write();
  sender.say("hello");
  world.timer.advance(10 * OVERDUE_MS);
  assertEquals(screen.lines, ["sending hello"]);
});

Deno.test("what was refused survives a reload, can be retried and can be deleted", async () => {
  const { world, sender, storage } = write();
  const socket = world.join();
  sender.say("hello");
  const refusal = { type: "error", code: "text_invalid", message: "No", id: "m1" };
  socket.receive(refusal);
  await settled();
  assertEquals(storage.getItem(OUTBOX_KEY), null);

  const again = write(storage);
  assertEquals(again.screen.lines, ["sending hello", `failed m1: ${words.say("refusedEarlier")}`]);
  again.screen.actions?.retry();
  assertEquals(storage.getItem(FAILED_KEY), null);
  assertEquals(again.world.client.unsent, [{ id: "m1", text: "hello" }]);
  again.world.join().receive(refusal);
  await settled();
  again.screen.actions?.discard();
  assertEquals([storage.getItem(FAILED_KEY), storage.getItem(OUTBOX_KEY)], [null, null]);
});

Deno.test("Sender takes over what another tab left, in its order, and leaves nothing there", () => {
  const left = memoryStorage();
  const drafts = [{ id: "a", text: "first" }, { id: "b", text: "second" }];
  left.setItem(OUTBOX_KEY, JSON.stringify(drafts));
  left.setItem(FAILED_KEY, JSON.stringify([{ id: "c", text: "refused" }]));
  const { world, screen, sender } = write();
  sender.takeOver(left);
  assertEquals(world.client.unsent, drafts);
  assertEquals(screen.lines.at(-1), `failed c: ${words.say("refusedEarlier")}`);
  assertEquals([left.getItem(OUTBOX_KEY), left.getItem(FAILED_KEY)], [null, null]);
});

Deno.test("Draft saves what is written soon, and forgets it when it is sent", () => {
  const storage = memoryStorage();
  const timer = new FakeTimer();
  const draft = new Draft(storage, timer);
  draft.keep("hel");
  timer.advance(SAVE_MS - 1);
  draft.keep("hello");
  timer.advance(1);
  assertEquals(new Draft(storage, timer).load(), "hello");
  draft.keep("hello you");
  draft.keep("");
  assertEquals(storage.getItem(DRAFT_KEY), null);
  timer.advance(SAVE_MS);
  assertEquals(storage.getItem(DRAFT_KEY), null);
});

Deno.test("Draft saves at once when the page goes", () => {
  const storage = memoryStorage();
  const draft = new Draft(storage, new FakeTimer());
  draft.keep("hel");
  draft.flush();
  assertEquals(draft.load(), "hel");
});

Deno.test("StatusLine tells of a break only when it lasts, and how many messages wait", () => {
  const timer = new FakeTimer();
  const element: StatusElement = { textContent: "", dataset: {} };
  let hasNetwork = true;
  const line = new StatusLine({ element, timer, words, hasNetwork: () => hasNetwork });
  line.show("connected", 0);
  line.show("waiting", 0);
  timer.advance(GRACE_MS - 1);
  line.show("connected", 0);
  timer.advance(GRACE_MS);
  assertEquals(element.textContent, "Connected");
  line.show("waiting", 0);
  line.show("waiting", 3);
  timer.advance(GRACE_MS);
  assertEquals([element.textContent, element.dataset.state], ["Reconnecting… 3 queued", "lost"]);
  hasNetwork = false;
  line.show("waiting", 4);
  assertEquals(element.textContent, "Offline. 4 queued");
});

Deno.test("Unread counts in the title and takes it back", () => {
  const dots: boolean[] = [];
  const place = { title: "Parley", setDot: (hasDot: boolean) => void dots.push(hasDot) };
  const unread = new Unread(place, words);
  unread.add(0);
  unread.add(2);
  unread.add(1);
  assertEquals(place.title, "(3) Parley");
  unread.clear();
  assertEquals([place.title, dots], ["Parley", [true, true, false]]);
});
