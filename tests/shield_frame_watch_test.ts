// Which frames pass the shield, however the network cuts the stream.

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { MAX_MESSAGE_BYTES as MAX_BYTES } from "../src/limits.ts";
import { FrameWatch } from "../src/shield/frame_watch.ts";
import { bytesOf, type WireFrame } from "./helpers/wire_frame.ts";

/** A frame of a client, good unless told otherwise. */
function frame(options: Partial<WireFrame> = {}): WireFrame {
  return { opcode: 1, isLast: true, isMasked: true, reserved: 0, payload: 5, ...options };
}

const anyFrame = fc.record({
  opcode: fc.constantFrom(0, 1, 2, 8, 9, 10),
  isLast: fc.boolean(),
  isMasked: fc.oneof({ weight: 19, arbitrary: fc.constant(true) }, fc.boolean()),
  reserved: fc.constant(0),
  payload: fc.oneof(fc.nat(125), fc.nat(130), fc.nat(MAX_BYTES), fc.nat(2 * MAX_BYTES)),
});

/** The rules once more, a frame at a time: the index of the first that may not pass, and why. */
function judge(frames: readonly WireFrame[]): { index: number; fault: number } | undefined {
  let message = 0;
  for (const [index, { opcode, isLast, isMasked, payload }] of frames.entries()) {
    if (!isMasked || opcode >= 8 && payload > 125) return { index, fault: 1002 };
    if (opcode >= 8) continue;
    if (message + payload > MAX_BYTES) return { index, fault: 1009 };
    message = isLast ? 0 : message + payload;
  }
  return undefined;
}

/** Pushes `bytes` in pieces; returns all that passed, and the fault. */
function push(watch: FrameWatch, bytes: Uint8Array, cuts: readonly number[]) {
  const passed: number[] = [];
  let at = 0;
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  // One buffer for all, as a connection has.
  const buffer = new Uint8Array(bytes.length);
  for (const end of [...ends, bytes.length]) {
    buffer.set(bytes.subarray(at, end));
    const { pass, fault } = watch.push(buffer.subarray(0, end - at));
    passed.push(...pass);
    if (fault !== undefined) return { passed, fault };
    at = end;
  }
  return { passed, fault: undefined };
}

const newWatch = () => new FrameWatch(0);

Deno.test("FrameWatch lets pass exactly the frames before the first wrong one, however they are cut", () => {
  fc.assert(fc.property(
    fc.array(anyFrame, { maxLength: 12 }),
    fc.array(fc.nat(), { maxLength: 20 }),
    (frames, cuts) => {
      const verdict = judge(frames);
      const good = frames.slice(0, verdict?.index).flatMap((each) => [...bytesOf(each)]);
      const all = new Uint8Array(frames.flatMap((each) => [...bytesOf(each)]));
      const { passed, fault } = push(newWatch(), all, cuts);
      assertEquals([passed.length, fault], [good.length, verdict?.fault]);
      assertEquals(passed, good);
    },
  ));
});

Deno.test("FrameWatch lets a byte at a time pass as well", () => {
  const frames = [
    frame({ payload: 0 }),
    frame({ payload: 126, isLast: false }),
    frame({ opcode: 9, payload: 125 }),
    frame({ opcode: 0, payload: 800 }),
  ];
  const all = new Uint8Array(frames.flatMap((each) => [...bytesOf(each)]));
  const cuts = Array.from(all, (_, index) => index);
  assertEquals(push(newWatch(), all, cuts), { passed: [...all], fault: undefined });
});

const WRONG: [what: string, frames: WireFrame[], fault: 1002 | 1009][] = [
  ["an unmasked frame", [frame({ isMasked: false })], 1002],
  ["a ping of 126 bytes", [frame({ opcode: 9, payload: 126 })], 1002],
  ["a frame over the limit", [frame({ payload: MAX_BYTES + 1 })], 1009],
  [
    "fragments over the limit",
    [frame({ isLast: false, payload: MAX_BYTES }), frame({ opcode: 0, payload: 1 })],
    1009,
  ],
];

for (const [what, frames, fault] of WRONG) {
  Deno.test(`security 26: FrameWatch stops ${what} with ${fault}, and what came before it passes`, () => {
    const before = frames.slice(0, -1).flatMap((each) => [...bytesOf(each)]);
    const all = new Uint8Array(frames.flatMap((each) => [...bytesOf(each)]));
    assertEquals(push(newWatch(), all, []), { passed: before, fault });
  });
}

Deno.test("FrameWatch knows from the header alone that a frame claims too much", () => {
  const claims = [2 ** 16 - 1, 2 ** 26 - 1, 2 ** 53, 2 ** 63];
  for (const payload of claims) {
    const header = bytesOf({ ...frame(), payload: 0, claim: payload });
    assertEquals(newWatch().push(header).fault, 1009);
  }
});

Deno.test("FrameWatch counts each message by itself", () => {
  const watch = newWatch();
  for (let n = 0; n < 10; n++) {
    assertEquals(watch.push(bytesOf(frame({ payload: MAX_BYTES }))).fault, undefined);
  }
});

Deno.test("FrameWatch lets pass unseen what comes before the frames", () => {
  const good = bytesOf(frame());
  const stream = new Uint8Array([1, 2, 3, ...good, ...bytesOf(frame({ isMasked: false }))]);
  const cuts = Array.from(stream, (_, index) => index);
  assertEquals(push(new FrameWatch(3), stream, cuts), { passed: [1, 2, 3, ...good], fault: 1002 });
});
