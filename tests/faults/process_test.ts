// The quick half of the fault suite, for the process; `deno task test:faults` runs the long half.

import { register } from "./fault.ts";
import { KILL_FAULTS } from "./kill.ts";
import { LOG_FAULTS } from "./log.ts";
import { START_FAULTS } from "./start.ts";
import { STOP_FAULTS } from "./stop.ts";

await register([...KILL_FAULTS, ...START_FAULTS, ...LOG_FAULTS, ...STOP_FAULTS]);
