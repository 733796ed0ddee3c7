// A whole server: makes the parts, gives each what it needs, listens, and stops in the right order.

import { createApp } from "./app.ts";
import { type Assets, loadAssets, loadShield } from "./assets.ts";
import { type Backing, openBacking } from "./backing.ts";
import { every, systemClock as clock } from "./clock.ts";
import { type Config, VERSION } from "./config.ts";
import { DataDirectory } from "./data_directory.ts";
import type { Door } from "./door.ts";
import type { ChatError } from "./errors.ts";
import { FormPage } from "./form_page.ts";
import { Admissions } from "./guard.ts";
import { listen, type Listener } from "./listener.ts";
import { closeLog, type Log, openLog } from "./log.ts";
import { LoginPage } from "./login_page.ts";
import { Metrics, type Totals } from "./metrics.ts";
import { Observer } from "./observer.ts";
import { Posting } from "./posting.ts";
import { wireLimits } from "./protocol.ts";
import { Room } from "./room.ts";
import { openDoor, readTls } from "./secrets.ts";
import { upgrade } from "./websocket.ts";

/** How often readers that take nothing are looked for; well below the time they are given. */
const SWEEP_MS = 5_000;
const STATS_MS = 60_000;

/** A peer that answers nothing, or a body that never ends, would hold a shutdown up for ever. */
const STOP_DEADLINE_MS = 4_000;

/** A disk that does not answer holds up neither the goodbye to everyone nor the end. */
const STORE_DEADLINE_MS = 3_000;

/** Until the Close frames are on their way: Deno's own would overtake them, and gives no reason of ours. */
const GOODBYE_MS = 20;

/** What still waits to be logged at the end is worth no more than this. */
const LOG_DEADLINE_MS = 500;

/** With a shield: TCP connections beyond the sockets that are allowed. */
const OTHER_CONNECTIONS = 1_000;
const OTHER_PER_ADDRESS = 100;

/** A server that is running. */
export interface Server {
  readonly observer: Observer;
  /** Rejects with a {@linkcode StartError} when it cannot go on. */
  readonly failed: Promise<never>;
  /**
   * Stores what has been sent, closes every connection with 1001 and stops listening. Takes five
   * seconds at most.
   */
  stop(reason: string): Promise<void>;
}

/**
 * Starts a server.
 *
 * @throws {StartError} when it cannot: a damaged set-up, a directory in use, a port in use.
 */
export async function startServer(config: Config): Promise<Server> {
  const metrics = new Metrics();
  const log = await openLog({
    level: config.logLevel,
    format: config.logFormat,
    dropped: (lines) => metrics.logDropped.inc(lines),
  });
  try {
    return await start(config, { log, metrics });
  } catch (error) {
    await withDeadline(LOG_DEADLINE_MS, closeLog());
    throw error;
  }
}

async function start(
  config: Config,
  { log, metrics }: { log: Log; metrics: Metrics },
): Promise<Server> {
  const assets = await loadAssets();
  const isShared = config.cluster !== undefined;
  const directory = await DataDirectory.open(config.data, Deno, { isShared });
  const tls = await readTls(directory, config.tls);
  const observer = new Observer({ log, metrics, now: clock.now });
  const door = await openDoor(directory, config.passwordFile, clock);
  const shield = config.shield ? { code: await loadShield(), caps: shieldCaps(config) } : undefined;
  const backing = await openBacking(config, { directory, observer, log, newKey });
  const { app, room, sockets } = compose({ config, assets, backing, metrics, observer, door });
  const { host, port, reusePort } = config;
  const listening = listen(app, { host, port, reusePort, tls, observer, shield });
  const listener = await listening.catch(async (error) => {
    // It is a node of its cluster by now, and the others wait for those who do not say goodbye.
    await withDeadline(STOP_DEADLINE_MS, stopAll({ backing, room }));
    throw error;
  });
  const totals: Totals = {
    get sockets() {
      return sockets();
    },
    get names() {
      return room.onlineCount;
    },
    get residentBytes() {
      return Deno.memoryUsage().rss;
    },
  };
  metrics.readFrom(totals);
  const cancels = [
    every(clock, SWEEP_MS, () => room.sweep()),
    every(clock, STATS_MS, () => observer.stats(totals)),
  ];
  const { url } = listener;
  const messages = backing.store.recent.length;
  observer.started({ url, version: VERSION, data: config.data, messages });
  return {
    observer,
    failed: listener.failed,
    async stop(reason) {
      observer.stopping(reason);
      for (const cancel of cancels) cancel();
      await withDeadline(STOP_DEADLINE_MS, stopAll({ backing, room, listener }));
      observer.stopped();
      await withDeadline(LOG_DEADLINE_MS, closeLog());
    },
  };
}

