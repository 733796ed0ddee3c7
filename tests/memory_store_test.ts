import { MemoryDisk, MemoryStore } from "./helpers/memory_store.ts";
import { storeContract } from "./store_contract.ts";

storeContract("MemoryStore", ({ history }) => {
  const disk = new MemoryDisk();
  return Promise.resolve({
    open: () => Promise.resolve(new MemoryStore({ disk, history })),
    breakDown: () => Promise.resolve(void (disk.isBroken = true)),
    mend: () => Promise.resolve(void (disk.isBroken = false)),
    survivors: () => Promise.resolve(disk.messages.map(({ id }) => id)),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
});
