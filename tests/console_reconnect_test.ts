// The terminal client when the connection breaks, and when its name is another's: the real program in a
// pseudo-terminal.

import { assertEquals } from "@std/assert";
import { joinConsole, openConsole, YOU_ARE_ANN } from "./helpers/console_terminal.ts";
import { terminalTest } from "./helpers/pseudo_terminal.ts";
import { Relay } from "./helpers/relay.ts";
import { ServerProcess } from "./helpers/server_process.ts";
import { TextClient } from "./helpers/ws_client.ts";

terminalTest("A message typed while the server is down is sent once, when it is back", async () => {
  await using server = await ServerProcess.start({ args: ["--rate=0"] });
  await using ann = await joinConsole(server.url);
  await ann.type("before\r");
  await ann.sees("Ann: before");
  const { port } = server;
  await server.stop("SIGKILL");
  await ann.sees("trying again");
  await ann.type("while it was down\rhalf a li");
  await ann.sees("Waits to be sent: while it was down");
  await server.restart({ keepPort: true });
  assertEquals(server.port, port);
  await ann.sees("Ann: while it was down");
  await ann.type("ne\r");
  await ann.sees("Ann: half a line");
  await ann.shows(
    YOU_ARE_ANN,
    "hh:mm Ann: before",
    `No connection to ${server.url}; trying again…`,
    "Waits to be sent: while it was down",
    "Connected again.",
    "hh:mm Ann: while it was down",
    "hh:mm Ann: half a line",
    ">",
  );
  const response = await fetch(`${server.url}/messages.json`);
  const { messages } = await response.json() as { messages: { text: string }[] };
  assertEquals(messages.map(({ text }) => text), ["before", "while it was down", "half a line"]);
});

terminalTest("A taken name is said with the free one, and /name takes that", async () => {
  await using server = await ServerProcess.start();
  await using ben = await TextClient.open(server.url, { name: "Ann" });
  await using ann = await openConsole(server.url, { columns: 90 });
  await ann.shows(
    'Cannot use this name: somebody here has it; "Ann-2" is free. Take a name with /name NAME.',
    ">",
  );
  await ann.type("/name Ann-2\r");
  await ann.shows("You are Ann-2. /help shows the commands.", ">");
  await ann.type("hi\r");
  await ben.line("Ann-2: hi");
});

terminalTest("A name that somebody else has got meanwhile is said, too", async () => {
  await using server = await ServerProcess.start();
  await using relay = Relay.to(server.port);
  await using ann = await joinConsole(relay.url, { columns: 90 });
  relay.cut();
  await ann.sees("trying again");
  await using other = await TextClient.open(server.url, { name: "Ann" });
  assertEquals(other.name, "Ann");
  await ann.type("waits\r");
  relay.mend();
  await ann.sees("Cannot use this name");
  await ann.type("/name Ann-2\r");
  await other.line("Ann-2: waits");
});

terminalTest("Coming back is no news: nobody is told their own name again", async () => {
  await using server = await ServerProcess.start();
  await using relay = Relay.to(server.port);
  await using ann = await joinConsole(relay.url);
  relay.cut();
  await ann.sees("trying again");
  relay.mend();
  await ann.sees("Connected again.");
  await ann.type("here\r");
  await ann.shows(
    YOU_ARE_ANN,
    `No connection to ${relay.url}; trying again…`,
    "Connected again.",
    "hh:mm Ann: here",
    ">",
  );
});

terminalTest(
  "With several servers it goes on at the next one, and says which there are",
  async () => {
    await using server = await ServerProcess.start();
    await using relay = Relay.to(server.port);
    await using ann = await joinConsole(relay.url, { others: [server.url], columns: 120 });
    await ann.type("before\r");
    await ann.sees("Ann: before");
    relay.cut();
    await ann.sees("Connected again.");
    await ann.type("after\r");
    await ann.shows(
      YOU_ARE_ANN,
      "hh:mm Ann: before",
      `No connection; trying ${relay.url}, ${server.url}…`,
      "Connected again.",
      "hh:mm Ann: after",
      ">",
    );
  },
);
