// The bot of the README, taken from there, so that what people copy works.

import { assert, assertEquals } from "@std/assert";
import type { Message } from "../src/message.ts";
import { chance } from "./helpers/chance.ts";
import { Program } from "./helpers/program.ts";
import { Scratch } from "./helpers/scratch.ts";
import { ServerProcess } from "./helpers/server_process.ts";
import { JsonClient } from "./helpers/ws_client.ts";

const ROOT = new URL("..", import.meta.url);
const ROUNDS = 50;
const SEED = Number(Deno.env.get("SEED") ?? crypto.getRandomValues(new Uint32Array(1))[0]);
/** A bot lives this long at most; its first answers come at about half of it. */
const LONGEST_LIFE_MS = 400;

/** The code of the README between fences that says it is `file`. */
async function codeOf(file: string): Promise<string> {
  const readme = await Deno.readTextFile(new URL("README.md", ROOT));
  const [, code] = new RegExp("```ts\n(// " + file + "[^]*?)```").exec(readme) ?? [];
  assert(code !== undefined, `the README has no ${file}`);
  return code;
}

/** The bot as somebody keeps it: in a directory of its own, with a cursor in it. */
class Bot implements AsyncDisposable {
  readonly scratch: Scratch;

  private constructor(scratch: Scratch) {
    this.scratch = scratch;
  }

  static async make(): Promise<Bot> {
    const bot = new Bot(await Scratch.make());
    // It lies beside main.ts in the README, and elsewhere here.
    const code = (await codeOf("echo.ts")).replaceAll('from "./', `from "${ROOT.href}`);
    await Deno.writeTextFile(bot.scratch.in("echo.ts"), code);
    return bot;
  }

  /** Starts it, with the permissions that its first line says. */
  async start(url: string): Promise<Program> {
    const line = await codeOf("echo.ts");
    const permissions = line.match(/--allow-\S+/g) ?? [];
    const config = `--config=${new URL("deno.json", ROOT).pathname}`;
    return await Program.start(this.scratch.in("echo.ts"), [url], {
      permissions: [config, ...permissions],
      directory: this.scratch.path,
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.scratch[Symbol.asyncDispose]();
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** What was asked and what was answered, in their order. */
function split(messages: readonly Message[]): { asked: string[]; answered: string[] } {
  const texts = (isBot: boolean) =>
    messages.filter(({ name }) => (name === "echo") === isBot).map(({ text }) => text);
  return { asked: texts(false).map((text) => `Ben: ${text}`), answered: texts(true) };
}

Deno.test("The README's bot is about ten lines", async () => {
  const lines = (await codeOf("echo.ts")).split("\n").filter((line) =>
    /^(?!import|\/\/)./.test(line)
  );
  assert(lines.length <= 12, `${lines.length} lines`);
});

Deno.test("The README's bot answers what is too long to be repeated, too", async () => {
  await using server = await ServerProcess.start();
  await using bot = await Bot.make();
  await using ben = await JsonClient.open(server.url);
  await ben.join("Ben");
  await using _running = await bot.start(server.url);
  await ben.next("presence", ({ joined }) => joined.includes("echo"));
  const { id } = await ben.say("🐘".repeat(2000));
  const { log } = ben.welcome;
  assertEquals((await ben.shown(id)).seq, 1);
  assertEquals((await ben.shown(`echo-${log}-1`)).name, "echo");
});

Deno.test(`The README's bot, killed 50 times, answers everything once and in order (SEED=${SEED})`, async () => {
  const random = chance(SEED);
  await using server = await ServerProcess.start({ args: ["--rate=0", "--history=1000"] });
  await using bot = await Bot.make();
  await using ben = await JsonClient.open(server.url);
  await ben.join("Ben");
  let questions = 0;
  const ask = async (most: number) => {
    const count = Math.floor(random() * (most + 1));
    await Promise.all(Array.from({ length: count }, () => ben.say(`question ${++questions}`)));
  };

  // It answers what is said after its first start.
  await using first = await bot.start(server.url);
  await ben.next("presence", ({ joined }) => joined.includes("echo"));
  first.kill("SIGKILL");
  let interrupted = 0;
  for (let round = 1; round <= ROUNDS; round++) {
    await first.ended();
    await ask(3);
    await using running = await bot.start(server.url);
    const until = performance.now() + random() * LONGEST_LIFE_MS;
    while (performance.now() < until) {
      await sleep(random() * 60);
      await ask(2);
    }
    running.kill("SIGKILL");
    await running.ended();
    const { asked, answered } = split(ben.messages);
    if (answered.length < asked.length) interrupted++;
  }

  await using _last = await bot.start(server.url);
  const { seq } = await ben.say("the last question");
  await ben.shown(`echo-${ben.welcome.log}-${seq}`);
  const { asked, answered } = split(ben.messages);
  assertEquals(answered, asked);
  assert(interrupted > 5, `only ${interrupted} kills came at a bad moment`);
  assert(answered.length > ROUNDS);
});
