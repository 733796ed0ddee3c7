import { assertEquals } from "@std/assert";
import { ANSWER_MS, inherit } from "../src/browser/inheritance.ts";
import {
  type ListedStorage,
  Tab,
  TAB_KEY,
  type TabChannel,
  type TabMessage,
} from "../src/browser/tab.ts";
import { type KeyValueStorage, memoryStorage } from "../src/client/platform.ts";
import { FakeTimer } from "./client_fakes.ts";

interface Opened {
  readonly tab: Tab;
  readonly own: KeyValueStorage;
  readonly channel: TabChannel;
  readonly end: () => void;
}

/** One browser: what its tabs share, and the air between them. */
class Browser {
  readonly timer = new FakeTimer();
  readonly #values = new Map<string, string>();
  readonly #channels = new Set<FakeChannel>();
  #lastId = 0;

  readonly shared: ListedStorage = {
    getItem: (key) => this.#values.get(key) ?? null,
    setItem: (key, value) => void this.#values.set(key, value),
    removeItem: (key) => void this.#values.delete(key),
    keys: () => [...this.#values.keys()],
  };

  open(
    own: KeyValueStorage = memoryStorage(),
  ): Opened {
    const channel = new FakeChannel(this.#channels);
    const tab = new Tab({
      shared: this.shared,
      own,
      channel,
      newId: () => `t${++this.#lastId}`,
    });
    return { tab, own, channel, end: () => void this.#channels.delete(channel) };
  }

  /** What that tab takes over under the name `draft`; it is taken out of there. */
  taking({ tab, channel }: Opened): string[] {
    const taken: string[] = [];
    inherit({
      id: tab.id,
      shared: this.shared,
      channel,
      timer: this.timer,
      random: () => 0.5,
      names: ["draft"],
      take: (left) => {
        taken.push(left.getItem("draft") ?? "");
        left.removeItem("draft");
      },
    });
    return taken;
  }

  /** Lets tabs answer, and then take over what is left. */
  wait(): void {
    this.timer.advance(2 * ANSWER_MS);
  }
}

class FakeChannel implements TabChannel {
  readonly #all: Set<FakeChannel>;
  readonly #listeners: ((event: { data: TabMessage }) => void)[] = [];

  constructor(all: Set<FakeChannel>) {
    this.#all = all;
    all.add(this);
  }

  postMessage(message: TabMessage): void {
    for (const other of this.#all) {
      if (other === this) continue;
      for (const listener of other.#listeners) listener({ data: message });
    }
  }

  addEventListener(_type: "message", listener: (event: { data: TabMessage }) => void): void {
    this.#listeners.push(listener);
  }
}

Deno.test("each tab has a storage of its own in the one they share", () => {
  const browser = new Browser();
  const { tab: one } = browser.open();
  const { tab: two } = browser.open();
  one.storage.setItem("draft", "one");
  assertEquals(two.storage.getItem("draft"), null);
  assertEquals(one.storage.getItem("draft"), "one");
});

Deno.test("a tab that reloads finds what it had", () => {
  const browser = new Browser();
  const before = browser.open();
  before.tab.storage.setItem("draft", "mine");
  before.tab.leave();
  before.end();
  const after = browser.open(before.own);
  assertEquals(after.tab.storage.getItem("draft"), "mine");
  const taken = browser.taking(after);
  browser.wait();
  assertEquals(taken, []);
});

Deno.test("a copy of a tab is another tab, because a living one hides its id", () => {
  const browser = new Browser();
  const { tab, own } = browser.open();
  tab.storage.setItem("draft", "mine");
  const copied = memoryStorage();
  const id = own.getItem(TAB_KEY);
  if (id !== null) copied.setItem(TAB_KEY, id);
  assertEquals(browser.open(copied).tab.storage.getItem("draft"), null);
});

Deno.test("what a tab that is gone left is taken over, once", () => {
  const browser = new Browser();
  const gone = browser.open();
  gone.tab.storage.setItem("draft", "left");
  gone.end();
  const taken = [browser.taking(browser.open()), browser.taking(browser.open())];
  browser.wait();
  assertEquals(taken, [["left"], []]);
});

Deno.test("what a living tab has stays with it", () => {
  const browser = new Browser();
  browser.open().tab.storage.setItem("draft", "mine");
  const taken = browser.taking(browser.open());
  browser.wait();
  assertEquals(taken, []);
});

Deno.test("two tabs that reload at once keep what is theirs", () => {
  const browser = new Browser();
  const before = [browser.open(), browser.open()];
  for (const [index, { tab, end }] of before.entries()) {
    tab.storage.setItem("draft", `of ${index}`);
    tab.leave();
    end();
  }
  // The first asks before the second is there.
  const after = before.map(({ own }) => {
    const opened = browser.open(own);
    return { tab: opened.tab, taken: browser.taking(opened) };
  });
  browser.wait();
  assertEquals(after.map(({ taken }) => taken), [[], []]);
  assertEquals(after.map(({ tab }) => tab.storage.getItem("draft")), ["of 0", "of 1"]);
});
