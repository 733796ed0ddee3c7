// What the shield reads of HTTP: where a head ends, and whether it asks for a WebSocket.

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { askingOf, HandshakeScan, Head, MAX_HEAD_BYTES } from "../src/shield/head.ts";

const encoder = new TextEncoder();

const HANDSHAKE =
  "GET /ws HTTP/1.1\r\nHost: a\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

for (const [kind, end] of [["CRLF", "\r\n\r\n"], ["LF", "\n\n"], ["both", "\n\r\n"]]) {
  Deno.test(`Head.push() finds the end of a head with ${kind}, however it is cut`, () => {
    const text = `GET / HTTP/1.1\r\nHost: a\r\nX: \r y${end}`;
    const bytes = encoder.encode(`${text}rest`);
    fc.assert(fc.property(fc.nat(bytes.length), fc.nat(bytes.length), (a, b) => {
      const head = new Head();
      const [first, second] = [Math.min(a, b), Math.max(a, b)];
      const pieces = [[0, first], [first, second], [second, bytes.length]] as const;
      for (const [from, to] of pieces) {
        const length = head.push(bytes.subarray(from, to));
        if (length === undefined) continue;
        assertEquals([head.text, from + Number(length)], [text, text.length]);
        return;
      }
      throw new Error("no end");
    }));
  });
}

Deno.test("Head.push() takes 64 KiB and not one byte more", () => {
  const line = `GET / HTTP/1.1\nX: ${"x".repeat(MAX_HEAD_BYTES)}`.slice(0, MAX_HEAD_BYTES - 2);
  assertEquals(new Head().push(encoder.encode(`${line}\n\n`)), MAX_HEAD_BYTES);
  assertEquals(new Head().push(encoder.encode(`${line}x\n\n`)), "too long");
  const head = new Head();
  assertEquals(head.push(encoder.encode(`${line}xx`)), undefined);
  assertEquals(head.push(encoder.encode("x")), "too long");
});

const ASKING: [text: string, asking: string][] = [
  ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", "request"],
  [HANDSHAKE, "handshake"],
  [HANDSHAKE.replace("Sec-WebSocket-Key", "sEC-wEBsOCKET-kEY"), "handshake"],
  [HANDSHAKE.replaceAll("\r", ""), "handshake"],
  ["GET /?Sec-WebSocket-Key: HTTP/1.1\r\nX: Sec-WebSocket-Key\r\n\r\n", "request"],
  ["PRI * HTTP/2.0\r\n\r\n", "neither"],
  ...["Content-Length: 5", "transfer-encoding: chunked", "Expect: 100-continue"].map(
    (line): [string, string] => [HANDSHAKE.replace("Host: a", `Host: a\r\n${line}`), "neither"],
  ),
];

for (const [text, asking] of ASKING) {
  Deno.test(`askingOf() ${JSON.stringify(text)} is a ${asking}`, () => {
    assertEquals(askingOf(text), asking);
  });
}

Deno.test("HandshakeScan finds a handshake behind another request, however it is cut", () => {
  const bytes = encoder.encode(`x=1 and a body\n${HANDSHAKE}`);
  fc.assert(fc.property(fc.nat(bytes.length), fc.nat(bytes.length), (a, b) => {
    const scan = new HandshakeScan();
    const pieces = [
      bytes.subarray(0, Math.min(a, b)),
      bytes.subarray(Math.min(a, b), Math.max(a, b)),
      bytes.subarray(Math.max(a, b)),
    ];
    assertEquals(pieces.map((piece) => scan.finds(piece)).includes(true), true);
  }));
});

Deno.test("HandshakeScan finds nothing in what people write about handshakes", () => {
  const form = new URLSearchParams({ text: HANDSHAKE }).toString();
  const json = JSON.stringify({ text: HANDSHAKE });
  for (const body of [form, json]) {
    assertEquals(new HandshakeScan().finds(encoder.encode(body)), false);
  }
});
