import { assert, assertEquals, assertRejects } from "@std/assert";
import { systemClock } from "../src/clock.ts";
import { StartError } from "../src/errors.ts";
import { ClusterConnection } from "../src/nats/connection.ts";
import { Inbox } from "./helpers/inbox.ts";
import { connect, NatsEvents } from "./helpers/nats_place.ts";
import { NatsServer, natsTest } from "./helpers/nats_server.ts";

natsTest("A connection to NATS that is lost comes back by itself, and says both", async () => {
  await using server = await NatsServer.start();
  const events = new NatsEvents();
  await using connection = await connect(server.url, events);
  const changes = new Inbox<boolean>();
  connection.watch((isUp) => changes.push(isUp));
  assert(connection.isUp);
  await server.kill();
  assertEquals(await changes.next(), false);
  assertEquals(connection.isUp, false);
  await server.start();
  assertEquals(await changes.next(), true);
  assert(connection.isUp);
  assertEquals(events.all, ["connected", "lost", "connected"]);
});

natsTest("A connection to a NATS that hangs is given up within five seconds", async () => {
  await using server = await NatsServer.start();
  await using connection = await connect(server.url);
  const changes = new Inbox<boolean>();
  connection.watch((isUp) => changes.push(isUp));
  const hungAt = performance.now();
  await server.pause();
  assertEquals(await changes.next(), false);
  assert(performance.now() - hungAt < 5_000);
  // The port still takes connections, and nobody is there who lets them in.
  server.resume();
  assertEquals(await changes.next(), true);
});

natsTest("A connection finds the other server of a cluster when its own is gone", async () => {
  await using one = await NatsServer.start();
  await using other = await NatsServer.start();
  await using connection = await connect([one.url, other.url]);
  const changes = new Inbox<boolean>();
  connection.watch((isUp) => changes.push(isUp));
  const isOnOne = connection.nats.getServer() === new URL(one.url).host;
  await (isOnOne ? one : other).kill();
  assertEquals([await changes.next(), await changes.next()], [false, true]);
  assertEquals(connection.nats.getServer(), new URL((isOnOne ? other : one).url).host);
});

natsTest("A connection that is closed sends what was published before", async () => {
  await using server = await NatsServer.start();
  await using reader = await connect(server.url);
  const heard = new Inbox<string>();
  reader.nats.subscribe("a", { callback: (_error, message) => heard.push(message.string()) });
  await reader.nats.flush();
  const writer = await connect(server.url);
  writer.nats.publish("a", "last words");
  await writer.close();
  assertEquals(await heard.next(), "last words");
});

Deno.test("A server of NATS that is not there is one line, and what to do", async () => {
  const gone = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `nats://127.0.0.1:${(gone.addr as Deno.NetAddr).port}`;
  gone.close();
  const error = await assertRejects(() => connect(url), StartError);
  assertEquals(
    error.message,
    `Cannot reach NATS at ${url}: connection refused; start it, or check --nats`,
  );
});

natsTest("A NATS that wants a password is one line that names the flag, every time", async () => {
  await using server = await NatsServer.start({ config: "authorization { token: secret }" });
  // Now and then the client drops an error of its socket; it would be one that nobody caught.
  for (let time = 0; time < 30; time++) {
    const error = await assertRejects(() => connect(server.url), StartError);
    assertEquals(
      error.message,
      `Cannot use NATS at ${server.url}: it does not let this server in; check --nats-creds`,
    );
  }
});

natsTest("security 40: with tls:// nothing is sent to a NATS without encryption", async () => {
  await using server = await NatsServer.start();
  const error = await assertRejects(() => connect(server.url.replace("nats:", "tls:")), StartError);
  assert(error.message.includes("server does not support 'tls'"), error.message);
});

Deno.test("Credentials that are none are one line that names the flag", async () => {
  const error = await assertRejects(
    () =>
      ClusterConnection.open({
        servers: ["nats://127.0.0.1:1"],
        credentials: new TextEncoder().encode("no credentials"),
        clock: systemClock,
        events: new NatsEvents(),
      }),
    StartError,
  );
  assertEquals(
    error.message,
    "Cannot use the file of --nats-creds: it does not hold a NATS user's credentials",
  );
});
