// Bun's own publish: the fan-out is native code, and nothing is kept.

import process from "node:process";

const server = globalThis.Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch(request, server) {
    return server.upgrade(request) ? undefined : new Response("WebSocket only", { status: 426 });
  },
  websocket: {
    perMessageDeflate: false,
    open(socket) {
      socket.subscribe("room");
    },
    message(_socket, data) {
      server.publish("room", data);
    },
  },
});
process.stdout.write(`${server.port}\n`);