interface Parts {
  readonly config: Config;
  readonly assets: Assets;
  readonly backing: Backing;
  readonly metrics: Metrics;
  readonly observer: Observer;
  readonly door: Door | undefined;
}

/** Makes the room and both ways into it; `sockets` counts those that are not gone yet. */
function compose({ config, assets, backing, metrics, observer, door }: Parts) {
  const { store, names, others } = backing;
  const { rate, maxConnections, maxPerAddress } = config;
  const { files, template } = assets;
  const admissions = new Admissions({ total: maxConnections, perAddress: maxPerAddress });
  const room = new Room({ clock, events: observer, names, others });
  backing.follow(room);
  room.load(store.recent);
  store.tail((batch) => room.deliver(batch), (messages) => room.restart(messages));
  const posting = new Posting({ names, store, clock, newId, rate });
  const page = new FormPage({ config, store, room, posting, observer, template, newId, newKey });
  const session = {
    room,
    store,
    names,
    limits: wireLimits(config),
    newId,
    refused: (error: ChatError) => observer.refused(error, "websocket"),
  };
  const webSockets = { session, admissions, observer, clock, rate };
  const app = createApp({
    config,
    store,
    room,
    posting,
    page,
    metrics,
    observer,
    files,
    entrance: door && {
      door,
      page: new LoginPage({ config, door, observer, template: assets.loginTemplate }),
    },
    now: clock.now,
    upgrade: (request, visitor) => upgrade(webSockets, request, visitor),
  });
  return { app, room, sockets: () => admissions.size };
}

interface Running {
  readonly backing: Backing;
  readonly room: Room;
  /** None when the port could not be opened. */
  readonly listener?: Listener;
}

// The store first: what was sent before is still stored and shown to those who are connected.
async function stopAll({ backing, room, listener }: Running): Promise<void> {
  await withDeadline(STORE_DEADLINE_MS, backing.store.close());
  room.closeAll(1001, "the server is stopping");
  await new Promise<void>((resolve) => clock.after(GOODBYE_MS, resolve));
  await Promise.all([listener?.stop(), backing.leave()]);
}

async function withDeadline(ms: number, work: Promise<void>): Promise<void> {
  const deadline = Promise.withResolvers<void>();
  const cancel = clock.after(ms, deadline.resolve);
  await Promise.race([work, deadline.promise]);
  cancel();
}

// Pages and posts are connections too, and no sockets.
function shieldCaps({ maxConnections, maxPerAddress, trustProxy }: Config) {
  // A proxy has one address for everybody.
  const isLimited = maxPerAddress > 0 && !trustProxy;
  return {
    total: maxConnections + OTHER_CONNECTIONS,
    perAddress: isLimited ? maxPerAddress + OTHER_PER_ADDRESS : 0,
  };
}

function newId(): string {
  return crypto.randomUUID();
}

/** 128 random bits in base64url. */
function newKey(): string {
  return crypto.getRandomValues(new Uint8Array(16)).toBase64({
    alphabet: "base64url",
    omitPadding: true,
  });
}
