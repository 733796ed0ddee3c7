// The quick half of the fault suite, for the network; `deno task test:faults` runs the long half.

import { register } from "./fault.ts";
import { NETWORK_FAULTS } from "./network.ts";

await register(NETWORK_FAULTS);
