// What a fault is to this suite: something that is broken on purpose, and what has to hold all the same.
//
// I1 what anybody was shown or told is stored is there afterwards; I2 numbers rise by one, in one order for
// everyone; I3 no id is stored twice; I4 the same process answers, or the next one after a restart; I5
// memory and descriptors come back to what they were; I6 people who do nothing wrong do not wait.

/** Decides what is left to chance; the same one breaks the same things, as far as time allows. */
export const SEED = Number(
  Deno.env.get("SEED") ?? crypto.getRandomValues(new Uint32Array(1))[0],
);

/** How hard to try: within seconds, or as long as it takes. */
export type Scale = "quick" | "long";

/** What came of it; what does not hold is thrown. */
export interface Outcome {
  /** How often it was broken. */
  readonly rounds: number;
  /** What was checked and measured, in a few words. */
  readonly checked: string;
}

/** One fault. */
export interface Fault {
  /** Its number in the list of `docs/faults.md`. */
  readonly number: number;
  /** What is broken, and what is promised: a sentence. */
  readonly title: string;
  /** Takes long: not in the quick half. */
  readonly isLong?: true;
  /** Why it cannot be tried here; `undefined` when it can. */
  readonly missing?: () => Promise<string | undefined>;
  readonly run: (scale: Scale) => Promise<Outcome>;
}

/** Has the quick half run as tests. */
export async function register(faults: readonly Fault[]): Promise<void> {
  for (const { number, title, isLong, missing, run } of faults) {
    if (isLong) continue;
    const reason = await missing?.();
    Deno.test({
      name: `Fault ${number}: ${title}${reason === undefined ? "" : ` (not here: ${reason})`}`,
      ignore: reason !== undefined,
      async fn() {
        try {
          await run("quick");
        } catch (cause) {
          throw new Error(`Broken with SEED=${SEED}`, { cause });
        }
      },
    });
  }
}
