// Loaded into a server before its own code (`deno run --preload`), to make mistakes that it does not
// make by itself: there is no other way to see from outside what it does about them.

/** Thrown by the mistakes; must never get out to anyone. */
const SECRET = "secret /etc/path";

const { normalize } = String.prototype;
const { parse } = JSON;

// A name is normalized while a request is answered.
String.prototype.normalize = function (form) {
  if (String(this) === "breaks an answer") throw new Error(SECRET);
  return normalize.call(this, form);
};

// A frame is parsed in the handler of a socket's event, where a throw would end the process, and so
// would one that nobody can catch.
JSON.parse = function (text, reviver) {
  if (text.includes("breaks a handler")) throw new Error(SECRET);
  if (text.includes("breaks a promise")) Promise.reject(new Error(SECRET));
  if (text.includes("breaks a timer")) {
    setTimeout(() => {
      throw new Error(SECRET);
    });
  }
  return parse(text, reviver);
};

// A request that is answered otherwise after its upgrade makes Deno stop listening for good.
const { upgradeWebSocket } = Deno;
Object.defineProperty(Deno, "upgradeWebSocket", {
  value(request: Request, options: Deno.UpgradeWebSocketOptions) {
    const breaks = request.url.includes("breaks-listening");
    const upgrade = upgradeWebSocket(request, options);
    if (breaks) throw new Error(SECRET);
    return upgrade;
  },
});
