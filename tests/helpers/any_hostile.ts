// What fast-check makes up for a server to choke on: nearly right, quite wrong, or anything at all.

import fc from "fast-check";
import { PAYLOADS } from "../e2e/payloads.ts";

/** Strings that have been trouble somewhere. */
const NASTY = [
  "",
  "\0",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "\ud800",
  "\udfff",
  "\u202e",
  "\ufeff",
  "\u2028",
  "\r\n",
  "\r\nset-cookie: a=b",
  "%00",
  "..%2f..%2f",
  "NaN",
  "-0",
  "1e309",
  "{}",
  "${7*7}",
  "{{ title }}",
  "' OR 1=1 --",
  "admin",
  "x".repeat(2001),
  "👩‍👩‍👧‍👦".repeat(40),
  "a" + "\u0301".repeat(500),
  ...PAYLOADS,
];

/** Any string, or one of the nasty. */
export const anyString: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary", maxLength: 80 }),
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.constantFrom(...NASTY),
  fc.nat({ max: 0xffff }).map((unit) => String.fromCharCode(unit)),
);

const anyNumber = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(-1, 0, 0.5, 2 ** 53, -(2 ** 53), 1e308, Number.MAX_VALUE),
);

/** Any value that JSON has. */
export const anyJsonValue: fc.Arbitrary<unknown> = fc.oneof(
  anyString,
  anyNumber,
  fc.constantFrom(null, true, false, [], {}),
  fc.jsonValue({ maxDepth: 4 }),
  fc.dictionary(anyString, fc.oneof(anyString, anyNumber), { maxKeys: 8 }),
);

const word = (...words: string[]) =>
  fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...words) }, {
    weight: 1,
    arbitrary: anyString,
  });

const anyName = fc.oneof(word("Ann", "Bob", "Zoë", "Аня"), anyString);
const anyKey = fc.oneof(fc.stringMatching(/^[\w-]{22}$/), anyString);
const anyId = fc.oneof(fc.stringMatching(/^[\w-]{1,64}$/), word("same", "other"), anyString);

/** A frame of the JSON dialect, each field right, wrong or missing, with others beside it. */
const anyFrame = fc.record({
  type: word("join", "send", "typing", "ping", "welcome", "messages"),
  name: fc.oneof(anyName, anyJsonValue),
  key: fc.oneof(anyKey, anyJsonValue),
  id: fc.oneof(anyId, anyJsonValue),
  text: fc.oneof(anyString, anyJsonValue),
  borrow: fc.oneof(fc.boolean(), anyJsonValue),
  seq: anyJsonValue,
}, { requiredKeys: [] }).map((frame) => JSON.stringify(frame));

/** `text` with something cut out, put in or said twice. */
function damaged(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(text, fc.nat(), fc.nat({ max: 20 }), anyString).map(
    ([whole, at, length, put]) => {
      const start = at % (whole.length + 1);
      return whole.slice(0, start) + put + whole.slice(start + length);
    },
  );
}

/** What is sent to a socket of the JSON dialect. */
export const anyFrameText: fc.Arbitrary<string> = fc.oneof(
  { weight: 5, arbitrary: anyFrame },
  { weight: 2, arbitrary: damaged(anyFrame) },
  { weight: 1, arbitrary: anyJsonValue.map((value) => JSON.stringify(value) ?? "") },
  { weight: 1, arbitrary: anyString },
  { weight: 1, arbitrary: fc.nat({ max: 5000 }).map((depth) => "[".repeat(depth)) },
);

/** What is posted as JSON. */
export const anyPostText: fc.Arbitrary<string> = fc.oneof(
  fc.record({ name: anyName, text: anyString, id: anyId, key: anyKey }, {
    requiredKeys: ["name", "text"],
  }).map((post) => JSON.stringify(post)),
  anyFrameText,
);

