// The data directory: who may use it, what is no file in it, and what comes of replacing one.

import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { join, relative } from "@std/path";
import { DataDirectory } from "../src/data_directory.ts";
import { StartError } from "../src/errors.ts";
import { FailingFiles, FILE_FAULTS } from "./helpers/failing_files.ts";
import { Scratch } from "./helpers/scratch.ts";

// Windows has neither these modes nor pipes in directories, and links only for some users.
const isWindows = Deno.build.os === "windows";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test({
  name: "security 39: DataDirectory makes what it makes for its user alone",
  ignore: isWindows,
  async fn() {
    await using scratch = await Scratch.make();
    await using directory = await DataDirectory.open(scratch.in("some/data"));
    await directory.replace("file", bytes("text"));
    const modes = ["some", "some/data", "some/data/lock", "some/data/file"].map(
      (name) => (Deno.statSync(scratch.in(name)).mode ?? 0) & 0o777,
    );
    assertEquals(modes, [0o700, 0o700, 0o600, 0o600]);
  },
});

Deno.test({
  name: "DataDirectory.replace() takes from others what they could read before",
  ignore: isWindows,
  async fn() {
    await using scratch = await Scratch.make();
    await Deno.writeTextFile(scratch.in("file"), "old", { mode: 0o666 });
    await using directory = await DataDirectory.open(scratch.path);
    await directory.replace("file", bytes("new"));
    assertEquals((Deno.statSync(scratch.in("file")).mode ?? 0) & 0o777, 0o600);
  },
});

Deno.test("DataDirectory.open() refuses a second one until the first is closed", async () => {
  await using scratch = await Scratch.make();
  const directory = await DataDirectory.open(scratch.path);
  const error = await assertRejects(() => DataDirectory.open(scratch.path), StartError);
  assertEquals(
    error.message,
    `Cannot use the data directory "${scratch.path}": another Parley is running on it; stop that ` +
      `one, or give this one its own with --data`,
  );
  assertEquals(error.exitStatus, 1);
  directory.close();
  (await DataDirectory.open(scratch.path)).close();
});

Deno.test("DataDirectory.open() uses a directory that is there, and what is in it", async () => {
  await using scratch = await Scratch.make();
  await Deno.writeTextFile(scratch.in("file"), "text");
  await Deno.writeTextFile(scratch.in("lock"), "");
  await using directory = await DataDirectory.open(scratch.path);
  assertEquals(await directory.read("file", 4), bytes("text"));
});

Deno.test("DataDirectory.open() says in one line why it cannot", async () => {
  const faults: [fault: Error, reason: string][] = [
    [
      FILE_FAULTS.NotCapable(),
      "Deno was not allowed to; give --allow-read and --allow-write the directory of --data",
    ],
    [
      new Deno.errors.PermissionDenied("Permission denied (os error 13)"),
      "this user may not read and write it; change its owner or its mode",
    ],
    [FILE_FAULTS.ENOSPC(), "No space left on device (os error 28)"],
  ];
  for (const [fault, reason] of faults) {
    const files = new FailingFiles();
    files.before = () => {
      throw fault;
    };
    const error = await assertRejects(() => DataDirectory.open("data", files), StartError);
    assertEquals(error.message, `Cannot use the data directory "data": ${reason}`);
    assertEquals(error.cause, fault);
  }
});

Deno.test("DataDirectory.open() refuses a path that is, or goes through, a file", async () => {
  await using scratch = await Scratch.make();
  await Deno.writeTextFile(scratch.in("file"), "text");
  for (const path of [scratch.in("file"), scratch.in("file/data")]) {
    await assertRejects(
      () => DataDirectory.open(path),
      StartError,
      `Cannot use the data directory "${path}": it is no directory`,
    );
  }
});

