// The quick half of the fault suite, for the disk; `deno task test:faults` runs the long half.

import { DISK_FAULTS } from "./disk.ts";
import { register } from "./fault.ts";

await register(DISK_FAULTS);
