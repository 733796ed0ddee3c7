// The door as a person sees it: a page that asks for the password, and what its form sends. Works without
// a script.

import { setCookie } from "@std/http/cookie";
import { escape } from "@std/html/entities";
import { readForm } from "./body.ts";
import type { Config } from "./config.ts";
import { type Door, PASS_COOKIE } from "./door.ts";
import { type ChatError, toChatError } from "./errors.ts";
import { checkOrigin } from "./guard.ts";
import type { Observer } from "./observer.ts";
import { PageParts } from "./page_parts.ts";
import { TOKEN_SECONDS } from "./password.ts";
import { preferencesOf } from "./preferences.ts";
import { refusalHeaders } from "./problem.ts";
import { fillTemplate } from "./template.ts";
import type { Visitor } from "./visitor.ts";
import { wordsOf } from "./words/languages.ts";

/** What the login page needs from the server. */
export interface LoginPageDeps {
  readonly config: Pick<Config, "title" | "allowOrigins">;
  readonly door: Door;
  readonly observer: Observer;
  /** `static/login.html`. */
  readonly template: string;
}

/** What is shown instead of the chat, and `POST /login`. */
export class LoginPage {
  readonly #deps: LoginPageDeps;
  readonly #parts = new PageParts();

  constructor(deps: LoginPageDeps) {
    this.#deps = deps;
  }

  /** The page, with the status of `refusal`; a first visit is not told that it did something wrong. */
  show(request: Request, refusal: ChatError, options: { isRetry?: boolean } = {}): Response {
    const preferences = preferencesOf(request);
    const error = options.isRetry === true || refusal.code !== "unauthorized"
      ? wordsOf(preferences.language).refusal(refusal)
      : undefined;
    const html = fillTemplate(this.#deps.template, {
      ...this.#parts.chrome(preferences),
      title: escape(this.#deps.config.title),
      error: escape(error ?? ""),
      errorHidden: error === undefined ? "hidden" : "",
    });
    const headers = refusalHeaders(refusal, {
      "content-type": "text/html; charset=utf-8",
      "content-language": preferences.language,
    });
    return new Response(html, { status: refusal.status, headers });
  }

  /** Lets in who sent the password, with a cookie and on to the chat; anyone else gets the page. */
  async submit(request: Request, visitor: Visitor): Promise<Response> {
    const { config, door, observer } = this.#deps;
    try {
      checkOrigin({ headers: request.headers, outside: visitor.outside }, config.allowOrigins);
      const fields = await readForm(request);
      const token = await door.enter(fields.get("password") ?? "", visitor.address);
      const headers = new Headers({ location: "/", "cache-control": "no-store" });
      setCookie(headers, {
        name: PASS_COOKIE,
        value: token,
        maxAge: TOKEN_SECONDS,
        path: "/",
        httpOnly: true,
        sameSite: "Lax",
        secure: visitor.outside.protocol === "https:",
      });
      return new Response(null, { status: 303, headers });
    } catch (thrown) {
      const error = toChatError(thrown);
      observer.refused(error, "login");
      return this.show(request, error, { isRetry: true });
    }
  }
}
