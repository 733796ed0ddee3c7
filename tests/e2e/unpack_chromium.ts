// Prints the path of the Chromium that comes by npm. A process of its own, because the package unpacks
// into TMPDIR and takes whatever version already lies there.

// Not a literal in the import: that would put the package into the lock file, and then everyone who
// only wants to start the chat would download a browser of 67 MB first.
const specifier: string = Deno.args[0] ?? "";
const { default: chromium } = await import(specifier) as {
  default: { executablePath(): Promise<string> };
};
Deno.stdout.writeSync(new TextEncoder().encode(await chromium.executablePath()));
