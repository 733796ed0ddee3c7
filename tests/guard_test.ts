import { assertEquals, assertThrows } from "@std/assert";
import { ChatError } from "../src/errors.ts";
import { addressKey, checkHost, checkOrigin, isLoopback, parseOrigin } from "../src/guard.ts";

/** The code that `check` refuses with, or "ok". */
function verdict(check: () => void): string {
  try {
    check();
    return "ok";
  } catch (error) {
    return error instanceof ChatError ? error.code : String(error);
  }
}

Deno.test("checkHost() answers addresses, private names and what is allowed, and nothing else", () => {
  const allowed = ["chat.example.org", "müller.example", "with-port.example:8443"];
  const ok = [
    ..."localhost localhost:8000 LOCALHOST localhost. teacher-pc teacher-pc:8000 local".split(" "),
    ..."app.localhost printer.local PRINTER.LOCAL:8000 nas.lan a.b.home.arpa db.internal".split(
      " ",
    ),
    ..."192.168.1.5 192.168.1.5:8000 127.0.0.1 8.8.8.8 [::1] [::1]:8000 [2001:db8::1]".split(" "),
    ..."chat.example.org CHAT.example.org:443 chat.example.org. with-port.example".split(" "),
    ..."müller.example xn--mller-kva.example".split(" "),
  ];
  const refused = [
    ..."evil.com evil.com:8000 evil.com. localhost.evil.com 192.168.1.5.evil.com".split(" "),
    ..."evillocal.com notlocal.evil lan.evil.com evil.com.. a.evillocal a.mylan example.org evilchat.example.org"
      .split(
        " ",
      ),
    ..."chat.example.org.evil.com сhat.example.org chat.example.org@evil.com".split(" "),
    ..."user@localhost evil.com#.local evil.com/.local evil.com?.local evil.com\\.local".split(" "),
    ..."evil.com%23.local localhost:80:80 localhost:x [::1 ::1 :8000 .".split(" "),
    ...["", " ", "evil.com .local", "a b", "\0"],
  ];
  for (const host of ok) assertEquals(verdict(() => checkHost(host, allowed)), "ok", host);
  for (const host of refused) assertEquals(verdict(() => checkHost(host, allowed)), "host", host);
});

Deno.test("checkHost() answers every name when that is allowed", () => {
  for (const host of ["evil.com", "", "a b"]) checkHost(host, ["*"]);
});

Deno.test("checkHost() names the flag and the name, and repeats nothing that is no name", () => {
  const flag = /--allow-host (\S+)$/;
  const named = assertThrows(() => checkHost("Chat.Example.org:80", []), ChatError);
  assertEquals(flag.exec(named.message)?.[1], "chat.example.org");
  const unnamed = assertThrows(() => checkHost("a b<script>", []), ChatError);
  assertEquals(flag.exec(unnamed.message)?.[1], "NAME");
});

Deno.test("checkHost() takes an allowed value that is no name to allow nothing", () => {
  for (const allowed of ["https://chat.example.org", "a b", ""]) {
    for (const host of ["", "user@evil.com", "evil.com"]) {
      assertEquals(verdict(() => checkHost(host, [allowed])), "host", `${allowed}, ${host}`);
    }
  }
});

interface OriginCase {
  /** Where the server is, as the client sees it. */
  readonly at: string;
  readonly origin?: string;
  readonly site?: string;
}

function originVerdict({ at, origin, site }: OriginCase, allowed: string[] = []): string {
  const { protocol = "", host = "" } = /^(?<protocol>.*:)\/\/(?<host>.*)$/.exec(at)?.groups ?? {};
  const headers = new Headers();
  if (origin !== undefined) headers.set("origin", origin);
  if (site !== undefined) headers.set("sec-fetch-site", site);
  return verdict(() => checkOrigin({ headers, outside: { protocol, host } }, allowed));
}

Deno.test("checkOrigin() accepts pages of this very server, however that is written", () => {
  const same: [at: string, origin: string][] = [
    ["http://localhost:8000", "http://localhost:8000"],
    ["http://LOCALHOST:8000", "http://localhost:8000"],
    ["http://chat.example.org", "http://chat.example.org"],
    ["http://chat.example.org:80", "http://chat.example.org"],
    ["https://chat.example.org", "https://chat.example.org:443"],
    ["https://chat.example.org:8443", "https://chat.example.org:8443"],
    ["http://127.0.0.1:8000", "http://127.0.0.1:8000"],
    ["http://[::1]:8000", "http://[::1]:8000"],
    ["http://[0:0:0:0:0:0:0:1]:8000", "http://[::1]:8000"],
    ["https://müller.example", "https://xn--mller-kva.example"],
  ];
  for (const [at, origin] of same) assertEquals(originVerdict({ at, origin }), "ok", origin);
});

