// The quick half of the fault suite, for slow clients; `deno task test:faults` runs the long half.

import { register } from "./fault.ts";
import { SLOW_FAULTS } from "./slow.ts";

await register(SLOW_FAULTS);
