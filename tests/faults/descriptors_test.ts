// The quick half of the fault suite, for file descriptors; `deno task test:faults` runs the long half.

import { DESCRIPTOR_FAULTS } from "./descriptors.ts";
import { register } from "./fault.ts";

await register(DESCRIPTOR_FAULTS);
