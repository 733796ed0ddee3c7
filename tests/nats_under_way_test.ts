// An id that comes to NATS again while it is still storing the first message under it, which only servers
// with replicas do: their answer is put in place of the real one.

import { assertEquals } from "@std/assert";
import { systemClock as clock } from "../src/clock.ts";
import type { ClusterConnection } from "../src/nats/connection.ts";
import type { NatsLibrary, PubAck } from "../src/nats/library.ts";
import { NatsStore } from "../src/nats/nats_store.ts";
import { draft } from "./helpers/drafts.ts";
import { connect, NatsEvents } from "./helpers/nats_place.ts";
import { NatsServer, natsTest } from "./helpers/nats_server.ts";

type Answer = (library: NatsLibrary) => PubAck;

/** `connection`, on which whoever publishes is given `answer` at once; the real ones go into `real`. */
function answering(
  connection: ClusterConnection,
  { answer, real }: { answer: Answer; real: Promise<PubAck>[] },
): ClusterConnection {
  const { library, nats } = connection;
  const { jetstreamManager } = library.jetstream;
  async function manager(...args: Parameters<typeof jetstreamManager>) {
    const manager = await jetstreamManager(...args);
    const client = manager.jetstream();
    const publish = (...args: Parameters<typeof client.publish>) => {
      real.push(client.publish(...args));
      return Promise.try(() => answer(library));
    };
    const other = Object.create(client, { publish: { value: publish } });
    return Object.create(manager, { jetstream: { value: () => other } });
  }
  const jetstream = { ...library.jetstream, jetstreamManager: manager };
  const changed = { library: { ...library, jetstream }, nats, isUp: true, watch: () => () => {} };
  return changed as unknown as ClusterConnection;
}

/** What servers of NATS say of an id that is under way. */
const ANSWERS: Readonly<Record<string, Answer>> = {
  old: () => ({ stream: "PARLEY", seq: 0, duplicate: true }) as PubAck,
  newer({ jetstream }) {
    const description = "duplicate message id is in process";
    throw new jetstream.JetStreamApiError({ code: 409, err_code: 10158, description });
  },
};

for (const [age, answer] of Object.entries(ANSWERS)) {
  natsTest(
    `An id that NATS is storing already is shown and not refused: ${age} servers`,
    async () => {
      await using server = await NatsServer.start();
      await using connection = await connect(server.url);
      const real: Promise<PubAck>[] = [];
      const events = new NatsEvents();
      const answered = answering(connection, { answer, real });
      const store = await NatsStore.open({ connection: answered, replicas: 1, clock, events });
      const { message } = await store.append(draft("a"));
      assertEquals([message.seq, message.id, store.trouble], [1, "a", undefined]);
      await store.close();
      await Promise.all(real);
    },
  );
}
