// A server under load that is about to be broken, and what must hold whatever was broken.

import { assert, assertEquals, assertLess, assertLessOrEqual } from "@std/assert";
import { Ledger } from "../helpers/ledger.ts";
import { Load, type LoadOptions, type Tally } from "../helpers/load.ts";
import { readMetrics } from "../helpers/metrics_page.ts";
import { type ProcessCost, readCost } from "../helpers/process_cost.ts";
import type { Target } from "../helpers/poster.ts";
import { Prober } from "../helpers/prober.ts";
import { ServerProcess } from "../helpers/server_process.ts";
import type { ServerOptions } from "../helpers/server_run.ts";

/** Messages in the file of the server: more than are on their way at any moment. */
export const HISTORY = 1000;

/** The longest that anybody but the one at fault may wait for an answer. */
const MAX_WAIT_MS = 250;

/** The longest that nobody may answer, with a restart in between. */
const MAX_GAP_MS = 5_000;

const WARM_UP_MESSAGES = 100;

/** What a process may hold after a fault, beyond what it held at first. */
const MAX_MORE_BYTES = 50 * 1024 * 1024;
const MAX_MORE_DESCRIPTORS = 5;

/** How to set a scene. */
export interface SceneOptions {
  readonly server?: ServerOptions;
  readonly load?: LoadOptions;
  /** Between the load and the server, such as a relay. @default nothing */
  readonly between?: (server: ServerProcess) => Target;
}

/** A server, its load and its ledger. */
export class Scene implements AsyncDisposable {
  readonly server: ServerProcess;
  readonly ledger: Ledger;
  readonly load: Load;
  readonly prober: Prober;
  readonly #cost: ProcessCost | undefined;
  #refusedProbes = 0;

  private constructor(parts: Pick<Scene, "server" | "ledger" | "load" | "prober">) {
    this.server = parts.server;
    this.ledger = parts.ledger;
    this.load = parts.load;
    this.prober = parts.prober;
    this.#cost = readCost(this.server.pid);
  }

  static async set({ server: options = {}, load, between }: SceneOptions = {}): Promise<Scene> {
    const { args = ["--rate=0"], ...rest } = options;
    await using stack = new AsyncDisposableStack();
    const server = stack.use(
      await ServerProcess.start({ args: [...args, `--history=${HISTORY}`], ...rest }),
    );
    const ledger = new Ledger({ history: HISTORY });
    const people = stack.use(await Load.start(between?.(server) ?? server, ledger, load));
    const prober = stack.use(await Prober.start(server));
    // What a process needs to get going is not what a fault costs.
    await people.progress(WARM_UP_MESSAGES);
    stack.move();
    return new Scene({ server, ledger, prober, load: people });
  }

  /**
   * Ends the load and holds that nothing is lost, doubled or out of order; `metrics` when this process
   * has seen it all, so that its counts must be those of the load.
   */
  async settle({ metrics = true } = {}): Promise<string> {
    const tally = await this.load.settle();
    this.ledger.checkFile(await Deno.readTextFile(this.server.inData("messages.json")));
    await assertHealthy(this.server);
    const said = [`${tally.stored} messages`];
    if (metrics) said.push(await this.#compareMetrics(tally), this.#compareCost());
    return said.join(", ");
  }

  /** I4, while the disk refuses: it answers, and says so. */
  async assertUnhealthy(): Promise<void> {
    const response = await fetch(`${this.server.url}/healthz`);
    const problem = await response.json();
    assertEquals([response.status, problem.code], [503, "not_saved"]);
    assert(!problem.detail.includes("/"), `a path in ${problem.detail}`);
    this.#refusedProbes++;
  }

  async #compareMetrics(tally: Tally): Promise<string> {
    const expected = {
      chat_messages_total: tally.stored,
      chat_connections_total: tally.welcomes,
      'chat_refused_total{code="not_saved"}': (tally.refusals.get("not_saved") ?? 0) +
        this.#refusedProbes,
      chat_faults_total: 0,
      chat_skipped_messages_total: 0,
    };
    const page = await readMetrics(this.server.url);
    const counted = Object.fromEntries(
      Object.keys(expected).map((name) => [name, page.get(name)]),
    );
    assertEquals(counted, expected, "the metrics are not what the load counted");
    return "metrics equal";
  }

  /** I5: the process holds what it held at first, and a little. */
  #compareCost(): string {
    const now = readCost(this.server.pid);
    if (now === undefined || this.#cost === undefined) return "I5 not known here";
    const more = now.residentBytes - this.#cost.residentBytes;
    assertLess(more, MAX_MORE_BYTES, "I5: memory");
    const moreDescriptors = Math.abs(now.descriptors - this.#cost.descriptors);
    assertLessOrEqual(moreDescriptors, MAX_MORE_DESCRIPTORS, "I5: descriptors");
    return `I5 ${more < 0 ? "" : "+"}${(more / 1e6).toFixed(0)} MB`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.prober[Symbol.asyncDispose]();
    await this.load[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
  }
}

/** I4: it answers, and well, within five seconds. */
export async function assertHealthy(target: Target): Promise<void> {
  const signal = AbortSignal.timeout(5_000);
  const response = await fetch(`${target.url}/healthz`, { signal });
  const text = await response.text();
  if (!response.ok) throw new Error(`I4: /healthz says ${response.status} ${text}`);
}

/** I4: after a death and a restart, nobody was without a server for long. */
export function assertBack(prober: Prober): string {
  assertLess(prober.longestGapMs, MAX_GAP_MS, "I4: nobody answered");
  return `nobody there for ${prober.longestGapMs.toFixed(0)} ms at most`;
}

/** I6: who only reads has not waited, but for what a busy machine makes everybody wait. */
export function assertFast({ p99Ms, bareP99Ms }: Prober): string {
  const said = `reads p99 ${p99Ms.toFixed(0)} ms (a bare server ${bareP99Ms.toFixed(0)} ms)`;
  assertLess(p99Ms, MAX_WAIT_MS + bareP99Ms, `I6: ${said}`);
  return said;
}
