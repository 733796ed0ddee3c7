// The terminal client as somebody at a terminal has it: the real program in a pseudo-terminal.

import { assert, assertEquals } from "@std/assert";
import { joinConsole, openConsole, YOU_ARE_ANN } from "./helpers/console_terminal.ts";
import { terminalTest } from "./helpers/pseudo_terminal.ts";
import { ServerProcess } from "./helpers/server_process.ts";
import { JsonClient, TextClient } from "./helpers/ws_client.ts";

const UP = "\x1b[A";
const HOME = "\x1b[H";
const CTRL_C = "\x03";
const CTRL_D = "\x04";
const CTRL_Z = "\x1a";

terminalTest("The client shows a prompt, and what is said above it", async () => {
  await using server = await ServerProcess.start();
  await using ann = await joinConsole(server.url);
  await using ben = await JsonClient.open(server.url);
  await ben.join("Ben");
  await ann.sees("Ben has joined");
  await ben.say("hello\nin two lines");
  await ann.sees("in two lines");
  await ann.type("hi\r");
  await ann.shows(
    YOU_ARE_ANN,
    "Ben has joined",
    "hh:mm Ben: hello",
    "      in two lines",
    "hh:mm Ann: hi",
    ">",
  );
  await ben.sync();
  assertEquals(ben.messages.map(({ name, text }) => `${name}: ${text}`), [
    "Ben: hello\nin two lines",
    "Ann: hi",
  ]);
});

terminalTest(
  "Who comes after Ann sees her messages coloured as another's, she as her own",
  async () => {
    await using server = await ServerProcess.start();
    await using ann = await joinConsole(server.url);
    await ann.type("hi\r");
    await ann.sees("Ann: hi");
    await using ben = await joinConsole(server.url, { name: "Ben" });
    assert(ann.screen.written.includes("\x1b[36mAnn:\x1b[0m hi"));
    assert(ben.screen.written.includes("\x1b[34mAnn:\x1b[0m hi"));
    assert(ben.screen.written.includes("\x1b[90mYou are Ben."));
  },
);

