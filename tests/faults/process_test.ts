// The quick half of the fault suite, for the process; `deno task test:faults` runs the long half.

import { register } from "./fault.ts";
import { KILL_FAULTS } from "./kill.ts";

await register(KILL_FAULTS);
