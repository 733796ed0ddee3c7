// What a browser remembers for this page, and a replacement where it refuses to.

import { type KeyValueStorage, memoryStorage } from "../client/platform.ts";
import type { ListedStorage } from "./tab.ts";

/**
 * Opens `localStorage` or `sessionStorage`. Where cookies are blocked, reading the property throws; in
 * some private windows, and when the quota is used up, writing does. Then memory has to do.
 */
export function openStorage(kind: "localStorage" | "sessionStorage"): ListedStorage {
  const memory = memoryStorage();
  let storage: Storage;
  try {
    storage = globalThis[kind];
  } catch (error) {
    return { ...fallBack(error, memory), keys: () => [] };
  }
  return {
    getItem: (key) => memory.getItem(key) ?? storage.getItem(key),
    setItem(key, value) {
      memory.removeItem(key);
      try {
        storage.setItem(key, value);
      } catch (error) {
        fallBack(error, memory).setItem(key, value);
      }
    },
    removeItem(key) {
      memory.removeItem(key);
      storage.removeItem(key);
    },
    keys: () => Object.keys(storage),
  };
}

/** Returns `memory` when `error` is a browser's refusal to store; anything else is a mistake here. */
function fallBack(error: unknown, memory: KeyValueStorage): KeyValueStorage {
  if (error instanceof DOMException) return memory;
  throw error;
}
