// Bodies as strangers send them: endless, lying about their length, in no encoding, of the wrong kind.

import { assert, assertEquals, assertLessOrEqual, assertRejects } from "@std/assert";
import { isForm, readForm, readJson } from "../src/body.ts";
import { ChatError, type ErrorCode } from "../src/errors.ts";
import { MAX_BODY_BYTES, MAX_TEXT_CODE_POINTS } from "../src/limits.ts";

const JSON_TYPE = "application/json";
const URLENCODED = "application/x-www-form-urlencoded";
const KIB = 1024;

const READERS: [name: string, type: string, read: (request: Request) => Promise<unknown>][] = [
  ["readJson()", JSON_TYPE, readJson],
  ["readForm()", URLENCODED, readForm],
];

for (const [name, type, read] of READERS) {
  Deno.test(`${name} takes a body of exactly the limit`, async () => {
    await read(post(`a=${"x".repeat(MAX_BODY_BYTES - 2)}`, { "content-type": type }));
  });

  Deno.test(`${name} refuses a body of one byte more`, async () => {
    const body = `a=${"x".repeat(MAX_BODY_BYTES - 1)}`;
    await assertRefused(read(post(body, { "content-type": type })), "too_large");
  });

  Deno.test(`${name} stops an endless body at the limit and lets go of it`, async () => {
    const endless = new Endless();
    await assertRefused(read(post(endless.stream, { "content-type": type })), "too_large");
    assert(endless.isCancelled);
    assertLessOrEqual(endless.bytes, MAX_BODY_BYTES + 2 * KIB);
  });

  Deno.test(`${name} does not begin to read what says that it is too long`, async () => {
    for (const length of [`${MAX_BODY_BYTES + 1}`, "1e9", "9".repeat(400)]) {
      const endless = new Endless();
      const headers = { "content-type": type, "content-length": length };
      await assertRefused(read(post(endless.stream, headers)), "too_large");
      assertLessOrEqual(endless.bytes, KIB);
    }
  });

  Deno.test(`${name} counts for itself, whatever the length is said to be`, async () => {
    for (const length of ["0", "10", "-1", "NaN", "", "ten"]) {
      const endless = new Endless();
      const headers = { "content-type": type, "content-length": length };
      await assertRefused(read(post(endless.stream, headers)), "too_large");
    }
  });

  Deno.test(`${name} refuses a body that breaks off`, async () => {
    const broken = new ReadableStream({
      pull(controller) {
        controller.error(new TypeError("connection closed"));
      },
    });
    await assertRefused(read(post(broken, { "content-type": type })), "bad_request");
  });
}

Deno.test("readJson() reads UTF-8 that comes in pieces", async () => {
  const text = '{"text":"Zoë 🐟"}';
  const bytes = new TextEncoder().encode(text);
  const pieces = ReadableStream.from(Array.from(bytes, (byte) => Uint8Array.of(byte)));
  assertEquals(await readJson(post(pieces, { "content-type": JSON_TYPE })), text);
});

Deno.test("readJson() reads no body as an empty text", async () => {
  const request = new Request("http://a/", {
    method: "POST",
    headers: { "content-type": JSON_TYPE },
  });
  assertEquals(await readJson(request), "");
});

Deno.test("readJson() takes parameters and capitals in the type", async () => {
  for (
    const type of ["application/json; charset=utf-8", "Application/JSON", " application/json ;a"]
  ) {
    assertEquals(await readJson(post("{}", { "content-type": type })), "{}");
  }
});

Deno.test("readJson() refuses every other type, so that no form of another site gets in", async () => {
  for (const type of ["", "text/plain", "application/jsonp", URLENCODED, "multipart/form-data"]) {
    await assertRefused(readJson(post("{}", { "content-type": type })), "unsupported_type");
  }
  await assertRefused(readJson(post(new Uint8Array(2), {})), "unsupported_type");
});

Deno.test("readJson() refuses what is no UTF-8", async () => {
  const bad = [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0x7b, 0x80, 0x7d]];
  for (const bytes of bad) {
    const request = post(Uint8Array.from(bytes), { "content-type": JSON_TYPE });
    await assertRefused(readJson(request), "bad_request");
  }
});

