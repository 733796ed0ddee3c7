// Finds the addresses in a text. Pure, so that the server's page and the client show the same links.

/** A part of a text: to be shown as it is, or as a link to `href`. */
export interface Token {
  readonly text: string;
  /** Absolute; `http:`, `https:` or `mailto:`. */
  readonly href?: string;
}

/** What a link to anywhere gets: the other page learns nothing and search engines follow nothing. */
export const LINK_REL = "noopener noreferrer nofollow";

// An address in code is an example, no invitation.
const CODE = /```[\s\S]*?```|`[^`\n]+`/g;
// Bidi controls end an address: inside it they could show another one than it leads to.
const CANDIDATE = /(?<![\p{L}\p{N}_])(?:https?:\/\/|mailto:)[^\s<>"`\p{Cc}\p{Bidi_Control}]+/giu;
const TRAILING = new Set(".,;:!?'’”»…*_~|");
const BRACKETS = new Map([[")", "("], ["]", "["], ["}", "{"]]);

/** Cuts `text` into parts. Joined again they are `text`, except where a host is shown as punycode. */
export function findLinks(text: string): Token[] {
  const code = Array.from(
    text.matchAll(CODE),
    ({ index, 0: match }) => [index, index + match.length],
  );
  const tokens: Token[] = [];
  let end = 0;
  for (const { index, 0: match } of text.matchAll(CANDIDATE)) {
    if (code.some(([from = 0, to = 0]) => index >= from && index < to)) continue;
    const address = trimEnd(match);
    const link = toLink(address);
    if (link === undefined) continue;
    if (index > end) tokens.push({ text: text.slice(end, index) });
    tokens.push(link);
    end = index + address.length;
  }
  if (end < text.length) tokens.push({ text: text.slice(end) });
  return tokens;
}

/** `address` without what belongs to the sentence around it: its full stop, the bracket it stands in. */
function trimEnd(address: string): string {
  const surplus = new Map(
    Array.from(BRACKETS, ([close, open]) => [close, count(address, close) - count(address, open)]),
  );
  let end = address.length;
  for (; end > 0; end--) {
    const last = address.charAt(end - 1);
    const excess = surplus.get(last) ?? 0;
    if (excess > 0) surplus.set(last, excess - 1);
    else if (!TRAILING.has(last)) break;
  }
  return address.slice(0, end);
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}

function toLink(address: string): Token | undefined {
  const url = URL.parse(address);
  if (url === null) return undefined;
  if (url.protocol === "mailto:") {
    return /^[^@]+@[^@]+$/.test(url.pathname) ? { text: address, href: url.href } : undefined;
  }
  // `https://bank.example@evil.example` leads to the second and reads as the first.
  if (url.hostname === "" || url.username !== "" || url.password !== "") return undefined;
  return { text: withHonestHost(address, url.hostname), href: url.href };
}

/** `address` with its host as punycode when that is written in several scripts that look alike. */
function withHonestHost(address: string, hostname: string): string {
  const [, scheme = "", host = "", rest = ""] =
    /^(https?:\/\/)([^/?#:\\]*)(.*)$/isu.exec(address) ??
      [];
  return host !== "" && mixesScripts(host) ? `${scheme}${hostname}${rest}` : address;
}

// In the spirit of the "highly restrictive" level of UTS #39: Latin goes with the scripts of East Asia,
// whose letters nobody takes for Latin ones, and nothing else goes with anything.
const EAST_ASIAN =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}]/gu;
const SCRIPTS = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /[^\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Common}\p{Script=Inherited}]/u,
];

function mixesScripts(host: string): boolean {
  const letters = host.replace(EAST_ASIAN, "");
  return SCRIPTS.filter((script) => script.test(letters)).length > 1;
}
