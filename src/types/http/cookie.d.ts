// The part of @std/http/cookie that Parley uses; npm:deno-std carries no types of its own.
export interface Cookie {
  name: string;
  value: string;
  maxAge?: number;
  path?: string;
  secure?: boolean;
  httpOnly?: boolean;
  sameSite?: "Strict" | "Lax" | "None";
}
export declare function setCookie(headers: Headers, cookie: Cookie): void;
