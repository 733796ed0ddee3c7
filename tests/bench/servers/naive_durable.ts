// The naive server, made to store before it shows as Parley does: one write after another, each with a file
// of the size of a hundred messages. What is left between it and Parley is Parley's own.

const sockets = new Set<WebSocket>();
const bytes = new Uint8Array(18_000).fill("x".charCodeAt(0));
const directory = await Deno.open(".");
let stored = Promise.resolve();

async function store(): Promise<void> {
  using file = await Deno.open("room.tmp", { write: true, createNew: true });
  await file.write(bytes);
  await file.sync();
  await Deno.rename("room.tmp", "room");
  await directory.sync();
}

Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => void Deno.stdout.writeSync(new TextEncoder().encode(`${port}\n`)),
}, (request) => {
  const { socket, response } = Deno.upgradeWebSocket(request);
  socket.onopen = () => sockets.add(socket);
  socket.onclose = () => sockets.delete(socket);
  socket.onmessage = ({ data }) => {
    stored = stored.then(store).then(() => {
      for (const each of sockets) if (each.readyState === WebSocket.OPEN) each.send(data);
    });
  };
  return response;
});
