// What a chat in Deno looks like at first: no file, no names, no checks, every text to everyone.

const sockets = new Set<WebSocket>();

Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => void Deno.stdout.writeSync(new TextEncoder().encode(`${port}\n`)),
}, (request) => {
  const { socket, response } = Deno.upgradeWebSocket(request);

  socket.onopen = () => sockets.add(socket);
  socket.onclose = () => sockets.delete(socket);
  socket.onmessage = ({ data }) => {
    for (const each of sockets) if (each.readyState === WebSocket.OPEN) each.send(data);
  };
  return response;
});
