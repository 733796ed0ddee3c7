import { NatsPlace } from "./helpers/nats_place.ts";
import { natsTest } from "./helpers/nats_server.ts";
import { storeContract } from "./store_contract.ts";

storeContract("NatsStore", (options) => NatsPlace.make(options), natsTest);
