// The chat of socket.io's own introduction, on Node. Argument: where the packages are.

import { createRequire } from "node:module";
import { createServer } from "node:http";
import process from "node:process";

const { Server } = createRequire(process.argv[2])("socket.io");

const http = createServer();
const io = new Server(http, { transports: ["websocket"], serveClient: false });
io.on("connection", (socket) => {
  socket.on("message", (message) => io.emit("message", message));
});
http.listen(0, "127.0.0.1", () => process.stdout.write(`${http.address().port}\n`));