Deno.test("checkOrigin() refuses pages of every other address", () => {
  const at = "https://good.example";
  const foreign = [
    ..."https://evil.com https://good.evil.com https://good.example.evil.com".split(" "),
    ..."https://evilgood.example https://sub.good.example https://good.example.".split(" "),
    ..."http://good.example https://good.example:8443 https://good.example:80".split(" "),
    ..."wss://good.example ftp://good.example chrome-extension://good.example".split(" "),
    ..."https://gооd.example https://gοοd.example https://g00d.example".split(" "),
    ..."https://good.example@evil.com https://user@good.example https://:x@good.example".split(" "),
    ..."https://evil.com#good.example https://good.example/ https://good.example/x".split(" "),
    ..."https://good.example?x https://good.example\\ https://good.example\\@evil.com".split(" "),
    ..."null NULL undefined * https:// // good.example //good.example".split(" "),
    ...["", "https://good.example https://evil.com", "https://evil.com, https://good.example"],
  ];
  for (const origin of foreign) {
    // A header holds no character beyond U+00FF; a browser would send punycode.
    const sent = [...origin].some((character) => character > "\xff")
      ? new URL(origin).origin
      : origin;
    assertEquals(originVerdict({ at, origin: sent }), "origin", origin);
  }
  for (const other of ["http://[::1]:8001", "http://[::2]:8000", "http://127.0.0.1:8000"]) {
    assertEquals(originVerdict({ at: "http://[::1]:8000", origin: other }), "origin", other);
  }
});

Deno.test("checkOrigin() refuses every page when the server's own address is no address", () => {
  for (
    const at of ["javascript://good.example", "http://", "http://a b", "http://x@good.example"]
  ) {
    for (const origin of ["http://good.example", "null", at]) {
      assertEquals(originVerdict({ at, origin }), "origin", `${origin} at ${at}`);
    }
  }
});

Deno.test("checkOrigin() accepts who sends no origin, unless it says that it is a browser elsewhere", () => {
  const at = "http://localhost:8000";
  assertEquals(originVerdict({ at }), "ok");
  for (const site of ["same-origin", "none"]) assertEquals(originVerdict({ at, site }), "ok", site);
  for (const site of ["cross-site", "same-site"]) {
    assertEquals(originVerdict({ at, site }), "origin", site);
  }
});

Deno.test("checkOrigin() accepts the origins that are allowed, exactly", () => {
  const at = "http://localhost:8000";
  const allowed = ["https://chat.example.org", "http://localhost:3000"];
  for (const origin of allowed) {
    assertEquals(originVerdict({ at, origin, site: "cross-site" }, allowed), "ok");
  }
  for (const origin of ["http://chat.example.org", "https://chat.example.org:8443", "null"]) {
    assertEquals(originVerdict({ at, origin }, allowed), "origin", origin);
  }
  assertEquals(originVerdict({ at, site: "cross-site" }, allowed), "origin");
});

Deno.test("parseOrigin() brings an origin to its one form", () => {
  assertEquals(parseOrigin("HTTPS://Chat.Example.ORG:443"), "https://chat.example.org");
  assertEquals(parseOrigin("http://[0::1]:080"), "http://[::1]");
  const none = ["", "null", "chat.example.org", "http://", "http://a/", "http://a?", "http://a#"];
  for (const value of [...none, "http://a@b", "http://a\\b", "http://a b", "http://a:99999"]) {
    assertEquals(parseOrigin(value), undefined, value);
  }
});

Deno.test("addressKey() is an IPv4 address, however it is written", () => {
  for (const address of ["192.0.2.7", "::ffff:192.0.2.7", "::FFFF:192.0.2.7"]) {
    assertEquals(addressKey(address), "192.0.2.7", address);
  }
});

Deno.test("addressKey() is one for all addresses of an IPv6 /64, however they are written", () => {
  const networks = [
    ["2001:db8::1", "2001:db8::ffff:1", "2001:0DB8:0:0:1:2:3:4", "2001:db8:0:0::"],
    ["fe80::1", "fe80::1%eth0", "FE80:0:0:0:1:2:3:4%25en0"],
    ["2001:db8:1:2::", "2001:db8:1:2:3:4:5:6", "2001:0db8:0001:0002::6"],
    ["2001:db8:1:3::1"],
    ["2001:db8:1::1", "2001:db8:1:0:1::1"],
    ["::1", "::", "0:0:0:0:0:0:0:1"],
    ["1::", "1:0:0:0:9::"],
  ];
  const keys = networks.map((network) => [...new Set(network.map(addressKey))]);
  assertEquals(keys.map((ofNetwork) => ofNetwork.length), networks.map(() => 1));
  assertEquals(new Set(keys.flat()).size, networks.length);
});

Deno.test("isLoopback() is true for this machine's own addresses only", () => {
  for (const address of ["::1", "127.0.0.1", "127.9.9.9", "::ffff:127.0.0.1", "::FFFF:127.0.0.1"]) {
    assertEquals(isLoopback(address), true, address);
  }
  for (
    const address of [
      "192.168.0.1",
      "::2",
      "",
      "localhost",
      "127.0.0.1.evil",
      "1127.0.0.1",
      "::ffff:1.2.3.4",
    ]
  ) {
    assertEquals(isLoopback(address), false, address);
  }
});
