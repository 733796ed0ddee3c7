// A WebSocket client that is not ours: npm's ws. Each line of the input is a frame, each frame a line of
// the output, as JSON. A process of its own: see the import.

import { createInterface } from "node:readline";

interface Socket {
  on(event: "open", listener: () => void): void;
  on(event: "message", listener: (data: unknown, isBinary: boolean) => void): void;
  send(text: string): void;
  close(): void;
}

const [specifier = "", url = ""] = Deno.args;
// Not a literal in the import: that would put the package into the lock file, and then everyone who
// only wants to start the chat would download it first.
const { default: WebSocket } = await import(specifier) as {
  default: new (url: string) => Socket;
};

const socket = new WebSocket(url);
socket.on("message", (data, isBinary) => {
  const line = `${JSON.stringify(isBinary ? null : String(data))}\n`;
  Deno.stdout.writeSync(new TextEncoder().encode(line));
});
socket.on("open", async () => {
  const { default: process } = await import("node:process");
  for await (const line of createInterface({ input: process.stdin })) socket.send(line);
  socket.close();
});
