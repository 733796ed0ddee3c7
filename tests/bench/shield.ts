// What the shield costs: 32 clients send 100 messages each, all at once, and everyone waits until all
// have been shown to all; with and without it, round by round. Run it with `deno run -A`.

import { ServerProcess } from "../helpers/server_process.ts";
import { JsonClient } from "../helpers/ws_client.ts";

const CLIENTS = 32;
const MESSAGES = 100;
const ROUNDS = Number(Deno.args[0] ?? 8);

/** The milliseconds of one burst. */
async function burst(args: readonly string[]): Promise<number> {
  await using server = await ServerProcess.start({
    args: ["--rate=0", "--history=1000", ...args],
  });
  const clients = await Promise.all(
    Array.from({ length: CLIENTS }, () => JsonClient.open(server.url)),
  );
  await Promise.all(clients.map((client, n) => client.join(`Client ${n}`)));
  const startedAt = performance.now();
  for (let n = 0; n < MESSAGES; n++) {
    for (const client of clients) {
      client.send({ type: "send", id: crypto.randomUUID(), text: `message ${n} of a burst` });
    }
  }
  await Promise.all(
    clients.map((client) =>
      client.next("messages", ({ messages }) => messages.at(-1)?.seq === CLIENTS * MESSAGES)
    ),
  );
  const ms = performance.now() - startedAt;
  await Promise.all(clients.map((client) => client.close()));
  return ms;
}

const print = (line: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
const ratios: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  const plain = await burst([]);
  const shielded = await burst(["--shield"]);
  ratios.push(plain / shielded);
  print(
    `${plain.toFixed(0)} ms without, ${shielded.toFixed(0)} ms with: throughput x ${
      (plain / shielded).toFixed(2)
    }`,
  );
}
ratios.sort((a, b) => a - b);
print(`median of ${ROUNDS} rounds: throughput x ${ratios[ROUNDS >> 1]?.toFixed(2)}`);
