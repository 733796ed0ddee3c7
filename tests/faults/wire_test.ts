// The quick half of the fault suite, for lost answers and jumping clocks; `deno task test:faults` runs the
// long half.

import { CLOCK_FAULTS } from "./clock.ts";
import { register } from "./fault.ts";
import { REPEAT_FAULTS } from "./repeat.ts";

await register([...REPEAT_FAULTS, ...CLOCK_FAULTS]);