Deno.test("DataDirectory.replace() writes when connections have taken every descriptor", async () => {
  await using scratch = await Scratch.make();
  const files = new FailingFiles();
  await using directory = await DataDirectory.open(scratch.in("data"), files);
  files.before = ({ name }) => {
    if (name !== "open") return;
    throw Object.assign(new Error("Too many open files (os error 24)"), { code: "EMFILE" });
  };
  // The second time, too: the descriptor is kept again as soon as it is free.
  for (const text of ["one", "two"]) {
    await directory.replace("file", new TextEncoder().encode(text));
    assertEquals(await Deno.readTextFile(scratch.in("data/file")), text);
  }
});

/** What can be in the place of a file. */
const NO_FILES: Record<string, (path: string, target: string) => Promise<unknown>> = {
  "a symbolic link": (path, target) => Deno.symlink(target, path),
  "a directory": (path) => Deno.mkdir(path),
  "no plain file": (path) => new Deno.Command("mkfifo", { args: [path] }).output(),
};

for (const [kind, make] of Object.entries(NO_FILES)) {
  Deno.test({
    name: `DataDirectory.open() refuses a lock that is ${kind}, and does not wait for it`,
    ignore: isWindows,
    async fn() {
      await using scratch = await Scratch.make();
      await make(scratch.in("lock"), scratch.in("elsewhere"));
      const error = await assertRejects(() => DataDirectory.open(scratch.path), StartError);
      assertEquals(
        error.message,
        `Cannot use "${scratch.in("lock")}": it is ${kind}; move it away and start again`,
      );
      assertEquals(scratch.names(), ["lock"]);
    },
  });

  Deno.test({
    name: `DataDirectory.read() refuses ${kind}, and does not wait for it`,
    ignore: isWindows,
    async fn() {
      await using scratch = await Scratch.make();
      await Deno.writeTextFile(scratch.in("elsewhere"), "secret");
      await make(scratch.in("file"), scratch.in("elsewhere"));
      await using directory = await DataDirectory.open(scratch.path);
      const error = await assertRejects(() => directory.read("file", 1000), StartError);
      assertEquals(
        error.message,
        `Cannot use "${scratch.in("file")}": it is ${kind}; move it away and start again`,
      );
    },
  });
}

Deno.test("DataDirectory.read() answers nothing for a file that is not there", async () => {
  await using scratch = await Scratch.make();
  await using directory = await DataDirectory.open(scratch.path);
  assertEquals(await directory.read("file", 1000), undefined);
});

Deno.test("DataDirectory.read() refuses a file that is too large, before it reads it", async () => {
  await using scratch = await Scratch.make();
  await Deno.writeTextFile(scratch.in("file"), "12345");
  const files = new FailingFiles();
  await using directory = await DataDirectory.open(scratch.path, files);
  assertEquals(await directory.read("file", 5), bytes("12345"));
  await assertRejects(
    () => directory.read("file", 4),
    StartError,
    `Cannot read "${scratch.in("file")}": it is larger than 4 bytes`,
  );
  assertEquals(files.count("readFile"), 1);
});

Deno.test("DataDirectory.replace() leaves the old file whole when it fails", async () => {
  await using scratch = await Scratch.make();
  const files = new FailingFiles();
  await using directory = await DataDirectory.open(scratch.path, files);
  await directory.replace("file", bytes("old"));
  for (const name of ["open", "write", "sync", "rename"]) {
    files.before = (call) => {
      if (call.name === name) throw FILE_FAULTS.EIO();
    };
    await assertRejects(() => directory.replace("file", bytes("new")), Error, "os error 5");
    assertEquals(await Deno.readTextFile(scratch.in("file")), "old", name);
    files.before = () => {};
  }
  await directory.replace("file", bytes("new"));
  assertEquals(await Deno.readTextFile(scratch.in("file")), "new");
  assertEquals(scratch.names(), ["file", "lock"]);
});

Deno.test("DataDirectory.replace() never writes over what a failed one left behind", async () => {
  // After a failed fsync the system may take pages for saved that are not.
  await using scratch = await Scratch.make();
  const files = new FailingFiles();
  await using directory = await DataDirectory.open(scratch.path, files);
  const leftover = await Deno.open(scratch.in("file.tmp"), { write: true, createNew: true });
  await directory.replace("file", bytes("new"));
  assertEquals((await leftover.stat()).size, 0);
  leftover.close();
  assertEquals(scratch.names(), ["file", "lock"]);
});

