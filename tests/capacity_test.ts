// The model of a cluster's size: what must hold of it whatever the costs are.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { MAX_NEIGHBOURS } from "../src/nats/neighbours.ts";
import { AS_SHIPPED, BY_ROOM, MEASURED, ORDINARY, UNLIMITED } from "./bench/capacity.ts";
import { type Demand, plan } from "./bench/capacity_model.ts";

const anyDemand: fc.Arbitrary<Demand> = fc.record({
  connections: fc.integer({ min: 1, max: 1_000_000 }),
  rooms: fc.integer({ min: 1, max: 100 }),
  messages: fc.integer({ min: 0, max: 1_000 }),
  bytes: fc.integer({ min: 100, max: 5_000 }),
  stay: fc.integer({ min: 60, max: 3_600 }),
});

function nodesFor(demand: Demand, layout = UNLIMITED): number {
  return plan(demand, { layout, costs: MEASURED, limits: ORDINARY }).nodes;
}

Deno.test("A class fits on one node, and nothing is full", () => {
  const demand = { connections: 30, rooms: 1, messages: 5, bytes: 210, stay: 600 };
  const answer = plan(demand, { layout: AS_SHIPPED, costs: MEASURED, limits: ORDINARY });
  assertEquals([answer.nodes, answer.fullFirst, answer.deliveries], [1, "nothing", 150]);
});

Deno.test("More people, or more to say, never take fewer nodes", () => {
  fc.assert(fc.property(anyDemand, fc.integer({ min: 2, max: 10 }), (demand, times) => {
    const nodes = nodesFor(demand);
    assert(nodesFor({ ...demand, connections: demand.connections * times }) >= nodes);
    assert(nodesFor({ ...demand, messages: demand.messages * times }) >= nodes);
  }));
});

Deno.test("A cluster is never larger than its nodes know each other", () => {
  fc.assert(fc.property(anyDemand, (demand) => {
    const nodes = nodesFor(demand);
    assertEquals(nodesFor(demand, AS_SHIPPED), nodes <= MAX_NEIGHBOURS + 1 ? nodes : Infinity);
  }));
});

Deno.test("Where nobody says a word, NATS carries what nodes say of themselves", () => {
  const silent = { connections: 20_000, rooms: 1, messages: 0, bytes: 210, stay: Infinity };
  const answer = plan(silent, { layout: AS_SHIPPED, costs: MEASURED, limits: ORDINARY });
  // Two nodes, each heard by both every 3.75 s.
  assertEquals(answer.natsMessages.toFixed(3), (4 / 3.75).toFixed(3));
});

Deno.test("A hundred million fit only when a node does not know everybody", () => {
  const demand = { connections: 1e8, rooms: 1e5, messages: 1e8 / 60, bytes: 210, stay: 600 };
  assertEquals(nodesFor(demand), Infinity);
  assert(Number.isFinite(nodesFor(demand, BY_ROOM)));
});
