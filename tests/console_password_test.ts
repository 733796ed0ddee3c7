// Programs and people in a terminal, before a room with a password.

import { assertEquals, assertMatch } from "@std/assert";
import { createClient } from "../src/create_client.ts";
import { LOCKED } from "./helpers/lock.ts";
import { CONSOLE, Program, type ProgramOptions } from "./helpers/program.ts";
import { PseudoTerminal, terminalTest } from "./helpers/pseudo_terminal.ts";
import { ServerProcess } from "./helpers/server_process.ts";

const SECRET = "сезам sésame";

async function start(): Promise<ServerProcess> {
  return await ServerProcess.start({
    args: ["--password-file=password"],
    files: { password: `${SECRET}\n`, wrong: "nothing\n" },
  });
}

/** Runs the client where the files of `server` are. */
async function run(server: ServerProcess, args: string[], options: ProgramOptions = {}) {
  return await Program.run(CONSOLE, ["ci", server.url, ...args], {
    directory: server.directory,
    permissions: ["--allow-net", "--allow-read=data", "--allow-write=data"],
    input: "hello\n",
    ...options,
  });
}

Deno.test("createClient() with the password talks in a room that has one", async () => {
  await using server = await start();
  const client = createClient({ url: server.url, password: SECRET });
  client.connect();
  await client.join("Ann");
  assertEquals((await client.send("hello")).seq, 1);
  client.close();
});

Deno.test("client --password-file talks in a room that has a password", async () => {
  await using server = await start();
  const result = await run(server, ["--password-file=data/password"]);
  assertEquals(result, { code: 0, stdout: [], stderr: [] });
});

Deno.test("client --password-file finds its place in a room that has a password", async () => {
  await using server = await start();
  const place = ["--since=0", "--cursor=data/cursor"];
  const result = await run(server, ["--password-file=data/password", ...place]);
  assertEquals([result.code, result.stderr], [0, []]);
});

Deno.test("client --password-file changes nothing in a room without a password", async () => {
  await using server = await ServerProcess.start({ files: { password: SECRET } });
  const result = await run(server, ["--password-file=data/password"]);
  assertEquals([result.code, result.stderr], [0, []]);
});

const REFUSED: [what: string, args: string[], says: RegExp][] = [
  ["without a password", [], /it needs a password; give it with --password-file$/],
  ["with a wrong one", ["--password-file=data/wrong"], /"data\/wrong" is not the one$/],
  ["with no such file", ["--password-file=data/none"], /"data\/none": there is no such file$/],
  ["with a file it may not read", ["--password-file=/x"], /give --allow-read="\/x"$/],
];

for (const [what, args, says] of REFUSED) {
  Deno.test(`client ${what} ends with one line instead of trying for ever`, async () => {
    await using server = await start();
    const { code, stdout, stderr } = await run(server, args);
    assertEquals([code, stdout, stderr.length], [1, [], 1]);
    assertMatch(stderr[0] ?? "", says);
  });
}

Deno.test("client says for how long it may not try any more", async () => {
  await using server = await start();
  for (let n = 0; n < 5; n++) {
    const answer = await fetch(server.url, { headers: { authorization: "Bearer x" } });
    await answer.body?.cancel();
  }
  const { code, stderr } = await run(server, ["--password-file=data/password"]);
  assertEquals([code, stderr.length], [1, 1]);
  assertMatch(stderr[0] ?? "", /too many wrong passwords; wait 1[0-2] s$/);
});

async function openTerminal(server: ServerProcess): Promise<PseudoTerminal> {
  const command = [Deno.execPath(), "run", ...LOCKED, "--no-prompt", "--allow-net", CONSOLE];
  return await PseudoTerminal.open([...command, "Ann", server.url]);
}

terminalTest("client asks for the password in a terminal, and shows none of it", async () => {
  await using server = await start();
  await using terminal = await openTerminal(server);
  await terminal.sees("Password:");
  await terminal.type("nothing\r");
  await terminal.until((rows) => rows.join("\n").split("Password:").length === 3, "second try");
  await terminal.type(`${SECRET}\r`);
  await terminal.sees("You are Ann.");
  const screen = terminal.rows.join("\n");
  assertEquals(/nothing|сезам|s.same|\*/.test(screen), false, screen);
});

terminalTest("client gives up after three wrong passwords", async () => {
  await using server = await start();
  await using terminal = await openTerminal(server);
  for (let tries = 1; tries <= 3; tries++) {
    await terminal.until(
      (rows) => rows.join("\n").split("Password:").length === tries + 1,
      `try ${tries}`,
    );
    await terminal.type("nothing\r");
  }
  await terminal.sees("it needs a password");
  assertEquals(await terminal.ended(), 1);
});

terminalTest("client that is asked for the password can be left with Ctrl+C", async () => {
  await using server = await start();
  await using terminal = await openTerminal(server);
  await terminal.sees("Password:");
  await terminal.type("open\x03");
  assertEquals(await terminal.ended(), 130);
});
