// The quick half of the fault suite, for hostile frames; `deno task test:faults` runs the long half.

import { register } from "./fault.ts";
import { FRAME_FAULTS } from "./frames.ts";

await register(FRAME_FAULTS);
