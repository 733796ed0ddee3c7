// Prints the path of the Chromium that comes by npm. A process of its own, because the package unpacks
// into TMPDIR and takes whatever version already lies there.

import chromium from "@sparticuz/chromium";

Deno.stdout.writeSync(new TextEncoder().encode(await chromium.executablePath()));
