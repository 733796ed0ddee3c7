// A cluster as people run it: the same program several times, a real NATS, and clients that move from node
// to node. What one process must never do is done to it here.

import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertMatch,
  assertNotEquals,
} from "@std/assert";
import { STREAM } from "../src/nats/log_stream.ts";
import { CERTIFICATE, PRIVATE_KEY } from "./helpers/certificate.ts";
import { Members } from "./helpers/member.ts";
import { makeCredentials } from "./helpers/nats_credentials.ts";
import { connect, managerOf } from "./helpers/nats_place.ts";
import { NatsServer, natsTest } from "./helpers/nats_server.ts";
import { Scratch } from "./helpers/scratch.ts";
import { ServerCluster } from "./helpers/server_cluster.ts";
import { runToEnd, ServerProcess } from "./helpers/server_process.ts";
import { PERMISSIONS } from "./helpers/server_run.ts";
import { until } from "./helpers/until.ts";

async function health(node: ServerProcess): Promise<number> {
  const response = await fetch(`${node.url}/healthz`);
  await response.body?.cancel();
  return response.status;
}

natsTest("Three nodes and thirty clients have one conversation in one order", async () => {
  await using cluster = await ServerCluster.start();
  using members = await Members.join(cluster.nodes, 10);
  members.talk();
  await members.progress(3);
  const ids = await members.settle();
  assertGreater(ids.length, 89);
  const pages = await Promise.all(cluster.nodes.map(async ({ url }) => {
    return await (await fetch(`${url}/messages.json`)).text();
  }));
  assertEquals(new Set(pages).size, 1);
});

natsTest(
  "kill -9 of a node under load: its clients go on elsewhere, with no gap and nothing twice",
  async () => {
    await using cluster = await ServerCluster.start();
    using members = await Members.join(cluster.nodes, 4);
    members.talk();
    await members.progress(5);
    for (const member of members.all.slice(0, 4)) member.target = cluster.node(1);
    await cluster.node(0).stop("SIGKILL");
    await members.progress(5);
    // And back: it is a node like any other when it starts again.
    await cluster.node(0).restart({ keepPort: true });
    for (const member of members.all.slice(4, 8)) member.target = cluster.node(0);
    await cluster.node(1).stop("SIGKILL");
    for (const member of members.all.slice(0, 4)) member.target = cluster.node(2);
    await members.progress(5);
    await members.settle();
  },
);

natsTest(
  "kill -9 of NATS under load, and back: refused meanwhile, and nothing that was said is lost",
  async () => {
    await using cluster = await ServerCluster.start({ mayFail: true });
    using members = await Members.join(cluster.nodes, 4);
    members.talk();
    await members.progress(5);
    await cluster.nats.kill();
    for (const node of cluster.nodes) {
      await node.logged("nats lost");
      assertEquals(await health(node), 503);
      const askedAt = performance.now();
      const response = await fetch(`${node.url}/messages`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ name: "Someone Else", text: "lost" }),
      });
      const { code, title } = await response.json();
      assertEquals([response.status, code], [503, "not_saved"], title);
      assertLess(performance.now() - askedAt, 1_000);
      // Reading goes on.
      assertGreater((await (await fetch(`${node.url}/messages.json`)).json()).messages.length, 0);
    }
    const backAt = performance.now();
    await cluster.nats.start();
    for (const node of cluster.nodes) {
      await until("a node is well again", async () => await health(node) === 200);
    }
    assertLess(performance.now() - backAt, 10_000);
    await members.progress(5);
    await members.settle();
  },
);

natsTest("A stream that is wiped sends every reader back to the beginning", async () => {
  await using cluster = await ServerCluster.start({ nodes: 2 });
  using members = await Members.join(cluster.nodes, 1);
  const [ann, bob] = members.all;
  assert(ann !== undefined && bob !== undefined);
  const before = await ann.say("before");
  await until("it is shown to the other", () => bob.shown.length === 1);
  {
    await using outside = await connect(cluster.nats.url);
    const manager = await managerOf(outside);
    await manager.streams.delete(STREAM);
  }
  await until(
    "they begin anew",
    () => members.all.every(({ beginnings }) => beginnings === 2),
  );
  assertEquals(members.all.map(({ shown }) => shown), [[], []]);
  const after = await bob.say("after");
  assertEquals(after.seq, 1);
  await until("it is shown to the other", () => ann.shown.length === 1);
  assertNotEquals(ann.shown[0]?.id, before.id);
});

