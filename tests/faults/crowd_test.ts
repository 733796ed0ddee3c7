// The quick half of the fault suite, for crowds; `deno task test:faults` runs the long half.

import { CHURN_FAULTS } from "./churn.ts";
import { CROWD_FAULTS } from "./crowd.ts";
import { register } from "./fault.ts";

await register([...CROWD_FAULTS, ...CHURN_FAULTS]);
