import { assertEquals } from "@std/assert";
import { type Arrival, type Visitor, visitorOf } from "../src/visitor.ts";

interface Options extends Partial<Omit<Arrival, "request">> {
  readonly headers?: Record<string, string>;
  readonly url?: string;
}

function visitor({ headers = {}, url = "http://in-url.example/", ...arrival }: Options): Visitor {
  const request = new Request(url, { headers: { host: "chat.example", ...headers } });
  return visitorOf({
    request,
    remoteAddress: "192.0.2.7",
    isTls: false,
    trustProxy: false,
    ...arrival,
  });
}

const forwarded = {
  "x-forwarded-for": "203.0.113.1, 198.51.100.9",
  "x-forwarded-proto": "http, HTTPS",
  "x-forwarded-host": "evil.example, public.example:8443",
};

Deno.test("visitorOf() takes the address from the connection and the outside from the Host", () => {
  const { address, outside } = visitor({});
  assertEquals(address, "192.0.2.7");
  assertEquals(outside, { protocol: "http:", host: "chat.example" });
  assertEquals(visitor({ isTls: true }).outside.protocol, "https:");
});

Deno.test("visitorOf() reads the host from the URL when there is no Host header", () => {
  const request = new Request("http://in-url.example:8000/");
  const arrival = { request, remoteAddress: "192.0.2.7", isTls: false, trustProxy: false };
  assertEquals(visitorOf(arrival).outside.host, "in-url.example:8000");
});

Deno.test("security 35: visitorOf() believes no forwarding header unless there is a proxy to trust", () => {
  const { address, outside } = visitor({ headers: forwarded });
  assertEquals(address, "192.0.2.7");
  assertEquals(outside, { protocol: "http:", host: "chat.example" });
});

Deno.test("security 35: visitorOf() believes the last hop of a proxy, which a client cannot write", () => {
  const { address, outside } = visitor({ headers: forwarded, trustProxy: true });
  assertEquals(address, "198.51.100.9");
  assertEquals(outside, { protocol: "https:", host: "public.example:8443" });
});

Deno.test("visitorOf() falls back to the connection when the proxy says nothing", () => {
  for (const value of [undefined, "", " ", "203.0.113.1, "]) {
    const headers: Record<string, string> = value === undefined ? {} : {
      "x-forwarded-for": value,
      "x-forwarded-proto": value === "" ? "" : " ",
      "x-forwarded-host": " ",
    };
    const { address, outside } = visitor({ headers, trustProxy: true });
    assertEquals([address, outside.protocol, outside.host], ["192.0.2.7", "http:", "chat.example"]);
  }
});

Deno.test("visitorOf() reads addresses with a port, in brackets, of IPv6", () => {
  const cases: [told: string, address: string][] = [
    ["198.51.100.9:5678", "198.51.100.9"],
    ["[2001:db8::1]:5678", "2001:db8:0:0::/64"],
    ["[2001:db8::1]", "2001:db8:0:0::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["::ffff:198.51.100.9", "198.51.100.9"],
  ];
  for (const [told, address] of cases) {
    const headers = { "x-forwarded-for": told };
    assertEquals(visitor({ headers, trustProxy: true }).address, address, told);
  }
});

Deno.test("visitorOf() counts an IPv4 client of an IPv6 socket as IPv4", () => {
  assertEquals(visitor({ remoteAddress: "::ffff:192.0.2.7" }).address, "192.0.2.7");
});

Deno.test("visitorOf() knows who sits at this machine", () => {
  for (const remoteAddress of ["127.0.0.1", "::1", "::ffff:127.0.0.1"]) {
    assertEquals(visitor({ remoteAddress }).isLocal, true, remoteAddress);
  }
  assertEquals(visitor({ remoteAddress: "192.0.2.7" }).isLocal, false);
});

Deno.test("visitorOf() takes nobody for local who came through a proxy, trusted or not", () => {
  const headers = [
    "forwarded",
    "via",
    "x-real-ip",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
  ];
  for (const header of headers) {
    for (const trustProxy of [true, false]) {
      const arrival = {
        remoteAddress: "127.0.0.1",
        headers: { [header]: "127.0.0.1" },
        trustProxy,
      };
      assertEquals(visitor(arrival).isLocal, false, header);
    }
  }
});