Deno.test("isForm() is true for what HTML forms send, and only for that", () => {
  const types: [string, boolean][] = [
    [URLENCODED, true],
    ["multipart/form-data; boundary=x", true],
    ["Multipart/Form-Data; boundary=x", true],
    ["text/plain", false],
    [JSON_TYPE, false],
    ["", false],
  ];
  for (const [type, expected] of types) {
    assertEquals(isForm(post("", { "content-type": type })), expected, type);
  }
});

Deno.test("readForm() reads a form as a browser encodes it", async () => {
  const body = "name=Zo%C3%AB+A&text=a%0D%0Ab%26%3D%2B+%F0%9F%90%9F&id=";
  assertEquals(await fieldsOf(body), { name: "Zoë A", text: "a\r\nb&=+ 🐟", id: "" });
});

Deno.test("readForm() has room for the longest text with every byte escaped", async () => {
  const text = "%F0%9F%90%9F".repeat(MAX_TEXT_CODE_POINTS);
  assertEquals(await fieldsOf(`text=${text}`), { text: "🐟".repeat(MAX_TEXT_CODE_POINTS) });
});

Deno.test("readForm() reads odd and broken escapes without failing", async () => {
  assertEquals(await fieldsOf("text=%ff%&a&=b&__proto__=x&text=second"), {
    text: "\u{fffd}%",
    a: "",
    "": "b",
    ["__proto__"]: "x",
  });
});

Deno.test("readForm() takes of a repeated field the first, and of files none", async () => {
  const form = new FormData();
  form.append("text", "first");
  form.append("text", "second");
  form.append("name", new File(["x"], "name.txt"));
  form.append("name", "Ann");
  const request = new Request("http://a/", { method: "POST", body: form });
  assertEquals([...await readForm(request)], [["text", "first"], ["name", "Ann"]]);
});

const PART = '--x\r\ncontent-disposition: form-data; name="text"\r\n\r\nhello';

Deno.test("readForm() refuses a multipart form without its boundary", async () => {
  const bad: [type: string, body: string][] = [
    ["multipart/form-data", `${PART}\r\n--x--`],
    ["multipart/form-data; boundary=y", `${PART}\r\n--x--`],
    ["multipart/form-data; boundary=x", ""],
  ];
  for (const [type, body] of bad) {
    await assertRefused(readForm(post(body, { "content-type": type })), "bad_request");
  }
});

Deno.test("readForm() takes no part that is not whole", async () => {
  for (const body of [PART, `${PART}\r\n`, PART.slice(0, 30), "--x\r\n\r\n\r\n--x--"]) {
    const form = readForm(post(body, { "content-type": "multipart/form-data; boundary=x" }));
    const fields = await form.catch((error) => error.code);
    assert(fields === "bad_request" || fields.size === 0, Deno.inspect(fields));
  }
});

Deno.test("readForm() refuses every other type", async () => {
  for (const type of ["", "text/plain", JSON_TYPE, "application/x-www-form-urlencodedx"]) {
    await assertRefused(readForm(post("a=b", { "content-type": type })), "unsupported_type");
  }
});

/** A body that goes on for as long as somebody reads it. */
class Endless {
  bytes = 0;
  isCancelled = false;
  readonly stream = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      this.bytes += KIB;
      controller.enqueue(new Uint8Array(KIB).fill(0x20));
    },
    cancel: () => {
      this.isCancelled = true;
    },
  });
}

function post(body: BodyInit, headers: Record<string, string>): Request {
  return new Request("http://a/", { method: "POST", body, headers });
}

/** What a urlencoded form is read as. */
async function fieldsOf(body: string): Promise<Record<string, string>> {
  return Object.fromEntries(await readForm(post(body, { "content-type": URLENCODED })));
}

async function assertRefused(reading: Promise<unknown>, code: ErrorCode): Promise<void> {
  const error = await assertRejects(() => reading, ChatError);
  assertEquals(error.code, code);
}
