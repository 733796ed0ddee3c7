// The NATS client, one version of it for everything here. The only place that names its packages: with
// types alone, and a loader for those who were started with --nats.

import type * as core from "npm:@nats-io/transport-node@3.4.0";
import type * as jetstream from "npm:@nats-io/jetstream@3.4.0";
import type * as kv from "npm:@nats-io/kv@3.4.0";

export type { NatsConnection, Subscription } from "npm:@nats-io/transport-node@3.4.0";
export type {
  ConsumerMessages,
  JetStreamClient,
  JetStreamManager,
  JsMsg,
  PubAck,
  StreamInfo,
} from "npm:@nats-io/jetstream@3.4.0";

// Imported by a name that is looked up: Deno downloads before the start what a literal name says, for
// those without NATS too.
const PACKAGES = {
  core: "npm:@nats-io/transport-node@3.4.0",
  jetstream: "npm:@nats-io/jetstream@3.4.0",
  kv: "npm:@nats-io/kv@3.4.0",
} as const;

/** The modules of the client. */
export interface NatsLibrary {
  readonly core: typeof core;
  readonly jetstream: typeof jetstream;
  readonly kv: typeof kv;
}

/**
 * Loads the client, and downloads it when this is the first time on this machine.
 *
 * @throws whatever Deno does when there is no network for that.
 */
export async function loadNats(): Promise<NatsLibrary> {
  const [core, jetstream, kv] = await Promise.all([
    import(PACKAGES.core),
    import(PACKAGES.jetstream),
    import(PACKAGES.kv),
  ]);
  return { core, jetstream, kv };
}
