// Prints the source of axe-core. Not a literal in the import, for the reason that
// `unpack_chromium.ts` has.

const specifier: string = Deno.args[0] ?? "";
const { default: axe } = await import(specifier) as { default: { source: string } };
let rest = new TextEncoder().encode(axe.source);
while (rest.length > 0) rest = rest.subarray(Deno.stdout.writeSync(rest));
