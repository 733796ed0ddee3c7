// The load generator, a process of its own so that it can have a processor of its own: one load against one
// server, told by one argument in JSON; prints what it has measured, in JSON.

import { age, burst } from "./loads/burst.ts";
import { connect, idle } from "./loads/connections.ts";
import { fanOut } from "./loads/fan_out.ts";
import { latency } from "./loads/latency.ts";
import { page, post } from "./loads/requests.ts";
import type { Measurements, Target } from "./loads/target.ts";

const LOADS = { burst, age, connect, idle, fanOut, latency, page, post };

/** One load, and how large it is to be. */
export type Task = {
  [Name in keyof typeof LOADS]: {
    readonly load: Name;
    readonly size: Parameters<typeof LOADS[Name]>[1];
  };
}[keyof typeof LOADS];

/** What a load process is told. */
export type Job = Task & { readonly target: Target };

if (import.meta.main) {
  const { load, target, size }: Job = JSON.parse(Deno.args[0] ?? "");
  const run = LOADS[load] as (target: Target, size: Task["size"]) => Promise<Measurements>;
  const measured = await run(target, size);
  Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(measured)));
  Deno.exit();
}
