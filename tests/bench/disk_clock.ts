// Preloaded into a server: how long each of its calls to the disk takes, from the call to the answer. The
// times are in data/disk.json when the server has ended, in milliseconds, under the name of the call.

const times: Record<string, number[]> = {};
const written = new WeakSet<Deno.FsFile>();

async function timed<T>(name: string, call: Promise<T>): Promise<T> {
  const startedAt = performance.now();
  const result = await call;
  (times[name] ??= []).push(performance.now() - startedAt);
  return result;
}

const { open, rename } = Deno;
const { write, sync } = Deno.FsFile.prototype;

Deno.open = async (path, options) => {
  if (!options?.createNew) return await open(path, options);
  const file = await timed("open", open(path, options));
  written.add(file);
  return file;
};
Deno.rename = (from, to) => timed("rename", rename(from, to));
Deno.FsFile.prototype.write = function (bytes) {
  return timed("write", write.call(this, bytes));
};
Deno.FsFile.prototype.sync = function () {
  return timed(`fsync of the ${written.has(this) ? "file" : "directory"}`, sync.call(this));
};

addEventListener("unload", () => {
  Deno.writeTextFileSync("data/disk.json", JSON.stringify(times));
});
