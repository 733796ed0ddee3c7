// The process dies: at any moment, and at every step of a write.

import { assertEquals } from "@std/assert";
import { chance } from "../helpers/chance.ts";
import { type Fault, type Outcome, type Scale, SEED } from "./fault.ts";
import { assertBack, HISTORY, Scene } from "./scene.ts";
import { Strace, straceMissing } from "./strace.ts";

/** The steps of one write, as the system sees them. */
const STEPS = ["openat", "write", "fsync", "rename"];

/** The shortest and the longest life of a server under load; some have hardly begun. */
const LIFE_MS = { min: 0, max: 800 };
const SHORT_LIFE_MS = { min: 0, max: 250 };

/** Faults of the process. */
export const KILL_FAULTS: readonly Fault[] = [
  {
    number: 1,
    title: "kill -9 under load loses, doubles and reorders nothing",
    run: (scale) =>
      scale === "quick" ? killAnywhere(10, SHORT_LIFE_MS) : killAnywhere(100, LIFE_MS),
  },
  {
    number: 2,
    title: "kill -9 at each step of a write loses nothing and leaves nothing behind",
    missing: straceMissing,
    run: killAtSteps,
  },
];

async function killAnywhere(rounds: number, life: typeof LIFE_MS): Promise<Outcome> {
  const random = chance(SEED);
  await using scene = await Scene.set({ load: { speakers: 20, readers: 2, posters: 2 } });
  const { server, load } = scene;
  for (let round = 0; round < rounds; round++) {
    await load.goOn(life.min + random() * (life.max - life.min));
    await die(scene, () => server.kill("SIGKILL"));
  }
  // Killed while it started, some rounds may have shown nothing.
  await load.progress(1);
  const said = await scene.settle({ metrics: false });
  return { rounds, checked: `I1–I4, ${said}, ${assertBack(scene.prober)}, SEED=${SEED}` };
}

async function killAtSteps(scale: Scale): Promise<Outcome> {
  await using scene = await Scene.set({ load: { speakers: 2, readers: 1, underWay: 2 } });
  const { server, load } = scene;
  const times = scale === "quick" ? [1] : [1, 2, 3, 5, 8, 13];
  let rounds = 0;
  for (const step of STEPS) {
    for (const when of times) {
      await load.progress(1);
      // Only what touches the files of the store: a socket is written to, too.
      const paths = ["messages.json", "messages.json.tmp"].map((name) => server.inData(name));
      await die(scene, async () => {
        await using _strace = await Strace.attach(server.pid, {
          inject: `${step}:signal=SIGKILL:when=${when}`,
          paths: step === "fsync" ? [...paths, server.inData("")] : paths,
        });
        await server.ended;
      });
      rounds++;
    }
  }
  const said = await scene.settle({ metrics: false });
  const left = [...Deno.readDirSync(server.inData(""))].map(({ name }) => name).sort();
  assertEquals(left, ["lock", "messages.json"]);
  return { rounds, checked: `I1–I4 at ${STEPS.join(", ")}, no leftovers, ${said}` };
}

/** Has the server die, holds that its file is whole and has everything, and starts the next. */
async function die({ server, ledger }: Scene, kill: () => void | Promise<void>): Promise<void> {
  await kill();
  const { signal } = await server.ended;
  if (signal !== "SIGKILL") throw new Error(`The server ended by ${signal}`);
  ledger.checkFile(await Deno.readTextFile(server.inData("messages.json")));
  await server.restart({ args: ["--rate=0", `--history=${HISTORY}`] });
}
