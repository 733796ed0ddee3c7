// What tests in a browser need beside a browser: a conversation that is there already, words that
// come from elsewhere, a network that can be cut, and a page that nobody looks at.

import { assert } from "@std/assert";
import { join } from "@std/path";
import type { Page, WebSocketRoute } from "playwright-core";
import type { Message } from "../../src/message.ts";
import type { ServerFrame } from "../../src/protocol.ts";
import { ServerProcess } from "../helpers/server_process.ts";
import type { ServerOptions } from "../helpers/server_run.ts";
import { Scratch } from "../helpers/scratch.ts";

const PATIENCE_MS = 10_000;
const POLL_MS = 20;

/** Waits until `check` neither throws nor returns false; then fails as `check` last did. */
export async function eventually(
  check: () => Promise<boolean | void> | boolean | void,
  what = "it came true",
): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      assert(await check() !== false, `Not within ${PATIENCE_MS} ms: ${what}`);
      return;
    } catch (error) {
      if (performance.now() > end) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** What is in the log when the server starts; `time` counts, `seq` and `id` are given in order. */
export type Past = Pick<Message, "name" | "text" | "time">;

/** A server with a past. */
export interface PastServer extends AsyncDisposable {
  readonly server: ServerProcess;
  readonly url: string;
}

/** Starts a server whose file has `past`. Posts are not limited, unless `options` say so. */
export async function serve(
  past: readonly Past[] = [],
  options: ServerOptions = {},
): Promise<PastServer> {
  const scratch = await Scratch.make();
  await Deno.mkdir(join(scratch.path, "data"), { mode: 0o700 });
  const messages = past.map(({ name, text, time }, index) => ({
    seq: index + 1,
    id: `past-${index + 1}`,
    name,
    text,
    time,
  }));
  const file = JSON.stringify({ version: 1, log: "0123456789abcdef", messages });
  if (past.length > 0) {
    await Deno.writeTextFile(join(scratch.path, "data", "messages.json"), file, { mode: 0o600 });
  }
  const server = await ServerProcess.start({
    args: ["--rate=0", "--history=300"],
    ...options,
    directory: scratch.path,
  });
  return {
    server,
    get url() {
      return server.url;
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await scratch[Symbol.asyncDispose]();
    },
  };
}

/** `count` messages of `name`, a minute apart, the last of them now. */
export function chatter(count: number, name = "Ann"): Past[] {
  const now = Date.now();
  return Array.from({ length: count }, (_, index) => ({
    name,
    text: `line ${index + 1}`,
    time: new Date(now - (count - index) * 60_000).toISOString(),
  }));
}

/** A time zone in which it is `hour` o'clock now: nobody chats in a picture at three in the morning. */
export function zoneWhereItIs(hour: number): string {
  const east = (hour - new Date().getUTCHours() + 36) % 24 - 12;
  // The signs of these names are the other way round (POSIX).
  return `Etc/GMT${east > 0 ? "-" : "+"}${Math.abs(east)}`;
}

/** Says something from outside the browser. */
export async function post(url: string, name: string, text: string): Promise<Message> {
  const response = await fetch(`${url}/messages`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name, text }),
  });
  const answer = await response.json();
  assert(response.ok, `Cannot post: ${JSON.stringify(answer)}`);
  return answer;
}

/** Makes it possible for a page to be one that nobody looks at; for `prepare`. */
export async function makeHideable(page: Page): Promise<void> {
  await page.addInitScript({
    content: `
      let away = false;
      Object.defineProperty(document, "visibilityState", { get: () => away ? "hidden" : "visible" });
      Object.defineProperty(document, "hidden", { get: () => away });
      document.hasFocus = () => !away;
      globalThis.setAway = (value) => {
        away = value;
        dispatchEvent(new Event(away ? "blur" : "focus"));
        document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
      };
    `,
  });
}

/** Hides or shows a page that {@linkcode makeHideable} was called for. */
export async function setAway(page: Page, away: boolean): Promise<void> {
  await page.locator("body").evaluate(
    (body, value) => body.ownerDocument.defaultView.setAway(value),
    away,
  );
}

/** The wire between a page and its server, to be cut and tapped; made in `prepare`. */
export class Wire {
  /** The addresses of all sockets so far. */
  readonly urls: string[] = [];
  /** Everything the page sent, decoded. */
  readonly sent: Record<string, unknown>[] = [];
  /** New sockets are refused. */
  isCut = false;
  /** Decides what goes to the server. */
  letOut: (frame: Record<string, unknown>) => boolean = () => true;
  /** Decides what comes to the page. */
  letIn: (frame: ServerFrame) => boolean = () => true;
  #socket: WebSocketRoute | undefined;

  async attach(page: Page): Promise<void> {
    await page.routeWebSocket(/\/ws/, (socket) => {
      this.urls.push(socket.url());
      if (this.isCut) return void socket.close({ code: 3000 });
      this.#socket = socket;
      const server = socket.connectToServer();
      socket.onMessage((data) => {
        const frame = JSON.parse(String(data));
        this.sent.push(frame);
        if (this.letOut(frame)) server.send(data);
      });
      server.onMessage((data) => {
        if (this.letIn(JSON.parse(String(data)))) socket.send(data);
      });
    });
  }

  /** The messages the page sent, again and again when it did. */
  get texts(): unknown[] {
    return this.sent.filter(({ type }) => type === "send").map(({ text }) => text);
  }

  /** Gives the page a frame as if the server had sent it. */
  inject(frame: ServerFrame): void {
    this.#socket?.send(JSON.stringify(frame));
  }

  /** Ends the connection and refuses new ones. */
  async cut(): Promise<void> {
    this.isCut = true;
    await this.#socket?.close({ code: 3000 });
  }
}
