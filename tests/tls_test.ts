// https and wss, with the certificate from the data directory.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { CERTIFICATE, PRIVATE_KEY } from "./helpers/certificate.ts";
import { Scratch } from "./helpers/scratch.ts";
import { ServerProcess } from "./helpers/server_process.ts";

/** A working directory with a certificate in its data directory. */
async function makeDirectory(): Promise<Scratch> {
  const scratch = await Scratch.make();
  await Deno.mkdir(scratch.in("data"));
  await Deno.writeTextFile(scratch.in("data/cert.pem"), CERTIFICATE);
  await Deno.writeTextFile(scratch.in("data/key.pem"), PRIVATE_KEY);
  return scratch;
}

const NAMES = ["--tls-cert=cert.pem", "--tls-key=key.pem"];
const PATHS = ["--tls-cert=data/cert.pem", "--tls-key=data/key.pem"];

for (const args of [NAMES, PATHS]) {
  Deno.test(`${args[0]} and its key serve the page by https and the chat by wss`, async () => {
    await using scratch = await makeDirectory();
    await using server = await ServerProcess.start({ directory: scratch.path, args });
    using client = Deno.createHttpClient({ caCerts: [CERTIFICATE] });
    const origin = `https://127.0.0.1:${server.port}`;
    assertEquals(server.started["url"], `https://localhost:${server.port}`);

    const page = await fetch(origin, {
      client,
      method: "POST",
      headers: { origin },
      body: new URLSearchParams({ name: "Ann", text: "by https" }),
    });
    assertEquals(page.status, 200);
    assertStringIncludes(await page.text(), "by https");
    for (const cookie of page.headers.getSetCookie()) assertStringIncludes(cookie, "Secure");

    const socket = new WebSocket(`wss://127.0.0.1:${server.port}/ws`, {
      protocols: ["parley.v1"],
      headers: { origin },
      client,
    });
    const welcome = await new Promise<string>((resolve, reject) => {
      socket.onmessage = ({ data }) => resolve(data);
      socket.onclose = ({ code }) => reject(new Error(`closed with ${code}`));
    });
    assertStringIncludes(welcome, "by https");
    const closed = new Promise((resolve) => socket.onclose = resolve);
    socket.close();
    await closed;
  });
}

Deno.test("a page that came by http is of another origin than a server with a certificate", async () => {
  await using scratch = await makeDirectory();
  await using server = await ServerProcess.start({ directory: scratch.path, args: NAMES });
  using client = Deno.createHttpClient({ caCerts: [CERTIFICATE] });
  const response = await fetch(`https://127.0.0.1:${server.port}/messages`, {
    client,
    method: "POST",
    headers: { origin: server.url, "content-type": "application/json" },
    body: '{"name":"Ann","text":"hi"}',
  });
  assertEquals([response.status, (await response.json()).code], [403, "origin"]);
});
