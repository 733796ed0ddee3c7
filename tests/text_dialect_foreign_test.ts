// The text dialect as clients speak it that nobody here has written, in both directions.

import { assertEquals, assertMatch } from "@std/assert";
import { Program } from "./helpers/program.ts";
import { ServerProcess } from "./helpers/server_process.ts";
import { JsonClient, TextClient } from "./helpers/ws_client.ts";

const pathOf = (name: string) => new URL(`foreign/${name}`, import.meta.url).pathname;

const NPM_WS = [Deno.execPath(), "run", "-A", "--quiet", "--no-lock", pathOf("ws_client.ts")];

/** A Python that has `websockets`: Debian's has it from python3-websockets, whatever is first in PATH. */
async function findPython(): Promise<string | undefined> {
  for (const python of ["python3", "/usr/bin/python3"]) {
    try {
      const { success } = await new Deno.Command(python, {
        args: ["-c", "import websockets"],
        stderr: "null",
      }).output();
      if (success) return python;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

/** Talks and listens with the client that `command` starts. */
async function chat(command: readonly string[]): Promise<void> {
  await using server = await ServerProcess.start();
  await using ben = await JsonClient.open(server.url);
  await ben.join("Ben");
  for (const text of ["one", "two", "three"]) await ben.say(text);

  const url = `ws://127.0.0.1:${server.port}/ws?name=T%C3%B6ol&history=2`;
  await using tool = await Program.open([...command, url]);
  const next = async (): Promise<string> => JSON.parse(await tool.out.next());
  assertEquals([await next(), await next(), await next()], [
    "You are Töol",
    "Ben: two",
    "Ben: three",
  ]);

  await ben.say("Привет 😀\nin two lines");
  assertEquals(await next(), "Ben: Привет 😀\nin two lines");
  await tool.write("hello from a tool 日本語\n");
  assertEquals(await next(), "Töol: hello from a tool 日本語");
  const heard = await ben.next("messages", ({ messages }) => messages[0]?.name === "Töol");
  assertEquals(heard.messages.map(({ text }) => text), ["hello from a tool 日本語"]);

  await tool.write(`${"x".repeat(2001)}\n`);
  assertMatch(await next(), /^! Cannot send.* 2000 /);
  await using _eva = await TextClient.open(server.url, { name: "Eva" });
  assertEquals(await next(), "Eva has joined");
  await using second = await Program.open([...command, url]);
  assertEquals(JSON.parse(await second.out.next()), "You are Töol-2");

  await tool.closeInput();
  const { code, stderr } = await tool.ended();
  assertEquals([code, stderr], [0, []]);
}

Deno.test("npm's ws chats through the text dialect", async () => {
  await chat([...NPM_WS, "npm:ws@8.18.3"]);
});

const python = await findPython();
const why = python === undefined ? " (ignored: no python3 here has the module websockets)" : "";
Deno.test({
  name: `Python's websockets chats through the text dialect${why}`,
  ignore: python === undefined,
  async fn() {
    await chat([python ?? "", pathOf("websockets_client.py")]);
  },
});
