// The chat in a terminal: what happens goes above the line that is being typed.

import type { ChatClient } from "../client/client.ts";
import type { ClientEvent } from "../client/events.ts";
import type { Status } from "../client/link.ts";
import type { Clock } from "../clock.ts";
import { ChatError } from "../errors.ts";
import type { Message } from "../message.ts";
import { LineEditor } from "./line_editor.ts";
import { createStyle, dayOf, type Style, toRow, withoutControls } from "./lines.ts";

/** Messages shown at the start. */
const PAST_MESSAGES = 20;

/** How long somebody who leaves waits for what they have just said. */
const LAST_WORDS_MS = 2_000;

const COMMANDS = `/who        who is here
/name NAME  be called NAME
/quit       leave; Ctrl+C and Ctrl+D do the same
/help       this
//…         a message that begins with /
Text of several lines is pasted as one message.`;

/** What a terminal session needs. */
export interface TerminalOptions {
  readonly client: ChatClient;
  readonly clock: Clock;
  readonly name: string;
  /** The servers, for people. */
  readonly urls: readonly string[];
  readonly hasColours: boolean;
  /** Leaves. */
  readonly signal: AbortSignal;
}

/**
 * Runs until the person leaves. Resolves with the exit status: 0, or 1 when something that was typed
 * could not be sent.
 */
export async function runTerminal(options: TerminalOptions): Promise<number> {
  return await new Terminal(options).run();
}

class Terminal {
  readonly #client: ChatClient;
  readonly #clock: Clock;
  readonly #urls: readonly string[];
  readonly #style: Style;
  readonly #editor: LineEditor;
  readonly #left = Promise.withResolvers<void>();
  #lastWords: Promise<void> = Promise.resolve();
  #day: string;
  #hasShownMessages = false;
  #name: string | undefined;
  #isBroken = false;

  constructor({ client, clock, name, urls, hasColours, signal }: TerminalOptions) {
    this.#client = client;
    this.#clock = clock;
    this.#urls = urls;
    this.#style = createStyle(hasColours);
    this.#day = dayOf(clock.date());
    this.#editor = new LineEditor({
      typed: (text) => this.#typed(text),
      left: () => this.#left.resolve(),
    });
    signal.addEventListener("abort", () => this.#editor.close(), { once: true });
    client.listen((event) => this.#happened(event));
    client.connect();
    this.#join(name);
  }

  async run(): Promise<number> {
    await this.#left.promise;
    await this.#settle();
    const unsent = this.#client.unsent.length;
    this.#client.close();
    if (unsent > 0) this.#note(`Left with ${unsent} unsent.`);
    return unsent > 0 ? 1 : 0;
  }

  // Without a connection there is nothing to wait for.
  async #settle(): Promise<void> {
    if (this.#client.status !== "connected") return;
    const isLate = Promise.withResolvers<void>();
    const cancel = this.#clock.after(LAST_WORDS_MS, isLate.resolve);
    await Promise.race([this.#lastWords, isLate.promise]);
    cancel();
  }

  #join(name: string): void {
    this.#client.join(name).catch((error: unknown) => {
      if (error instanceof ChatError) this.#nameRefused(error);
    });
  }

  #nameRefused({ message }: ChatError): void {
    this.#note(`${message}. Take a name with /name NAME.`);
  }

  #typed(typed: string): void {
    const text = typed.trimEnd();
    const [command, argument] = text.split(/\s+(.*)/s);
    if (text === "") return this.#editor.prompt();
    if (!/^\/(?!\/)/.test(text)) return this.#say(typed.replace(/^\/\//, "/"));
    if (text === "/quit") return this.#editor.close();
    if (text === "/help") return this.#note(COMMANDS);
    if (text === "/who") return this.#note(this.#who());
    if (command === "/name" && argument !== undefined) {
      this.#editor.prompt();
      return this.#join(argument);
    }
    this.#note(`${text}? /help shows the commands.`);
  }

  #say(text: string): void {
    if (this.#client.status !== "connected") this.#note(`Waits to be sent: ${text}`);
    // In order, so what was said last is settled last.
    this.#lastWords = this.#client.send(text).then(
      () => {},
      (error: unknown) => {
        if (error instanceof ChatError) this.#note(`${error.message}: ${text}`);
      },
    );
    this.#editor.prompt();
  }

  #who(): string {
    // One's own coming is announced a moment after the name was had.
    const here = new Set([
      ...this.#client.online,
      ...(this.#name === undefined ? [] : [this.#name]),
    ]);
    return here.size === 0 ? "Nobody is here." : `Here now: ${[...here].join(", ")}`;
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
      case "joined":
        return this.#named(event.name);
      case "online":
        for (const name of event.joined) {
          if (name !== this.#client.name) this.#note(`${name} has joined`);
        }
        for (const name of event.left) this.#note(`${name} has left`);
        return;
      case "refused":
        this.#name = undefined;
        return this.#nameRefused(event.error);
      case "delayed":
      case "error":
        return this.#note(`${event.error.message}.`);
    }
  }

  // Comes again after every reconnect.
  #named(name: string): void {
    if (name !== this.#name) this.#note(`You are ${name}. /help shows the commands.`);
    this.#name = name;
  }

  #statusChanged(status: Status): void {
    // Said once for each break, not for each attempt.
    if (status === "waiting" && !this.#isBroken) {
      const [first, ...others] = this.#urls;
      const where = others.length === 0
        ? ` to ${first}; trying again`
        : `; trying ${this.#urls.join(", ")}`;
      this.#note(`No connection${where}…`);
    }
    if (status === "connected" && this.#isBroken) this.#note("Connected again.");
    if (status !== "connecting") this.#isBroken = status === "waiting";
  }

  #reset(messages: readonly Message[]): void {
    if (this.#hasShownMessages) this.#note("More was missed than can be had; these are the last.");
    this.#show(messages.slice(-PAST_MESSAGES));
  }

  #show(messages: readonly Message[]): void {
    if (messages.length === 0) return;
    this.#hasShownMessages = true;
    this.#editor.print(messages.flatMap((message) => this.#rowsOf(message)));
  }

  // The time of a row is no date: a new day has a row of its own.
  #rowsOf(message: Message): string[] {
    const isOwn = message.name === this.#client.name;
    const row = toRow(message, { style: this.#style, isOwn });
    const day = dayOf(new Date(message.time));
    if (day === this.#day) return [row];
    this.#day = day;
    return [this.#style.quiet(day), row];
  }

  #note(text: string): void {
    this.#editor.print([this.#style.quiet(withoutControls(text))]);
  }
}