natsTest("With --reuse-port several processes share a port and a data directory", async () => {
  await using nats = await NatsServer.start();
  const args = ["--rate=0", `--nats=${nats.url}`, "--reuse-port"];
  await using one = await ServerProcess.start({ args });
  const { directory, port } = one;
  await using other = await ServerProcess.start({ args, directory, port });
  assertEquals(other.port, port);
  // So many that not even once in a million tries all of them come to one.
  using members = await Members.join([one], 25);
  for (const node of [one, other]) {
    assertGreater(node.logs.filter(({ message }) => message === "connected").length, 0);
  }
  members.talk();
  await members.progress(1);
  await members.settle();
});

natsTest(
  "A node does not start without its NATS, and says in one line what is missing",
  async () => {
    const closed = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const nowhere = `nats://127.0.0.1:${(closed.addr as Deno.NetAddr).port}`;
    closed.close();
    assertEquals(await runToEnd([`--nats=${nowhere}`]), {
      code: 1,
      stdout: "",
      stderr: `Cannot reach NATS at ${nowhere}: connection refused; start it, or check --nats\n`,
    });
    await using locked = await NatsServer.start({ config: "authorization { token: secret }" });
    assertEquals(await runToEnd([`--nats=${locked.url}`]), {
      code: 1,
      stdout: "",
      stderr:
        `Cannot use NATS at ${locked.url}: it does not let this server in; check --nats-creds\n`,
    });
    assertEquals(await runToEnd([`--nats=${locked.url}`, "--nats-creds=missing.creds"]), {
      code: 1,
      stdout: "",
      stderr: 'Cannot read "missing.creds": there is no such file in the data directory\n',
    });
  },
);

natsTest("A node that cannot listen says goodbye to the others", async () => {
  await using nats = await NatsServer.start();
  await using node = await ServerProcess.start({ args: [`--nats=${nats.url}`] });
  const { code } = await runToEnd([`--nats=${nats.url}`, `--port=${node.port}`]);
  assertEquals(code, 1);
  assertEquals((await node.logged("node gone"))["why"], "goodbye");
});

natsTest(
  "With the credentials in its data directory a node is let in where others are not",
  async () => {
    const { config, creds } = await makeCredentials();
    await using nats = await NatsServer.start({ config });
    const args = [`--nats=${nats.url}`, "--nats-creds=parley.creds"];
    await using node = await ServerProcess.start({ args, files: { "parley.creds": creds } });
    using members = await Members.join([node], 1);
    await members.all[0]?.say("let in");
    await members.settle();
    const other = await makeCredentials();
    await Deno.writeTextFile(node.inData("other.creds"), other.creds);
    const refused = await runToEnd([`--nats=${nats.url}`, "--nats-creds=other.creds"], {
      directory: node.directory,
    });
    assertEquals(refused, {
      code: 1,
      stdout: "",
      stderr:
        `Cannot use NATS at ${nats.url}: it does not let this server in; check --nats-creds\n`,
    });
  },
);

natsTest(
  "Over tls:// a node talks to the NATS that the certificate names, and to no other",
  async () => {
    await using place = await Scratch.make();
    await Deno.writeTextFile(place.in("cert.pem"), CERTIFICATE);
    await Deno.writeTextFile(place.in("key.pem"), PRIVATE_KEY);
    const files = `cert_file: ${JSON.stringify(place.in("cert.pem"))}, ` +
      `key_file: ${JSON.stringify(place.in("key.pem"))}`;
    await using nats = await NatsServer.start({ config: `tls { ${files} }` });
    const args = [`--nats=${nats.url.replace("nats:", "tls:")}`];
    // What every machine has in its system is given to this process alone.
    const permissions = [`--cert=${place.in("cert.pem")}`, ...PERMISSIONS];
    await using node = await ServerProcess.start({ args, permissions });
    using members = await Members.join([node], 1);
    await members.all[0]?.say("in private");
    await members.settle();
    const { code, stderr } = await runToEnd(args);
    assertEquals(code, 1);
    assertMatch(stderr, /^Cannot reach NATS at tls:\/\/127\.0\.0\.1:\d+: .*certificate.*\n$/i);
  },
);
