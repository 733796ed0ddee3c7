// The chat in a terminal: a line to type on at the bottom, and everything that happens above it.

import process from "node:process";
import * as readline from "node:readline";
import type { ChatClient } from "../client/client.ts";
import type { ClientEvent } from "../client/events.ts";
import type { Status } from "../client/link.ts";
import { ChatError } from "../errors.ts";
import type { Message } from "../message.ts";
import { createStyle, type Style, toRow, withoutControls } from "./lines.ts";

/** Messages shown at the start. */
const PAST_MESSAGES = 20;

/** Typed lines that the arrow keys bring back. */
const HISTORY_LINES = 200;

const COMMANDS = `/who   who is here
/quit  leave; Ctrl+C and Ctrl+D do the same
/help  this
//…    a message that begins with /`;

/** What a terminal session needs. */
export interface TerminalOptions {
  readonly client: ChatClient;
  readonly name: string;
  readonly hasColours: boolean;
}

/**
 * Runs until the person leaves. Resolves with the exit status: 0, or 1 when something that was typed
 * could not be sent.
 */
export async function runTerminal(options: TerminalOptions): Promise<number> {
  const terminal = new Terminal(options);
  return await terminal.run();
}

class Terminal {
  readonly #client: ChatClient;
  readonly #name: string;
  readonly #style: Style;
  readonly #line: readline.Interface;
  readonly #left = Promise.withResolvers<void>();
  #hasShownMessages = false;
  #isBroken = false;

  constructor({ client, name, hasColours }: TerminalOptions) {
    this.#client = client;
    this.#name = name;
    this.#style = createStyle(hasColours);
    this.#line = readline.createInterface({
      input: process.stdin,
      output: process.stdout,
      prompt: "> ",
      historySize: HISTORY_LINES,
    });
  }

  async run(): Promise<number> {
    const line = this.#line;
    line.on("line", (typed) => this.#typed(typed));
    line.on("SIGINT", () => line.close());
    line.on("close", () => this.#left.resolve());
    this.#client.listen((event) => this.#happened(event));
    this.#client.connect();
    this.#join(this.#name);
    line.prompt();
    await this.#left.promise;
    const unsent = this.#client.unsent.length;
    this.#client.close();
    if (unsent > 0) this.#note(`Left with ${unsent} unsent.`);
    process.stdout.write("\n");
    return unsent > 0 ? 1 : 0;
  }

  #join(name: string): void {
    this.#client.join(name).catch((error: unknown) => {
      if (!(error instanceof ChatError)) return;
      this.#note(`${error.message}. Start again with another name.`);
      this.#line.close();
    });
  }

  #typed(typed: string): void {
    this.#eraseTyped(typed);
    const command = typed.trimEnd();
    if (command === "") return this.#line.prompt();
    if (command === "/quit") return this.#line.close();
    if (command === "/help") return this.#note(COMMANDS);
    if (command === "/who") return this.#note(this.#who());
    if (/^\/(?!\/)/.test(command)) return this.#note(`${command}? /help shows the commands.`);
    this.#say(typed.replace(/^\/\//, "/"));
  }

  #say(text: string): void {
    if (this.#client.status !== "connected") this.#note(`Waits to be sent: ${text}`);
    this.#client.send(text).catch((error: unknown) => {
      if (error instanceof ChatError) this.#note(`${error.message}: ${text}`);
    });
    this.#line.prompt();
  }

  #who(): string {
    const { online } = this.#client;
    return online.length === 0 ? "Nobody is here." : `Here now: ${online.join(", ")}`;
  }

  #happened(event: ClientEvent): void {
    switch (event.type) {
      case "status":
        return this.#statusChanged(event.status);
      case "reset":
        return this.#reset(event.messages);
      case "messages":
        if (event.skipped > 0) this.#note(`${event.skipped} messages were missed.`);
        return this.#show(event.messages);
      case "online":
        for (const name of event.joined) this.#note(`${name} has joined`);
        for (const name of event.left) this.#note(`${name} has left`);
        return;
      case "refused":
        this.#note(`${event.error.message}. Start again with another name.`);
        return this.#line.close();
      case "delayed":
      case "error":
        return this.#note(`${event.error.message}.`);
    }
  }

  #statusChanged(status: Status): void {
    // Said once for each break, not for each attempt.
    if (status === "waiting" && !this.#isBroken) this.#note("No connection; trying again…");
    if (status === "connected" && this.#isBroken) this.#note("Connected again.");
    if (status !== "connecting") this.#isBroken = status === "waiting";
  }

  #reset(messages: readonly Message[]): void {
    if (this.#hasShownMessages) this.#note("More was missed than can be had; these are the last.");
    this.#show(messages.slice(-PAST_MESSAGES));
  }

  #show(messages: readonly Message[]): void {
    this.#hasShownMessages ||= messages.length > 0;
    const rows = messages.map((message) =>
      toRow(message, { style: this.#style, isOwn: message.name === this.#client.name })
    );
    this.#print(rows);
  }

  #note(text: string): void {
    this.#print([this.#style.quiet(withoutControls(text))]);
  }

  // Writes above the line that is being typed, which may be several rows high, and puts it back.
  #print(rows: readonly string[]): void {
    if (rows.length === 0) return;
    const { stdout } = process;
    const { rows: above } = this.#line.getCursorPos();
    readline.moveCursor(stdout, 0, -above);
    readline.cursorTo(stdout, 0);
    readline.clearScreenDown(stdout);
    // Drawing the typed line again begins with going up to where it was; that far down it must be.
    stdout.write(`${rows.join("\n")}\n${"\n".repeat(above)}`);
    this.#line.prompt(true);
  }

  // The typed line has become a message, which will be shown as one.
  #eraseTyped(typed: string): void {
    const { stdout } = process;
    const columns = stdout.columns || 80;
    const height = Math.floor((this.#line.getPrompt().length + typed.length) / columns) + 1;
    readline.moveCursor(stdout, 0, -height);
    readline.cursorTo(stdout, 0);
    readline.clearScreenDown(stdout);
  }
}
