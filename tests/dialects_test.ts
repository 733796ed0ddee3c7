import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { decodeServerFrame } from "../src/client/frames.ts";
import { ChatError, ERROR_CODES } from "../src/errors.ts";
import {
  MAX_FRAME_BYTES,
  MAX_ID_LENGTH,
  MAX_MESSAGE_BYTES,
  MAX_NAME_CODE_POINTS,
  MAX_TEXT_CODE_POINTS,
} from "../src/limits.ts";
import { normalizeText, type StoredMessage, toStored } from "../src/message.ts";
import {
  encodeJoined,
  encodeLog,
  encodeWelcome,
  jsonDialect,
  PONG,
  textDialect,
  wireLimits,
} from "../src/protocol.ts";
import { stored } from "./helpers/stored_messages.ts";

/** What a client reads when the server sends `frame`. */
function reading(frame: string): unknown {
  return decodeServerFrame(frame);
}

/** The fields that are on the wire. */
function wire({ seq, id, name, text, time }: StoredMessage): unknown {
  return { seq, id, name, text, time };
}

const anyString = fc.string({ unit: "binary" });
const message = fc.record({
  seq: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  id: fc.uuid(),
  name: anyString,
  text: anyString,
  time: fc.constant("2026-11-21T22:48:56.799Z"),
}).map((message) => toStored(message));
const names = fc.array(anyString, { maxLength: 5 });

Deno.test("jsonDialect.messages() and its reader agree, whatever was said", () => {
  fc.assert(fc.property(fc.array(message), fc.nat(), (batch, skipped) => {
    const frames = jsonDialect.messages(batch, skipped);
    const messages = batch.map(wire);
    const gap = skipped > 0 ? { skipped } : {};
    assertEquals(frames.map(reading), [{ type: "messages", messages, ...gap }] as unknown[]);
  }));
});

Deno.test("jsonDialect and its reader agree about people", () => {
  fc.assert(fc.property(names, names, fc.nat(), (joined, left, online) => {
    const change = { joined, left, online };
    assertEquals(jsonDialect.presence(change).map(reading), [
      { type: "presence", ...change },
    ] as unknown[]);
    assertEquals(jsonDialect.typing(joined).map(reading), [
      { type: "typing", names: joined },
    ] as unknown[]);
  }));
});

Deno.test("jsonDialect.error() and its reader agree about every refusal", () => {
  for (const code of ERROR_CODES) {
    const wait = new ChatError(code, 'Cannot "do" this', { retryAfterSeconds: 3 });
    assertEquals(reading(jsonDialect.error(wait, "id-1")), {
      type: "error",
      code,
      message: 'Cannot "do" this',
      id: "id-1",
      retryAfter: 3,
    });
    const plain = new ChatError(code, "no", { cause: new Error("secret") });
    assertEquals(
      jsonDialect.error(plain, undefined),
      `{"type":"error","code":"${code}","message":"no"}`,
    );
  }
});

Deno.test("encodeWelcome(), encodeJoined() and PONG are what their reader understands", () => {
  const limits = wireLimits({ rate: 5, history: 100 });
  fc.assert(
    fc.property(fc.uuid(), fc.boolean(), fc.array(message), names, (log, reset, batch, online) => {
      const frame = encodeWelcome({ log, reset, messages: batch, online, limits });
      const messages = batch.map(wire);
      assertEquals(
        reading(frame),
        { type: "welcome", log, reset, messages, online, limits } as unknown,
      );
    }),
  );
  assertEquals(reading(encodeJoined("Ann", "key")), { type: "joined", name: "Ann", key: "key" });
  assertEquals(reading(PONG), { type: "pong" });
});

Deno.test("The limits leave room for each other", () => {
  const largest = stored(Number.MAX_SAFE_INTEGER, {
    id: "x".repeat(MAX_ID_LENGTH),
    name: "\u{1f44d}".repeat(MAX_NAME_CODE_POINTS),
    text: "\u{1f44d}".repeat(MAX_TEXT_CODE_POINTS),
  });
  assertLessOrEqual(100 * largest.bytes, MAX_FRAME_BYTES);
  const escaped = "\\ud83d\\udc4d".repeat(MAX_TEXT_CODE_POINTS);
  const frame = `{"type":"send","id":"${largest.id}","text":"${escaped}"}`;
  assertLessOrEqual(frame.length, MAX_MESSAGE_BYTES);
  assertEquals(normalizeText(JSON.parse(frame).text), largest.text);
});

Deno.test("encodeLog() is the document that the file has too", () => {
  const messages = [stored(1), stored(7, { text: 'a "b"\n' })];
  assertEquals(JSON.parse(encodeLog("log-1", messages)), {
    version: 1,
    log: "log-1",
    messages: messages.map(wire),
  });
});

Deno.test("wireLimits() announces what the server allows", () => {
  assertEquals(wireLimits({ rate: 5, history: 50 }), {
    name: 32,
    text: 2000,
    frame: 32_768,
    rate: 5,
    burst: 20,
    history: 50,
  });
  assertEquals(wireLimits({ rate: 0, history: 50 }).rate, 0);
  assertEquals(wireLimits({ rate: 0.1, history: 50 }).burst, 1);
});

Deno.test("textDialect writes one frame a message, also when a text has several lines", () => {
  fc.assert(fc.property(fc.array(message), (batch) => {
    const lines = batch.map(({ name, text }) => `${name}: ${text}`);
    assertEquals(textDialect.messages(batch, 0), lines);
    assertEquals(textDialect.messages(batch, 3).slice(1), lines);
    assert(textDialect.messages(batch, 3)[0]?.startsWith("! Missed 3 messages"));
  }));
});

Deno.test("textDialect tells who came and who left, a line each, and not who writes", () => {
  const change = { joined: ["Ann", "Bob"], left: ["Cy"], online: 2 };
  const lines = ["Ann has joined", "Bob has joined", "Cy has left"];
  assertEquals(textDialect.presence(change), lines);
  assertEquals(textDialect.typing(["Bob"]), []);
});

Deno.test("textDialect tells of more than five who come or go together in one line", () => {
  const five = ["Ann", "Bob", "Cy", "Di", "Eve"];
  assertEquals(textDialect.presence({ joined: [], left: five, online: 0 }).length, 5);
  assertEquals(textDialect.presence({ joined: five, left: [...five, "Fay"], online: 5 }), [
    ...five.map((name) => `${name} has joined`),
    "Ann, Bob and 4 more have left",
  ]);
});

Deno.test("textDialect.error() is one line that begins with an exclamation mark", () => {
  const error = new ChatError("rate_limited", "Cannot send so fast", { retryAfterSeconds: 3 });
  assertEquals(textDialect.error(error, "id-1"), "! Cannot send so fast");
});
