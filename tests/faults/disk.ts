// The disk fails, is slow, hangs, is full or read-only, while the server runs under load.

import { assertEquals, assertGreater } from "@std/assert";
import type { Load } from "../helpers/load.ts";
import { readMetrics } from "../helpers/metrics_page.ts";
import { Scratch } from "../helpers/scratch.ts";
import type { Fault, Outcome, Scale } from "./fault.ts";
import { assertFast, assertHealthy, Scene, type SceneOptions } from "./scene.ts";
import { Strace, straceMissing } from "./strace.ts";
import { mountMissing, Tmpfs } from "./tmpfs.ts";

/** The test provokes errors in the log. */
const MAY_FAIL: SceneOptions = { server: { args: ["--rate=0"], mayFail: true } };

/** Faults of the disk. */
export const DISK_FAULTS: readonly Fault[] = [
  {
    number: 3,
    title: "nothing is shown while fsync fails, and it goes on by itself afterwards",
    missing: straceMissing,
    run: (scale) => refuse(scale, "fsync:error=EIO"),
  },
  {
    number: 4,
    title: "nothing is shown while rename fails, and the old file stays whole",
    missing: straceMissing,
    run: (scale) => refuse(scale, "rename,renameat,renameat2:error=ENOSPC"),
  },
  {
    number: 5,
    title: "a slow disk makes senders wait, and nobody who reads",
    missing: straceMissing,
    run: slowDisk,
  },
  {
    number: 5,
    title: "a disk that hangs refuses after ten seconds, and loses nothing when it wakes",
    isLong: true,
    missing: straceMissing,
    run: hangingDisk,
  },
  {
    number: 6,
    title: "a full disk refuses, and takes messages again when there is room",
    missing: mountMissing,
    run: fullDisk,
  },
  {
    number: 7,
    title:
      "a disk that has become read-only refuses, and takes messages again when it may be written",
    missing: straceMissing,
    run: (scale) => refuse(scale, "openat:error=EROFS", ["messages.json.tmp"]),
  },
];

/** Has a call fail under load, and takes it back. */
async function refuse(
  scale: Scale,
  inject: string,
  names: readonly string[] = [],
): Promise<Outcome> {
  await using scene = await Scene.set(MAY_FAIL);
  const { server, load, ledger } = scene;
  const rounds = scale === "quick" ? 2 : 20;
  for (let round = 0; round < rounds; round++) {
    await load.progress(20);
    {
      const paths = names.map((name) => server.inData(name));
      await using _strace = await Strace.attach(server.pid, { inject, paths });
      await load.refusals("not_saved", 20);
      assertWhole(scene);
      await scene.assertUnhealthy();
      const before = ledger.size;
      await load.refusals("not_saved", 20);
      assertEquals(ledger.size, before, "something was shown that was refused");
    }
  }
  await load.progress(20);
  const said = await scene.settle();
  await assertStoreErrors(server.url);
  return { rounds, checked: `I1–I4, refused while it lasts, ${said}, ${assertFast(scene.prober)}` };
}

async function slowDisk(scale: Scale): Promise<Outcome> {
  await using scene = await Scene.set({ load: { speakers: 10, readers: 2 } });
  const { server, load } = scene;
  await load.progress(50);
  const seconds = scale === "quick" ? 3 : 30;
  {
    await using _strace = await Strace.attach(server.pid, {
      inject: "fsync:delay_enter=500000",
    });
    await load.goOn(seconds * 1000);
    await assertHealthy(server);
  }
  const said = await scene.settle();
  assertEquals(load.tally.refusals.size, 0);
  return {
    rounds: 1,
    checked: `I1–I4, I6, fsync 0.5 s late for ${seconds} s, none refused, ${said}, ${
      assertFast(scene.prober)
    }`,
  };
}

async function hangingDisk(): Promise<Outcome> {
  await using scene = await Scene.set(MAY_FAIL);
  const { server, load } = scene;
  const rounds = 3;
  for (let round = 0; round < rounds; round++) {
    await load.progress(20);
    {
      // Until strace is gone: it counts the calls of each thread by themselves, and there are many.
      const inject = "fsync:delay_enter=60000000";
      await using _strace = await Strace.attach(server.pid, { inject });
      await load.refusals("not_saved", 100);
      await scene.assertUnhealthy();
    }
    await load.progress(20);
    await assertHealthy(server);
  }
  const said = await scene.settle();
  await assertStoreErrors(server.url);
  return {
    rounds,
    checked: `I1–I4, I6, fsync hangs, refused after 10 s, ${said}, ${assertFast(scene.prober)}`,
  };
}

async function fullDisk(scale: Scale): Promise<Outcome> {
  await using scratch = await Scratch.make();
  await Deno.mkdir(scratch.in("data"));
  await using disk = await Tmpfs.mount(scratch.in("data"), "512k");
  await using scene = await Scene.set({
    server: { args: ["--rate=0"], mayFail: true, directory: scratch.path },
  });
  const { server, load } = scene;
  const rounds = scale === "quick" ? 2 : 20;
  for (let round = 0; round < rounds; round++) {
    await load.progress(20);
    await fillUp(disk, load);
    assertWhole(scene);
    await scene.assertUnhealthy();
    await disk.free();
    await load.progress(20);
    await assertHealthy(server);
  }
  const said = await scene.settle();
  await assertStoreErrors(server.url);
  return { rounds, checked: `I1–I4, the old file whole, ${said}, ${assertFast(scene.prober)}` };
}

/** Takes what room there is, also what a write under way gives back, until 20 were refused. */
async function fillUp(disk: Tmpfs, load: Load): Promise<void> {
  const count = () => load.tally.refusals.get("not_saved") ?? 0;
  const wanted = count() + 20;
  while (count() < wanted) {
    await disk.fill();
    await load.goOn(5);
  }
}

/** The file can be read at any moment, and holds what was shown before that. */
function assertWhole({ ledger, server }: Scene): void {
  ledger.checkFile(Deno.readTextFileSync(server.inData("messages.json")));
}

async function assertStoreErrors(url: string): Promise<void> {
  assertGreater((await readMetrics(url)).get("chat_store_errors_total"), 0);
}
