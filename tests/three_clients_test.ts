// The whole purpose in one story: three people and one server, whatever way they speak, and another
// machine that joins them.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ServerProcess } from "./helpers/server_process.ts";
import { JsonClient } from "./helpers/ws_client.ts";

/** One who follows the conversation by socket, over any number of connections. */
class Person {
  readonly name: string;
  /** The ids of all it was ever shown, in order. */
  readonly shown: string[] = [];
  #client: JsonClient;
  #key: string | undefined;
  #since: string | undefined;

  private constructor(name: string, client: JsonClient) {
    this.name = name;
    this.#client = client;
  }

  static async meet(name: string, url: string): Promise<Person> {
    const person = new Person(name, await JsonClient.open(url));
    person.#key = await person.#client.join(name);
    return person;
  }

  /** Connects again where it was, as who it was. */
  async comeBack(url: string): Promise<void> {
    this.#client = await JsonClient.open(url, { since: this.#since ?? "" });
    assertEquals(this.#client.welcome.reset, false);
    assertEquals(await this.#client.join(this.name, this.#key), this.#key);
  }

  /** Speaks in each of the three ways at once; returns the ids. */
  async speak(url: string): Promise<string[]> {
    const [socket = "", form = "", json = ""] = ["socket", "form", "json"]
      .map((way) => `${this.name}-${way}-${crypto.randomUUID()}`);
    this.#client.send({ type: "send", id: socket, text: "by socket" });
    const key = this.#key;
    const answers = await Promise.all([
      fetch(url, {
        method: "POST",
        headers: { origin: url, cookie: `parley_key=${key}` },
        body: new URLSearchParams({ id: form, name: this.name, text: "by form" }),
      }),
      fetch(`${url}/messages`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ id: json, name: this.name, key, text: "by JSON" }),
      }),
    ]);
    assertEquals(answers.map(({ status }) => status), [200, 201]);
    for (const answer of answers) await answer.body?.cancel();
    // The server has received what went before this.
    await this.#client.sync();
    return [socket, form, json];
  }

  /** Waits until it was shown all of `ids`, and notes what it was shown in this connection. */
  async hear(ids: readonly string[]): Promise<void> {
    for (const id of ids) await this.#client.shown(id);
    await this.#client.sync();
  }

  async leave(): Promise<void> {
    await this.#client.closed;
    this.shown.push(...this.#client.messages.map(({ id }) => id));
    this.#since = this.#client.since;
  }
}

Deno.test("three people in every way in see everything once and in one order, over a restart", async () => {
  await using server = await ServerProcess.start({ args: ["--rate=0"] });
  const names = ["Ann", "Bob", "Cid"];
  const people = await Promise.all(names.map((name) => Person.meet(name, server.url)));
  const said: string[] = [];
  const speak = async (speakers: readonly Person[]) => {
    said.push(...(await Promise.all(speakers.map((person) => person.speak(server.url)))).flat());
  };
  for (let round = 0; round < 4; round++) {
    await speak(people);
    await Promise.all(people.map((person) => person.hear(said.slice(-9))));
    // Some of this they may only see when they are back.
    await speak(people);
    await server.restart({ keepPort: true });
    await Promise.all(people.map((person) => person.leave()));
    await Promise.all(people.map((person) => person.comeBack(server.url)));
  }
  await speak(people);
  await Promise.all(people.map((person) => person.hear(said.slice(-9))));
  const log = await (await fetch(`${server.url}/messages.json`)).json();
  await server.stop();
  await Promise.all(people.map((person) => person.leave()));

  const stored = log.messages.map(({ id }: { id: string }) => id);
  assertEquals(stored.toSorted(), said.toSorted());
  for (const { name, shown } of people) assertEquals([name, shown], [name, stored]);
});

/** An address of this machine that is not the one everybody uses. */
function otherAddress(): string {
  const real = Deno.networkInterfaces().find(({ family, address }) =>
    family === "IPv4" && !address.startsWith("127.")
  );
  // Linux answers on all of 127.0.0.0/8.
  return real?.address ?? "127.0.0.2";
}

Deno.test("another machine gets the page, its script and the conversation, and takes part", async () => {
  await using server = await ServerProcess.start();
  const url = `http://${otherAddress()}:${server.port}`;
  await using ann = await JsonClient.open(server.url);
  await ann.join("Ann");
  await ann.say("hello from here");

  const page = await (await fetch(url)).text();
  assertStringIncludes(page, "hello from here");
  const [, script = ""] = /<script[^>]* src="([^"]+)"/.exec(page) ?? [];
  const code = await fetch(new URL(script, url));
  assertEquals(code.headers.get("content-type"), "text/javascript; charset=utf-8");
  assert((await code.text()).length > 0);
  const log = await (await fetch(`${url}/messages.json`)).json();
  assertEquals(log.messages.length, 1);

  // As a browser there would: the origin is that address.
  await using bob = await JsonClient.open(url, { headers: { origin: url } });
  await bob.join("Bob");
  const { id } = await bob.say("hello from there");
  assertEquals((await ann.shown(id)).name, "Bob");
  // The metrics are for the machine itself.
  const metrics = await fetch(`${url}/metrics`);
  await metrics.body?.cancel();
  assertEquals(metrics.status, url.includes("//127.") ? 200 : 403);
});
