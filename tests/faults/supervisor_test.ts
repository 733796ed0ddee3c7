// The quick half of the fault suite, for memory; `deno task test:faults` runs the long half.

import { register } from "./fault.ts";
import { SUPERVISOR_FAULTS } from "./supervisor.ts";

await register(SUPERVISOR_FAULTS);