terminalTest("The client sets no colours when NO_COLOR says so", async () => {
  await using server = await ServerProcess.start();
  await using ann = await joinConsole(server.url, { env: { NO_COLOR: "1" } });
  await ann.type("hi\r");
  await ann.sees("Ann: hi");
  // deno-lint-ignore no-control-regex -- an escape sequence is what it is about
  assertEquals(ann.screen.written.match(/\x1b\[[\d;]*m/g), null);
});

terminalTest("What is being typed stays, with its cursor, when something is said", async () => {
  await using server = await ServerProcess.start();
  await using ben = await JsonClient.open(server.url);
  await ben.join("Ben");
  await using ann = await joinConsole(server.url, { columns: 40 });
  const long = "a line that is longer than the terminal is wide, 日本語 日本語 日本語 日本語 end";
  await ann.type(long);
  const typed = [
    "> a line that is longer than the termina",
    "l is wide, 日本語 日本語 日本語 日本語 e",
    "nd",
  ];
  await ann.shows(YOU_ARE_ANN, ...typed);

  await ben.say("cursor at the end");
  await ann.shows(YOU_ARE_ANN, "hh:mm Ben: cursor at the end", ...typed);

  await ann.type(`${HOME}`);
  await ben.say("cursor in the first row");
  await ann.shows("hh:mm Ben: cursor at the end", "hh:mm Ben: cursor in the first row", ...typed);
  await ann.type("X");
  await ann.sees("> Xa line");
  await ann.type("\x7f");
  await ann.shows("hh:mm Ben: cursor in the first row", ...typed);

  // With the cursor still in the first of three rows: nothing of them may stay.
  await ann.type("\r");
  await ann.shows(
    YOU_ARE_ANN,
    "hh:mm Ben: cursor at the end",
    "hh:mm Ben: cursor in the first row",
    "hh:mm Ann: a line that is longer than th",
    "e terminal is wide, 日本語 日本語 日本語",
    " 日本語 end",
    ">",
  );
});

terminalTest("A typed line that fills the terminal exactly leaves nothing behind", async () => {
  await using server = await ServerProcess.start();
  await using ann = await joinConsole(server.url, { columns: 40 });
  const text = "x".repeat(38);
  await ann.type(text);
  await ann.sees(`> ${text}`);
  await ann.type("\r");
  await ann.shows(YOU_ARE_ANN, `hh:mm Ann: ${"x".repeat(29)}`, "x".repeat(9), ">");
});

terminalTest("The client works in a terminal that is narrower than a word", async () => {
  await using server = await ServerProcess.start();
  await using ann = await joinConsole(server.url, { columns: 12 });
  await ann.type("abcdefghijklmnopqrstuvwxyz");
  await ann.sees("wxyz");
  await ann.type("\r");
  await ann.shows("hh:mm Ann: a", "bcdefghijklm", "nopqrstuvwxy", "z", ">");
});

terminalTest("The arrow keys bring back what was typed", async () => {
  await using server = await ServerProcess.start();
  await using ann = await joinConsole(server.url);
  await ann.type("first\r");
  await ann.type("second\r");
  await ann.sees("Ann: second");
  await ann.type(`${UP}${UP}`);
  await ann.shows("hh:mm Ann: second", "> first");
  await ann.type(" again\r");
  await ann.shows("hh:mm Ann: first", "hh:mm Ann: second", "hh:mm Ann: first again", ">");
});

terminalTest("Text of several lines is pasted as one message", async () => {
  await using server = await ServerProcess.start();
  await using ben = await JsonClient.open(server.url);
  await using ann = await joinConsole(server.url);
  assertEquals([...ann.screen.modes], ["?2004"]);
  await ann.paste("one\ntwo\x03");
  await ann.shows(YOU_ARE_ANN, "> one⏎two");
  await ben.sync();
  assertEquals(ben.messages, []);
  await ann.type("\r");
  await ann.shows("hh:mm Ann: one", "      two", ">");
  await ben.sync();
  assertEquals(ben.messages.map(({ text }) => text), ["one\ntwo"]);
  await ann.type("/quit\r");
  assertEquals(await ann.ended(), 0);
  assertEquals([...ann.screen.modes], []);
});

terminalTest("/help, /who and what is no command are answered to oneself", async () => {
  await using server = await ServerProcess.start();
  await using ben = await TextClient.open(server.url, { name: "Ben" });
  await using ann = await joinConsole(server.url);
  await ann.type("/help\r");
  await ann.sees("/quit       leave; Ctrl+C and Ctrl+D do the same");
  await ann.type("/who\r");
  await ann.sees("Here now: Ben, Ann");
  await ann.type("/bogus\r");
  await ann.sees("/bogus? /help shows the commands.");
  await ann.type("//slash\r");
  assertEquals(await ben.line((line) => line.startsWith("Ann: ")), "Ann: /slash");
});

for (
  const [what, keys] of [["/quit", "/quit\r"], ["Ctrl+C", CTRL_C], ["Ctrl+D", CTRL_D]] as const
) {
  terminalTest(`${what} leaves, with exit status 0, and the name is free at once`, async () => {
    await using server = await ServerProcess.start();
    await using ann = await joinConsole(server.url);
    await ann.type(keys);
    assertEquals(await ann.ended(), 0);
    await using other = await TextClient.open(server.url, { name: "Ann" });
    assertEquals(other.name, "Ann");
  });
}

terminalTest("Who says something and leaves at once has said it", async () => {
  await using server = await ServerProcess.start();
  await using ben = await TextClient.open(server.url, { name: "Ben" });
  await using ann = await joinConsole(server.url);
  await ann.type("last words\r/quit\r");
  assertEquals(await ann.ended(), 0);
  await ben.line("Ann: last words");
});

terminalTest(
  "Ctrl+C ends it while the server has not said whether it wants a password",
  async () => {
    // Takes connections and says nothing.
    using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    await using ann = await openConsole(`http://127.0.0.1:${silent.addr.port}`);
    using _connection = await silent.accept();
    await ann.type(CTRL_C);
    assertEquals(await ann.ended(), 130);
  },
);

terminalTest("Ctrl+C leaves while there is no connection", async () => {
  const gone = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  gone.close();
  const url = `http://127.0.0.1:${gone.addr.port}`;
  await using ann = await openConsole(url);
  await ann.shows(`No connection to ${url}; trying again…`, ">");
  await ann.type(CTRL_C);
  assertEquals(await ann.ended(), 0);
});

terminalTest("SIGTERM leaves and gives the terminal back", async () => {
  await using server = await ServerProcess.start();
  await using ann = await joinConsole(server.url);
  ann.signal("SIGTERM");
  assertEquals(await ann.ended(), 0);
  assertEquals([...ann.screen.modes], []);
});

terminalTest("Ctrl+Z does nothing: who works under deno task could not come back", async () => {
  await using server = await ServerProcess.start();
  // A shell with job control: without one the system itself lets nothing stop.
  await using ann = await joinConsole(server.url, { launcher: ["sh", "-mc", '"$0" "$@"'] });
  await ann.type(`${CTRL_Z}here\r`);
  await ann.sees("Ann: here");
});

terminalTest("The last 20 messages are there at the start", async () => {
  await using server = await ServerProcess.start({ args: ["--rate=0"] });
  await using ben = await JsonClient.open(server.url);
  await ben.join("Ben");
  for (let number = 1; number <= 25; number++) await ben.say(`number ${number}`);
  await using ann = await joinConsole(server.url, { rows: 40 });
  const expected = Array.from({ length: 20 }, (_, index) => `hh:mm Ben: number ${index + 6}`);
  await ann.shows(...expected, YOU_ARE_ANN, ">");
  assertEquals(ann.rows.length, 22);
});

terminalTest("What a stranger says cannot make the terminal do anything", async () => {
  await using server = await ServerProcess.start();
  await using ben = await JsonClient.open(server.url);
  await ben.join("Ben");
  await using ann = await joinConsole(server.url);
  await ben.say("\x1b[2Jgone? \u202Eturned \x9b31m");
  await ann.shows(YOU_ARE_ANN, "hh:mm Ben: [2Jgone? turned 31m", ">");
});

terminalTest("A message that is too long is said to be, and can be brought back", async () => {
  await using server = await ServerProcess.start();
  await using ann = await joinConsole(server.url, { columns: 200, rows: 60 });
  await ann.paste("x".repeat(2001));
  await ann.type("\r");
  await ann.sees("Cannot send");
  await ann.type(UP);
  await ann.sees(`> ${"x".repeat(198)}`);
});
