// The conversation of a class, step by step, for the report of the three-client test.

import { assert, assertEquals } from "@std/assert";
import { untilMetrics } from "../helpers/metrics_page.ts";
import type { Lesson } from "./lesson.ts";
import { eventually } from "./scenes.ts";

/** One thing that is done and looked at. */
export interface Step {
  readonly title: string;
  readonly expected: string;
  /** Does it; returns what was seen, or throws. */
  readonly run: (lesson: Lesson) => Promise<string>;
}

/** All steps; each builds on those before it. */
export const STEPS: readonly Step[] = [
  {
    title: "Three pages are opened",
    expected: "each shows the room at once and says that it is connected",
    async run(lesson) {
      await lesson.connected();
      const words = await Promise.all(
        lesson.all.map(({ page }) => page.locator("#status").innerText()),
      );
      return words.map((word) => `“${word.trim()}”`).join(", ");
    },
  },
  {
    title: "Ann, Ben and Петя give their names",
    expected: "everyone sees three people, and who has joined",
    async run({ ann, ben, petya, all }) {
      await ann.join("Ann");
      await ben.join("Ben");
      await petya.join("Петя");
      for (const { page } of all) await page.locator("#people-count").getByText("3").waitFor();
      await ann.page.locator("#messages .note").filter({ hasText: "Петя" }).waitFor();
      const note = await ann.page.locator("#messages .note").last().innerText();
      return `3 in each list; Ann reads “${note}”`;
    },
  },
  {
    title: "Someone else wants to be Ann",
    expected: "the name is refused, and a free one is suggested",
    async run({ ann, server }) {
      const context = await ann.page.context().browser()?.newContext({ locale: "en-GB" });
      assert(context !== undefined);
      const page = await context.newPage();
      await page.goto(server.url);
      await page.locator("#name").fill("ann");
      await page.locator("#name").press("Enter");
      const alert = page.locator("#error");
      await alert.filter({ hasText: /\S/ }).waitFor();
      const free = await alert.getByRole("button").innerText();
      const words = (await alert.innerText()).replace(free, "").trim();
      await context.close();
      return `“${words}”, and a button “${free}”`;
    },
  },
  {
    title: "Each of them writes",
    expected: "all three see each message once, in one order",
    async run(lesson) {
      const { ann, ben, petya } = lesson;
      await lesson.say(ann, "Good morning! Who has the results of the pendulum?");
      await lesson.say(ben, "We do: 2.01 s for one metre 🎉");
      await lesson.say(petya, "У нас 1,98 с. Почему не одинаково?");
      await lesson.say(
        ann,
        "Friction, and the angle. Read https://en.wikipedia.org/wiki/Pendulum first",
      );
      await lesson.say(ben, "T = 2π·√(l/g)\nso the mass does not matter");
      return await lesson.agree();
    },
  },
  {
    title: "One's own messages",
    expected: "stand apart on the page of whoever wrote them, and on no other",
    async run({ all }) {
      const counts = await Promise.all(
        all.map(({ page }) => page.locator("#messages .message.own").count()),
      );
      assertEquals(counts, [2, 2, 1]);
      return `Ann ${counts[0]}, Ben ${counts[1]}, Петя ${counts[2]}`;
    },
  },
  {
    title: "Ben is typing",
    expected: "the others see it, he does not",
    async run({ ann, ben }) {
      const typing = ann.page.locator("#typing");
      // It is told at most every three seconds, and he has just written.
      await eventually(async () => {
        await ben.page.locator("#text").press("h");
        return (await typing.innerText()).includes("Ben");
      }, "Ann sees that Ben is typing");
      assertEquals((await ben.page.locator("#typing").innerText()).trim(), "");
      const words = await typing.innerText();
      await ben.page.locator("#text").fill("");
      return `Ann reads “${words}”`;
    },
  },
  {
    title: "Ben's network fails, and everybody goes on writing",
    expected: "his page says so within seconds, keeps his message and lets him write",
    async run(lesson) {
      const { ann, ben, petya, wire } = lesson;
      await wire.cut();
      await lesson.say(ann, "Homework: measure it again with 50 cm", [ann, petya]);
      await lesson.say(petya, "Хорошо, до завтра", [ann, petya]);
      await ben.say("Did I miss something?");
      const status = ben.page.locator("#status[data-state=lost]");
      await status.waitFor();
      await status.getByText("1").waitFor();
      const words = (await status.innerText()).replaceAll(/\s+/g, " ").trim();
      await lesson.picture(ben, "ben-offline.png");
      return `“${words}”; his row waits at the end`;
    },
  },
  {
    title: "Ben's network is back",
    expected: "he gets what he missed, his message goes out once, nothing is doubled",
    async run(lesson) {
      lesson.wire.isCut = false;
      await lesson.connected();
      lesson.said.push("Did I miss something?");
      for (const reader of lesson.all) await reader.sees("Did I miss something?");
      return await lesson.agree();
    },
  },
  {
    title: "Петя leaves and comes back",
    expected: "the others see it; he is Петя again without being asked, and sees everything",
    async run(lesson) {
      const { ann, petya, server } = lesson;
      await petya.page.goto("about:blank");
      await ann.page.locator("#people-count").getByText("2").waitFor({ timeout: 15_000 });
      const list = (await ann.page.locator("#people bdi").allInnerTexts()).join(", ");
      await petya.page.goto(server.url);
      await petya.page.locator("#you-name").getByText("Петя").waitFor();
      await ann.page.locator("#people-count").getByText("3").waitFor();
      await lesson.agree();
      return `Ann's list became “${list}”, then three again`;
    },
  },
  {
    title: "The server is restarted (SIGTERM)",
    expected: "all three come back by themselves under their names; the conversation goes on",
    async run(lesson) {
      await lesson.server.restart({ keepPort: true });
      await lesson.connected();
      await lesson.say(lesson.ben, "Still here after the restart");
      return await lesson.agree();
    },
  },
  {
    title: "The server is killed (SIGKILL) just after a message was seen",
    expected: "what anyone has seen is still there afterwards, and nothing twice",
    async run(lesson) {
      await lesson.say(lesson.petya, "Это сообщение переживёт kill -9", [lesson.ann]);
      await lesson.server.restart({ keepPort: true, signal: "SIGKILL" });
      await lesson.connected();
      await lesson.say(lesson.ann, "And so does the lesson. See you tomorrow! 👋");
      return await lesson.agree();
    },
  },
  {
    title: "All pages are loaded again",
    expected: "the server's own page has the whole conversation, and the names are kept",
    async run(lesson) {
      for (const { page } of lesson.all) {
        await page.reload();
        await page.locator("#form[data-mode=chat]").waitFor();
      }
      const seen = await lesson.agree();
      for (const { page } of lesson.all) {
        await page.locator("#people-count").getByText("3").waitFor();
      }
      await lesson.connected();
      await lesson.picture(lesson.ann, "ann.png");
      await lesson.picture(lesson.ben, "ben.png");
      await lesson.picture(lesson.petya, "petya.png");
      return seen;
    },
  },
  {
    title: "The file and the interface for programs",
    expected: "`messages.json` on the disk and over HTTP have the same messages",
    async run({ server, said }) {
      const file = JSON.parse(await Deno.readTextFile(server.inData("messages.json")));
      const answer = await (await fetch(`${server.url}/messages.json`)).json();
      const texts = (log: { messages: { text: string }[] }) => log.messages.map(({ text }) => text);
      assertEquals(texts(file), said);
      assertEquals(texts(answer), said);
      return `${said.length} messages in both`;
    },
  },
  {
    title: "The metrics",
    expected: "three connections, and the messages since the last start",
    async run({ server }) {
      const metrics = await untilMetrics(
        server.url,
        (samples) => samples.get("chat_active_connections") === 3,
      );
      const active = metrics.get("chat_active_connections");
      return `chat_active_connections ${active}, chat_messages_total ${
        metrics.get("chat_messages_total")
      }`;
    },
  },
];
