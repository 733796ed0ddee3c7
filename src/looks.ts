// How names look, whatever letters they are written with: two people whose names cannot be told apart
// are one person to everyone else. Pure, and small enough to go to the browser.

// Letters that look like a Latin one, of the alphabets that have many of them: Latin itself, Greek, Coptic,
// Cyrillic, Armenian, Cherokee and Lisu. From Unicode's `confusables.txt` (UTS #39), without what NFKC
// unites already. The whole file would be a hundred times as long, for scripts that few people mix.
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  A: "ΑАᎪꓮ",
  B: "ꞴΒВᏴꓐ",
  C: "ⲤСᏟꓚ",
  D: "Ꭰꓓ",
  E: "ΕЕᎬꓰ",
  F: "ꞘϜꓝ",
  G: "ԌᏀᏳꓖ",
  H: "ΗⲎНᎻꓧ",
  I: "ΙⲒІӀꓲ",
  J: "ꞲͿЈᎫꓙ",
  K: "ΚⲔКᏦꓗ",
  L: "ⳐᏞꓡ",
  M: "ΜϺⲘМᎷꓟ",
  N: "ΝⲚꓠ",
  O: "ΟⲞОՕꓳ",
  P: "ΡⲢРᏢꓑ",
  R: "ƦᎡᏒꓣ",
  S: "ЅՏᏕᏚꓢ",
  T: "ΤⲦТᎢꓔ",
  U: "Սꓴ",
  V: "ѴᏙꓦ",
  W: "ԜᎳᏔꓪ",
  X: "ꞳΧⲬХꓫ",
  Y: "ΥⲨУҮᎩᎽꓬ",
  Z: "ΖᏃꓜ",
  a: "ɑαа",
  b: "ƄЬᏏ",
  c: "ᴄⲥсꮯ",
  d: "ԁᏧꓒ",
  e: "ꬲеҽ",
  f: "ꬵꞙẝք",
  g: "ɡᶃƍց",
  h: "һհᏂ",
  i: "ıɪɩιіꙇӏꭵᎥ",
  j: "ϳј",
  l: "Ɩǀ",
  n: "ոռ",
  o: "ᴏᴑꬽοσⲟоჿօ",
  p: "ρⲣр",
  q: "ԛգզ",
  r: "ꭇꭈᴦⲅгꮁ",
  s: "ꜱƽѕꮪ",
  u: "ꞟᴜꭎꭒʋυս",
  v: "ᴠνѵꮩ",
  w: "ɯᴡѡԝաꮃ",
  x: "х",
  y: "ɣᶌʏỿꭚγуүყ",
  z: "ᴢꮓ",
};

/** Alphabets whose letters are taken for each other's. */
const ALPHABETS = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Coptic}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Cherokee}/u,
  /\p{Script=Lisu}/u,
];

// Who would be taken for the program, or for whoever runs it.
const RESERVED = [
  "admin",
  "administrator",
  "moderator",
  "operator",
  "parley",
  "root",
  "server",
  "support",
  "sysadmin",
  "system",
  "админ",
  "администратор",
  "модератор",
  "оператор",
  "поддержка",
  "сервер",
  "система",
];

// Worked out once, not for every name that is looked at. Marked pure, because the page's script has no use
// for them: a bundler leaves out only what it knows to do nothing else.
const LATIN_OF = /* @__PURE__ */ turnAround(LOOK_ALIKES);
const RESERVED_SPELLED = /* @__PURE__ */ spellAll(RESERVED);

// So that a letter is looked up and not searched for.
function turnAround(lookAlikes: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  const entries = Object.entries(lookAlikes);
  return new Map(entries.flatMap(([latin, all]) => Array.from(all, (each) => [each, latin])));
}

function spellAll(words: readonly string[]): ReadonlySet<string> {
  return new Set(words.map(spelled));
}

/** `text` with a Latin letter for each one that looks like it; upper and lower case stay. */
export function latinLook(text: string): string {
  return text.normalize("NFKC").replace(/[^\0-\x7f]/gu, toLatin);
}

/** What `text` looks like where I, l, 1 and | are one, and O and 0; upper and lower case stay. */
export function bareLook(text: string): string {
  return latinLook(text).replace(/[I1|]/g, "l").replace(/[0O]/g, "o");
}

/** Whether a word of `text` has letters of several alphabets that look alike (UTS #39, section 5.1). */
export function mixesAlphabets(text: string): boolean {
  const words = text.normalize("NFKC").match(/[\p{L}\p{M}]+/gu) ?? [];
  return words.some((word) => ALPHABETS.filter((letters) => letters.test(word)).length > 1);
}

/** Whether `name` reads like one of those that nobody may have, with digits or signs around it too. */
export function isReserved(name: string): boolean {
  const inner = name.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, "");
  // Small letters of an alphabet look like others than its capitals do.
  const given = [name, inner].flatMap((text) => [text, text.toLowerCase()]).map(spelled);
  return given.some((word) => RESERVED_SPELLED.has(word));
}

/** The letters of `text` alone, with those that stand in for others read as them. */
function spelled(text: string): string {
  return latinLook(text).toLowerCase().normalize("NFD")
    .replace(/[1l|!]/g, "i").replace(/0/g, "o").replace(/3/g, "e").replace(/[4@]/g, "a")
    .replace(/[5$]/g, "s").replace(/7/g, "t").replace(/[^\p{L}]/gu, "");
}

function toLatin(letter: string): string {
  return LATIN_OF.get(letter) ?? letter;
}
