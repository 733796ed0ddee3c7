// What a server stands on: a file and its own memory, or a cluster. The only place that knows which.

import { systemClock as clock } from "./clock.ts";
import type { ClusterConfig, Config } from "./config.ts";
import type { DataDirectory } from "./data_directory.ts";
import { FileStore } from "./file_store.ts";
import type { Log } from "./log.ts";
import type { NameRegistry } from "./name_registry.ts";
import { Names } from "./names.ts";
import type { Observer } from "./observer.ts";
import { NOBODY_ELSE, type Outlet } from "./outlet.ts";
import type { Room } from "./room.ts";
import { readFile } from "./secrets.ts";
import type { MessageStore } from "./store.ts";

/** Where messages, names and people are, beyond this room. */
export interface Backing {
  readonly store: MessageStore;
  readonly names: NameRegistry;
  /** Where other nodes hear of the people of this one. */
  readonly others: Outlet;
  /** Tells `room` from now on who is on other nodes. */
  follow(room: Room): void;
  /** Lets go of everything but the store, which is closed before, and says goodbye to other nodes. */
  leave(): Promise<void>;
}

/** What a backing is made of. */
export interface BackingParts {
  readonly directory: DataDirectory;
  readonly observer: Observer;
  readonly log: Log;
  /** 128 random bits in base64url. */
  readonly newKey: () => string;
}

/** @throws {StartError} when the file or the cluster cannot be used. */
export async function openBacking(config: Config, parts: BackingParts): Promise<Backing> {
  return config.cluster === undefined
    ? await openAlone(config, parts)
    : await joinCluster(config.cluster, parts);
}

async function openAlone({ history }: Config, parts: BackingParts): Promise<Backing> {
  const { directory, observer: events, newKey } = parts;
  return {
    store: await FileStore.open({ directory, history, clock, newLogId: newKey, events }),
    names: new Names({ now: clock.now, newKey }),
    others: NOBODY_ELSE,
    follow() {},
    leave: () => Promise.resolve(),
  };
}

async function joinCluster(
  cluster: ClusterConfig,
  { directory, ...parts }: BackingParts,
): Promise<Backing> {
  const path = cluster.credentials;
  const credentials = path === undefined ? undefined : await readFile(directory, path);
  // Imported late: a server that is alone has no use for it.
  const { Node } = await import("./nats/node.ts");
  const node = await Node.join({ cluster, credentials, clock, ...parts });
  const { store, people } = node;
  return {
    store,
    names: people.names,
    others: people.others,
    follow: (room) => people.start(room),
    leave: () => node.leave(),
  };
}