Deno.test({
  name: "security 39: DataDirectory.replace() does not follow a link that somebody put there",
  ignore: isWindows,
  async fn() {
    await using scratch = await Scratch.make();
    await Deno.writeTextFile(scratch.in("elsewhere"), "not ours");
    await using directory = await DataDirectory.open(scratch.in("data"));
    for (const name of ["file.tmp", "file"]) {
      await Deno.symlink(scratch.in("elsewhere"), scratch.in(`data/${name}`));
      await directory.replace("file", bytes("ours"));
      assertEquals(await Deno.readTextFile(scratch.in("elsewhere")), "not ours");
      assert(Deno.lstatSync(scratch.in("data/file")).isFile);
      await Deno.remove(scratch.in("data/file"));
    }
  },
});

Deno.test("DataDirectory.removeTemporary() removes that file, and is content with none", async () => {
  await using scratch = await Scratch.make();
  await Deno.writeTextFile(scratch.in("file.tmp"), "");
  await Deno.writeTextFile(scratch.in("other.tmp"), "");
  await using directory = await DataDirectory.open(scratch.path);
  await directory.removeTemporary("file");
  await directory.removeTemporary("file");
  assertEquals(scratch.names(), ["lock", "other.tmp"]);
});

Deno.test("DataDirectory.removeTemporary() says in one line what it cannot remove", async () => {
  await using scratch = await Scratch.make();
  await Deno.mkdir(scratch.in("file.tmp/full"), { recursive: true });
  await using directory = await DataDirectory.open(scratch.path);
  const error = await assertRejects(() => directory.removeTemporary("file"), StartError);
  assertMatch(error.message, /^Cannot remove "[^"]+file\.tmp": [^\n]+$/);
});

Deno.test("DataDirectory.nameOf() finds a file by its name there and by its path", async () => {
  await using scratch = await Scratch.make();
  const path = scratch.in("data");
  const fromHere = relative(Deno.cwd(), path);
  for (const opened of [path, fromHere, `${path}/`, join(path, "..", "data")]) {
    await using directory = await DataDirectory.open(opened);
    for (const name of ["cert.pem", join("tls", "cert.pem"), "..cert.pem"]) {
      assertEquals(directory.nameOf(name), name);
      assertEquals(directory.nameOf(join(path, name)), name);
      assertEquals(directory.nameOf(join(fromHere, name)), name);
    }
    assertEquals(directory.nameOf(join(path, "..", "data", "cert.pem")), "cert.pem");
  }
});

Deno.test("DataDirectory.nameOf() refuses what is elsewhere", async () => {
  await using scratch = await Scratch.make();
  await using directory = await DataDirectory.open(scratch.in("data"));
  const elsewhere = [
    scratch.in("cert.pem"),
    scratch.in("data-2/cert.pem"),
    "/etc/passwd",
    "../cert.pem",
    "tls/../../cert.pem",
    scratch.in("data/../cert.pem"),
    "..",
  ];
  for (const path of elsewhere) {
    const error = assertThrows(() => directory.nameOf(path), StartError);
    assertEquals(
      error.message,
      `Cannot read "${path}": it must be in the data directory "${scratch.in("data")}"`,
    );
  }
});

Deno.test("DataDirectory.open() for those who only read takes no lock, and none can keep them out", async () => {
  await using scratch = await Scratch.make();
  await Deno.writeTextFile(scratch.in("file"), "secret");
  await using _alone = await DataDirectory.open(scratch.path);
  await using one = await DataDirectory.open(scratch.path, Deno, { isShared: true });
  await using other = await DataDirectory.open(scratch.path, Deno, { isShared: true });
  for (const directory of [one, other]) {
    assertEquals(new TextDecoder().decode(await directory.read("file", 100)), "secret");
  }
});
