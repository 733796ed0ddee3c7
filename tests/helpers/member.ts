// Somebody with a real client and an address that leads to whichever server it is told to: a proxy, or the
// system of names, moves them so from node to node.

import { assertEquals } from "@std/assert";
import type { ChatClient } from "../../src/client/client.ts";
import { createClient } from "../../src/create_client.ts";
import type { Message } from "../../src/message.ts";
import type { Target } from "./poster.ts";
import { until } from "./until.ts";

/** Only ends what would fail anyway. */
const PROGRESS_WITHIN_MS = 20_000;

/** One reader and writer. */
export class Member implements Disposable {
  readonly name: string;
  readonly client: ChatClient;
  /** Where it is, from the next connection on. */
  target: Target;
  /** All that it was shown since the log began for it. */
  shown: Message[] = [];
  /** How often the log began for it, the first time too. */
  beginnings = 0;
  /** Messages that it was told it missed. */
  skipped = 0;
  /** The ids of what it said and was told is stored. */
  readonly stored: string[] = [];
  /** How often it was told that a message has to wait. */
  refusals = 0;
  #talking: Promise<void> | undefined;
  #isQuiet = false;

  constructor(name: string, target: Target) {
    this.name = name;
    this.target = target;
    this.client = createClient({
      url: "http://anywhere",
      openSocket: (url, protocol) => {
        const { origin } = new URL(this.target.url.replace("http", "ws"));
        return new WebSocket(url.replace("ws://anywhere", origin), protocol);
      },
      // Comes back at once: what is tested is not how long a client waits.
      random: () => 0.05,
    });
    this.client.listen((event) => {
      if (event.type === "delayed") this.refusals++;
      if (event.type === "reset") {
        this.beginnings++;
        this.shown = [...event.messages];
      } else if (event.type === "messages") {
        this.skipped += event.skipped;
        this.shown.push(...event.messages);
      }
    });
  }

  /** Connects and takes its name. */
  async join(): Promise<void> {
    this.client.connect();
    await this.client.join(this.name);
  }

  /** Says something and waits until it is stored. */
  async say(text: string): Promise<Message> {
    const message = await this.client.send(text);
    this.stored.push(message.id);
    return message;
  }

  /** Says one thing after another until {@linkcode hush}, and rests after each for `pauseMs`. */
  talk(pauseMs: number): void {
    this.#talking = (async () => {
      for (let n = 0; !this.#isQuiet; n++) {
        await this.say(`${this.name} ${n}`);
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    })();
  }

  /** Says no more; resolves when all that it said is stored. */
  async hush(): Promise<void> {
    this.#isQuiet = true;
    await this.#talking;
  }

  [Symbol.dispose](): void {
    this.client.close();
  }
}

/** Members at work on several servers. */
export class Members implements Disposable {
  readonly all: readonly Member[];

  private constructor(all: readonly Member[]) {
    this.all = all;
  }

  /** `count` members for each of `targets`, who have joined. */
  static async join(targets: readonly Target[], count: number): Promise<Members> {
    const all = targets.flatMap((target, node) =>
      Array.from({ length: count }, (_, i) => new Member(`Guest ${"ABC"[node]}${i}`, target))
    );
    await Promise.all(all.map((member) => member.join()));
    return new Members(all);
  }

  /** Everybody begins to talk, and rests after each thing for `pauseMs`. */
  talk(pauseMs = 0): void {
    for (const member of this.all) member.talk(pauseMs);
  }

  /** Waits until each has said `count` more things that are stored. */
  async progress(count: number): Promise<void> {
    const wanted = this.all.map(({ stored }) => stored.length + count);
    await until(
      () => `each says ${count} more: ${this.all.map(({ stored }) => stored.length)}`,
      () => this.all.every(({ stored }, i) => stored.length >= (wanted[i] ?? 0)),
      PROGRESS_WITHIN_MS,
    );
  }

  /**
   * Lets everybody end, waits until all have seen it all, and holds that there is one order for everyone,
   * nothing is missing and nothing there twice. Returns the ids.
   */
  async settle(): Promise<string[]> {
    await Promise.all(this.all.map((member) => member.hush()));
    const stored = this.all.flatMap((member) => member.stored);
    const isComplete = ({ shown }: Member) => {
      const ids = new Set(shown.map(({ id }) => id));
      return stored.every((id) => ids.has(id));
    };
    await until(
      "everyone has seen everything",
      () => this.all.every(isComplete),
      PROGRESS_WITHIN_MS,
    );
    const [first, ...others] = this.all.map(({ shown }) => shown);
    for (const other of others) assertEquals(other, first);
    const ids = (first ?? []).map(({ id }) => id);
    assertEquals([...ids].sort(), [...new Set(stored)].sort());
    for (const { beginnings, skipped } of this.all) assertEquals([beginnings, skipped], [1, 0]);
    return ids;
  }

  [Symbol.dispose](): void {
    for (const member of this.all) member[Symbol.dispose]();
  }
}
