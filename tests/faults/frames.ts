// Frames that no honest client sends: at random, of every wrong kind, and larger than any memory.

import { assertEquals, assertLess } from "@std/assert";
import { chance } from "../helpers/chance.ts";
import { HostileSocket } from "../helpers/hostile_socket.ts";
import { readMetrics, untilMetrics } from "../helpers/metrics_page.ts";
import {
  limitAddressSpace,
  MemoryWatch,
  prlimitMissing,
  procMissing,
  residentMb,
} from "../helpers/process_facts.ts";
import { RawWebSocket } from "../helpers/raw_ws.ts";
import type { ServerOptions } from "../helpers/server_run.ts";
import { bytesOf, type WireFrame } from "../helpers/wire_frame.ts";
import { type Fault, type Outcome, type Scale, SEED } from "./fault.ts";
import { assertFast, Scene } from "./scene.ts";

/** Frames that one hostile socket sends. */
const FRAMES_A_SOCKET = 50;

/** Hostile sockets at a time. */
const AT_ONCE = 10;

/** What a hostile connection may cost. */
const MAX_GROWTH_MB = 50;

/** More than the longest string there can be, which is 512 MiB less a little. */
const DEADLY_MIB = 520;

const MIB = 1024 * 1024;

const PLAIN: ServerOptions = { args: ["--rate=0", "--max-per-address=0"], mayFail: true };
const SHIELD: ServerOptions = {
  args: ["--rate=0", "--max-per-address=0", "--shield"],
  mayFail: true,
};

/** Room for a few dozen of the claims, and for everything else that a server does. */
const MORE_ADDRESS_SPACE_MB = 4 * 1024;

/** Faults of frames. */
export const FRAME_FAULTS: readonly Fault[] = [
  {
    number: 16,
    title: "random frames end only the socket that sends them",
    run: (scale) => fuzz(scale, PLAIN),
  },
  {
    number: 16,
    title: "random frames end only the socket that sends them, with --shield",
    run: (scale) => fuzz(scale, SHIELD),
  },
  {
    number: 16,
    title: "a frame that no client may send is answered with its code, with --shield",
    run: wrongFrames,
  },
  {
    number: 17,
    title: "a message in endless fragments is ended at the limit, with --shield",
    missing: procMissing,
    run: endlessMessage,
  },
  {
    number: 17,
    title: "a message of 520 MiB is ended at the limit, with --shield",
    missing: procMissing,
    run: () => deadlyMessage(SHIELD, MAX_GROWTH_MB),
  },
  {
    number: 17,
    title: "a message of 520 MiB does not end the process, which would end every other one",
    missing: procMissing,
    run: () => deadlyMessage(PLAIN, Infinity),
  },
  {
    number: 18,
    title: "frames that claim 64 MiB are ended by their header, with --shield",
    missing: prlimitMissing,
    run: claims,
  },
];

async function fuzz(scale: Scale, options: ServerOptions): Promise<Outcome> {
  const random = chance(SEED);
  const total = scale === "quick" ? 2_000 : 100_000;
  await using scene = await Scene.set({ server: options, load: { pauseMs: 5 } });
  const { server, prober } = scene;
  const before = (await readMetrics(server.url)).get("chat_active_connections");
  const sockets = total / FRAMES_A_SOCKET;
  for (let done = 0; done < sockets; done += AT_ONCE) {
    // Drawn before, so that the seed decides them all.
    const floods = Array.from({ length: AT_ONCE }, () => randomFrames(random));
    await Promise.all(floods.map(async (frames) => {
      using hostile = await HostileSocket.open(server.port);
      for (const frame of frames) if (!await hostile.write(frame)) return;
    }));
  }
  await untilMetrics(server.url, (page) => page.get("chat_active_connections") === before)
    .catch((error) => {
      throw new Error(`SEED=${SEED}`, { cause: error });
    });
  const said = await scene.settle({ metrics: false });
  assertEquals((await readMetrics(server.url)).get("chat_faults_total"), 0, `SEED=${SEED}`);
  return {
    rounds: total,
    checked: `I1–I4, no fault, sockets back, ${assertFast(prober)}, ${said}, SEED ${SEED}`,
  };
}

/** Frames and things like frames: whole, cut, with a bit turned, or nothing but chance. */
function randomFrames(random: () => number): Uint8Array[] {
  const below = (n: number) => Math.floor(random() * n);
  return Array.from({ length: FRAMES_A_SOCKET }, () => {
    const bytes = bytesOf({
      opcode: random() < 0.8 ? [0, 1, 2, 9, 10][below(5)] ?? 1 : below(16),
      isLast: random() < 0.6,
      isMasked: random() < 0.97,
      reserved: random() < 0.97 ? 0 : below(8),
      payload: random() < 0.9 ? below(125) : below(70_000),
      ...(random() < 0.97 ? {} : { claim: below(2 ** 31) }),
    });
    const kind = random();
    if (kind < 0.05) return crypto.getRandomValues(new Uint8Array(below(200)));
    if (kind < 0.1) return bytes.subarray(0, below(bytes.length));
    if (kind < 0.2) {
      const at = below(Math.min(bytes.length, 20));
      bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8));
    }
    return bytes;
  });
}

