// What a process keeps: V8 collects garbage when it likes, so memory is compared after rests, in which it
// gives back what nobody needs.

import { assertLess } from "@std/assert";
import { procMissing, residentMb } from "../helpers/process_facts.ts";
import { ServerProcess } from "../helpers/server_process.ts";
import { JsonClient } from "../helpers/ws_client.ts";
import type { Fault, Outcome } from "./fault.ts";

const ROUNDS = 12;

/** In these the window of messages and whatever else has a limit becomes full. */
const WARM_UP_ROUNDS = 3;

const PEOPLE = 20;
const MESSAGES_EACH = 500;

/** V8 gives memory back within some twelve seconds. */
const REST_MS = 20_000;

/** In any rest after the first one that counts. */
const MAX_MORE_MB = 10;

/** Faults of what is kept. */
export const BURST_FAULTS: readonly Fault[] = [{
  number: 36,
  title: "after every burst the process holds as much as after the one before",
  isLong: true,
  missing: procMissing,
  run: bursts,
}];

async function bursts(): Promise<Outcome> {
  await using server = await ServerProcess.start({ args: ["--rate=0"] });
  const held: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await Promise.all(Array.from({ length: PEOPLE }, (_, n) => talk(server.url, `${round}.${n}`)));
    await new Promise((resolve) => setTimeout(resolve, REST_MS));
    held.push(residentMb(server.pid));
  }
  const [first = 0, ...later] = held.slice(WARM_UP_ROUNDS);
  assertLess(Math.max(...later) - first, MAX_MORE_MB);
  return {
    rounds: ROUNDS,
    checked: `${PEOPLE * MESSAGES_EACH} messages each, ${
      held.map((mb) => mb.toFixed(0)).join(", ")
    } MB after each`,
  };
}

async function talk(url: string, name: string): Promise<void> {
  await using person = await JsonClient.open(url);
  await person.join(`Guest ${name}`);
  for (let n = 0; n < MESSAGES_EACH; n++) await person.say(`${n}`);
}