/** What is posted as a form, with its type. */
export const anyForm: fc.Arbitrary<{ type: string; body: string | Uint8Array<ArrayBuffer> }> = fc
  .oneof(
    fc.record({
      type: fc.constant("application/x-www-form-urlencoded"),
      body: fc.oneof(
        fc.dictionary(word("name", "text", "id", "password"), anyString).map((fields) =>
          new URLSearchParams(fields).toString()
        ),
        damaged(fc.constant("name=Ann&text=hi%20there&id=abc")),
        anyString,
      ),
    }),
    fc.record({
      type: word("multipart/form-data; boundary=x", "multipart/form-data", "text/plain").filter(
        (type) => /^[ -~]+$/.test(type),
      ),
      body: fc.oneof(
        damaged(
          fc.constant(
            '--x\r\ncontent-disposition: form-data; name="text"\r\n\r\nhi\r\n--x\r\n' +
              'content-disposition: form-data; name="name"\r\n\r\nAnn\r\n--x--\r\n',
          ),
        ),
        fc.uint8Array({ maxLength: 400 }).map((bytes) => new Uint8Array(bytes)),
      ),
    }),
  );

const HEADERS = [
  ..."accept accept-encoding accept-language authorization connection content-encoding".split(" "),
  ..."content-length content-type cookie expect forwarded host if-none-match origin range".split(
    " ",
  ),
  ..."sec-fetch-site sec-websocket-extensions sec-websocket-key sec-websocket-protocol".split(" "),
  ..."sec-websocket-version transfer-encoding upgrade via x-forwarded-for".split(" "),
  ..."x-forwarded-host x-forwarded-proto x-real-ip".split(" "),
];

const anyHeader = fc.tuple(
  word(...HEADERS),
  fc.oneof(
    word("13", "websocket", "Upgrade", "parley.v1", "chunked", "0", "64", "-1", "same-origin"),
    word("dGhlIHNhbXBsZSBub25jZQ==", "application/json", "Bearer wrong", "parley_pass=1.x"),
    word("parley_key=%", "parley_name=%E0%A4%A", "a=b; ; =; parley_lang=__proto__", "*;q=x"),
    word("127.0.0.1", "[::1", "evil.example", "a b", "localhost:99999", "xn--a", "http://"),
    anyString,
  ),
);

/** The bytes of a request, more or less. */
export const anyRequest: fc.Arbitrary<string> = fc.tuple(
  word("GET", "HEAD", "POST", "PUT", "TRACE", "OPTIONS", "CONNECT", "PRI"),
  fc.oneof(
    word("/", "/ws", "/messages", "/messages.json", "/metrics", "/healthz", "/login", "/app.js"),
    word("/?lang=ru", "/?theme=x", "/messages.json?since=1", "/ws?name=Ann&history=5", "*"),
    word("/messages.json?since=1e9", "/ws?since=a:1", "http://evil.example/", "/%ff", "//x"),
    anyString.map((path) => `/${path}`),
  ),
  fc.array(anyHeader, { maxLength: 8 }),
  fc.oneof(fc.constant(""), anyPostText),
).map(([method, path, headers, body]) => {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const host = headers.some(([name]) => name === "host") ? "" : "host: localhost\r\n";
  return `${method} ${path} HTTP/1.1\r\n${host}${lines}\r\n${body}`;
});

/** One frame as bytes, with any opcode, flags and length (RFC 6455, section 5.2). */
export const anyRawFrame: fc.Arbitrary<Uint8Array> = fc.tuple(
  fc.nat({ max: 255 }),
  fc.oneof(fc.nat({ max: 255 }), fc.integer({ min: 128, max: 160 })),
  fc.uint8Array({ maxLength: 60 }),
).map(([first, second, rest]) => new Uint8Array([first, second, ...rest]));

/** `file` with bits flipped, parts cut out or doubled, junk put in. */
export function anyDamage(file: string): fc.Arbitrary<string> {
  return damaged(damaged(fc.constant(file)));
}