const GOOD: WireFrame = { opcode: 1, isLast: true, isMasked: true, reserved: 0, payload: 5 };

const WRONG: [what: string, frames: Partial<WireFrame>[], code: number][] = [
  ["unmasked", [{ isMasked: false }], 1002],
  ["a ping over 125 bytes", [{ opcode: 9, payload: 200 }], 1002],
  ["a pong of 1 MiB", [{ opcode: 10, payload: MIB }], 1002],
  ["a frame that claims 64 MiB", [{ payload: 0, claim: 64 * MIB - 1 }], 1009],
  ["a frame that claims everything", [{ payload: 0, claim: 2 ** 63 }], 1009],
];

async function wrongFrames(): Promise<Outcome> {
  await using scene = await Scene.set({ server: SHIELD, load: { speakers: 1 } });
  for (const [what, frames, code] of WRONG) {
    using hostile = await RawWebSocket.open(scene.server.port);
    // The 1 MiB of one may be more than is taken.
    for (const frame of frames) {
      await hostile.connection.write(bytesOf({ ...GOOD, ...frame })).catch((error) => error);
    }
    assertEquals([what, (await hostile.readClose()).code], [what, code]);
  }
  return {
    rounds: WRONG.length,
    checked: `1002 or 1009 for each, ${assertFast(scene.prober)}, ${await scene.settle({
      metrics: false,
    })}`,
  };
}

async function endlessMessage(): Promise<Outcome> {
  await using scene = await Scene.set({ server: SHIELD, load: { pauseMs: 5 } });
  const { server, prober } = scene;
  const base = residentMb(server.pid);
  using memory = new MemoryWatch(server.pid);
  const sizes = [1024, 16 * 1024, MIB];
  let slowest = 0;
  for (const payload of sizes) {
    using hostile = await HostileSocket.open(server.port);
    const startedAt = performance.now();
    const ended = hostile.readToEnd();
    let isFirst = true;
    while (
      await hostile.write(bytesOf({ ...GOOD, opcode: isFirst ? 1 : 0, isLast: false, payload }))
    ) {
      isFirst = false;
    }
    await ended;
    slowest = Math.max(slowest, performance.now() - startedAt);
  }
  assertLess(slowest, 7_000);
  assertLess(memory.peakMb - base, MAX_GROWTH_MB);
  const said = await scene.settle({ metrics: false });
  return {
    rounds: sizes.length,
    checked: `ended in ${slowest.toFixed(0)} ms at most, memory +${
      (memory.peakMb - base).toFixed(0)
    } MB, ${assertFast(prober)}, ${said}`,
  };
}

async function deadlyMessage(options: ServerOptions, maxGrowthMb: number): Promise<Outcome> {
  await using scene = await Scene.set({ server: options, load: { pauseMs: 5 } });
  const { server, prober } = scene;
  const { pid } = server;
  const base = residentMb(pid);
  using memory = new MemoryWatch(pid);
  using hostile = await HostileSocket.open(server.port);
  const ended = hostile.readToEnd();
  for (let sent = 0; sent < DEADLY_MIB; sent++) {
    const opcode = sent === 0 ? 1 : 0;
    const isLast = sent === DEADLY_MIB - 1;
    if (!await hostile.write(bytesOf({ ...GOOD, opcode, isLast, payload: MIB }))) break;
  }
  // It is alive, and goes on storing.
  await scene.load.progress(50);
  const growth = memory.peakMb - base;
  assertLess(growth, maxGrowthMb);
  hostile.close();
  await ended;
  const said = await scene.settle({ metrics: false });
  assertEquals(server.pid, pid);
  const worst = Math.max(...prober.waits);
  assertLess(worst, 5_000);
  // Without a shield, a reader waits while the message is put together, once.
  const speed = options === SHIELD ? `, ${assertFast(prober)}` : "";
  return {
    rounds: 1,
    checked: `same process, memory +${
      growth.toFixed(0)
    } MB at the worst, longest wait of a reader ${worst.toFixed(0)} ms${speed}, ${said}`,
  };
}

async function claims(scale: Scale): Promise<Outcome> {
  const rounds = scale === "quick" ? 300 : 1000;
  await using scene = await Scene.set({ server: SHIELD, load: { pauseMs: 5 } });
  const { server } = scene;
  await limitAddressSpace(server.pid, MORE_ADDRESS_SPACE_MB);
  await using _all = new AsyncDisposableStack();
  for (let done = 0; done < rounds; done += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, async () => {
      const hostile = _all.use(await HostileSocket.open(server.port));
      await hostile.write(bytesOf({ ...GOOD, payload: 0, claim: 64 * MIB - 1 }));
    }));
  }
  const said = await scene.settle({ metrics: false });
  return {
    rounds,
    checked: `same process with 4 GiB more of address space, ${assertFast(scene.prober)}, ${said}`,
  };
}
