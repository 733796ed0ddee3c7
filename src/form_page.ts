// The chat without JavaScript: the page with its form, and what the form sends.

import { setCookie } from "@std/http/cookie";
import { readForm } from "./body.ts";
import type { Config } from "./config.ts";
import { readCookie } from "./cookies.ts";
import { ChatError, toChatError } from "./errors.ts";
import { checkOrigin } from "./guard.ts";
import { isMessageId } from "./message.ts";
import type { Observer } from "./observer.ts";
import { renderPage } from "./page.ts";
import { PageParts } from "./page_parts.ts";
import { cookieKey, KEY_COOKIE, NAME_COOKIE, type Posting } from "./posting.ts";
import { keepChoice, preferencesOf } from "./preferences.ts";
import { refusalHeaders } from "./problem.ts";
import { decodePost, wireLimits } from "./protocol.ts";
import type { Room } from "./room.ts";
import type { MessageStore } from "./store.ts";
import type { Visitor } from "./visitor.ts";
import { wordsOf } from "./words/languages.ts";

const COOKIE_SECONDS = 365 * 24 * 60 * 60;

/** What the page needs from the server. */
export interface FormPageDeps {
  readonly config: Config;
  readonly store: MessageStore;
  readonly room: Room;
  readonly posting: Posting;
  readonly observer: Observer;
  /** The HTML with its placeholders. */
  readonly template: string;
  readonly newId: () => string;
  readonly newKey: () => string;
}

interface Form {
  readonly id: string;
  readonly name: string;
  readonly text: string;
}

interface Answer {
  readonly form: Form;
  readonly error?: ChatError;
}

/** `GET /` and `POST /`. */
export class FormPage {
  readonly #deps: FormPageDeps;
  readonly #parts = new PageParts();

  constructor(deps: FormPageDeps) {
    this.#deps = deps;
  }

  /** The page as it is now; or the way to it, when the address chooses how it is to look. */
  show(request: Request, visitor: Visitor): Response {
    const form = { id: this.#deps.newId(), name: cookieName(request), text: "" };
    return keepChoice(request, { secure: isSecure(visitor) }) ?? this.#render(request, { form });
  }

  /**
   * Stores what the form sent and answers with the new page. A refusal of anything that came as a form
   * is the page too, with the reason and with what was typed.
   *
   * @throws {ChatError} `unsupported_type` for what is no form.
   */
  async submit(request: Request, visitor: Visitor): Promise<Response> {
    const { config, newId, observer } = this.#deps;
    let form: Form = { id: newId(), name: cookieName(request), text: "" };
    try {
      checkOrigin({ headers: request.headers, outside: visitor.outside }, config.allowOrigins);
      const fields = await readForm(request);
      form = this.#toForm(fields);
      const cookies = await this.#post(request, { fields, visitor });
      const page = this.#render(request, { form: { id: newId(), name: form.name, text: "" } });
      for (const [name, value] of cookies) {
        setCookie(page.headers, {
          name,
          value,
          maxAge: COOKIE_SECONDS,
          path: "/",
          httpOnly: true,
          sameSite: "Lax",
          secure: isSecure(visitor),
        });
      }
      return page;
    } catch (thrown) {
      const error = toChatError(thrown);
      if (error.code === "unsupported_type") throw error;
      observer.refused(error, "form");
      return this.#render(request, { form, error });
    }
  }

  // Trying again must be trying the same message again, so a good id stays in the form.
  #toForm(fields: ReadonlyMap<string, string>): Form {
    const id = fields.get("id") ?? "";
    return {
      id: isMessageId(id) ? id : this.#deps.newId(),
      name: fields.get("name") ?? "",
      text: fields.get("text") ?? "",
    };
  }

  async #post(
    request: Request,
    { fields, visitor }: { fields: ReadonlyMap<string, string>; visitor: Visitor },
  ): Promise<[name: string, value: string][]> {
    const key = cookieKey(request);
    const post = decodePost({
      name: fields.get("name") ?? "",
      text: fields.get("text") ?? "",
      ...(fields.has("id") ? { id: fields.get("id") } : {}),
      ...(key === undefined ? {} : { key }),
    });
    // A program that keeps no cookie would lock itself out of its own name with its first post. So
    // the name is only claimed by a browser, or when the cookie comes back.
    const claims = isBrowser(request);
    const { message, claim } = await this.#deps.posting.post(post, {
      address: visitor.address,
      claims,
    });
    return [
      [KEY_COOKIE, claim?.key ?? this.#deps.newKey()],
      [NAME_COOKIE, encodeURIComponent(message.name)],
    ];
  }

  #render(request: Request, { form, error }: Answer): Response {
    const { config, room, store, template } = this.#deps;
    const preferences = preferencesOf(request);
    const html = renderPage({
      template,
      title: config.title,
      log: store.log,
      messages: room.history.last(config.history),
      online: room.online,
      limits: wireLimits(config),
      form,
      preferences,
      ...(error === undefined ? {} : { error: wordsOf(preferences.language).refusal(error) }),
    }, this.#parts);
    const type = {
      "content-type": "text/html; charset=utf-8",
      "content-language": preferences.language,
      vary: "accept-language, cookie",
    };
    // Each page has the id of the message that will be written in it. Out of a cache the id could come
    // back after it was used, and the next message would count as a repetition of the last.
    return error === undefined
      ? new Response(html, { headers: { ...type, "cache-control": "no-store" } })
      : new Response(html, { status: error.status, headers: refusalHeaders(error, type) });
  }
}

function isSecure({ outside }: Visitor): boolean {
  return outside.protocol === "https:";
}

/** Browsers send at least one of these with every post. */
function isBrowser(request: Request): boolean {
  return request.headers.has("origin") || request.headers.has("sec-fetch-site");
}

function cookieName(request: Request): string {
  const value = readCookie(request, NAME_COOKIE) ?? "";
  try {
    return decodeURIComponent(value);
  } catch (error) {
    // Not our cookie any more; the field is simply empty then.
    if (error instanceof URIError) return "";
    throw error;
  }
}
