import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { consoleHelp, parseConsoleOptions } from "../src/console/options.ts";
import { StartError } from "../src/errors.ts";
import { runToEnd } from "./helpers/server_process.ts";

const DEFAULTS = {
  name: "Ann",
  urls: ["http://localhost:8000"],
  json: false,
  follow: false,
  since: undefined,
  cursor: undefined,
  passwordFile: undefined,
};

Deno.test("parseConsoleOptions() needs a name only", () => {
  assertEquals(parseConsoleOptions(["Ann"]), DEFAULTS);
});

Deno.test("parseConsoleOptions() reads every flag, before and after the name", () => {
  const args = ["--json", "Ann", "wss://chat.test", "--follow", "--since=log1:7", "--cursor", "c"];
  assertEquals(parseConsoleOptions([...args, "--password-file=p"]), {
    name: "Ann",
    urls: ["wss://chat.test"],
    json: true,
    follow: true,
    since: "log1:7",
    cursor: "c",
    passwordFile: "p",
  });
});

Deno.test("parseConsoleOptions() takes several servers in their order", () => {
  const urls = ["http://b.test", "http://a.test:8002", "wss://c.test"];
  assertEquals(parseConsoleOptions(["Ann", ...urls]), { ...DEFAULTS, urls });
});

Deno.test("parseConsoleOptions() takes a name and a place that look like numbers as they are", () => {
  assertEquals(parseConsoleOptions(["007", "--since", "010"]), {
    ...DEFAULTS,
    name: "007",
    since: "010",
  });
});

Deno.test("parseConsoleOptions() writes the name as the server will", () => {
  assertEquals(parseConsoleOptions(["  Ann   Lee "]), { ...DEFAULTS, name: "Ann Lee" });
});

Deno.test("parseConsoleOptions() takes all that follows -- as it is", () => {
  assertEquals(parseConsoleOptions(["--", "--json"]), { ...DEFAULTS, name: "--json" });
});

const REFUSED: [args: string[], says: string][] = [
  [[], "Cannot start: a name is missing"],
  [["Ann", "http://a.test", "more"], 'Cannot connect to "more"'],
  [["Ann", "--jsno"], 'Cannot start: "--jsno" is not understood'],
  [["Ann", "-x"], 'Cannot start: "-x" is not understood'],
  [["Ann", "--since"], "Cannot start: --since needs a value"],
  [["Ann", "--since="], "Cannot start: --since needs a value"],
  [["Ann", "--cursor="], "Cannot start: --cursor needs a value"],
  [["Ann", "--password-file"], "Cannot start: --password-file needs a value"],
  [["Ann", "localhost:8000"], 'Cannot connect to "localhost:8000"'],
  [["Ann", "ftp://a.test"], 'Cannot connect to "ftp://a.test"'],
  [[""], "Cannot "],
  [["a\u202Eb"], "Cannot "],
  [["x".repeat(33)], "Cannot "],
];

for (const [args, says] of REFUSED) {
  Deno.test(`parseConsoleOptions() refuses ${JSON.stringify(args)}`, () => {
    const error = assertThrows(() => parseConsoleOptions(args), StartError);
    assertEquals([error.message.slice(0, says.length), error.exitStatus], [says, 2]);
    assertMatch(error.message, /; --help shows how$/);
    assertEquals(error.message.split("Cannot").length, 2, "one sentence");
  });
}

Deno.test("parseConsoleOptions() --help is all that counts, and names every flag", () => {
  assertEquals(parseConsoleOptions(["--help", "--bogus"]), "help");
  for (const flag of ["json", "follow", "since SEQ", "cursor FILE", "password-file FILE", "help"]) {
    assertMatch(consoleHelp(), new RegExp(`^  --${flag}( |$)`, "m"));
  }
  assertMatch(consoleHelp(), /^Usage: deno task client NAME \[URL\.\.\.\]/m);
});

Deno.test("The program is the terminal client when its first word is client", async () => {
  const help = await runToEnd(["client", "--help"]);
  assertEquals(help, { code: 0, stdout: `${consoleHelp()}\n`, stderr: "" });
  const wrong = await runToEnd(["client"]);
  assertEquals([wrong.code, wrong.stdout], [2, ""]);
  assertMatch(wrong.stderr, /^Cannot start: a name is missing[^\n]*\n$/);
});

Deno.test("The program is a server when its first word is serve", async () => {
  const { code, stdout, stderr } = await runToEnd(["serve", "--prot=1"]);
  assertEquals([code, stdout], [2, ""]);
  assertMatch(stderr, /"--prot=?1?" is no flag/);
  assertMatch((await runToEnd(["serve", "--help"])).stdout, /--port N/);
});
