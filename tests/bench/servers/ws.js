// The broadcast of the `ws` package's own examples, on Node. Argument: where the packages are.

import { createRequire } from "node:module";
import process from "node:process";

const { WebSocket, WebSocketServer } = createRequire(process.argv[2])("ws");

const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
server.on("listening", () => process.stdout.write(`${server.address().port}\n`));
server.on("connection", (socket) => {
  socket.on("error", (error) => process.stderr.write(`${error.message}\n`));
  socket.on("message", (data) => {
    for (const each of server.clients) {
      if (each.readyState === WebSocket.OPEN) each.send(data, { binary: false });
    }
  });
});
