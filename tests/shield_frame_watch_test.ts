// Which frames pass the shield, however the network cuts the stream.

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { FrameWatch, MAX_FRAGMENTS } from "../src/shield/frame_watch.ts";
import { bytesOf, type WireFrame } from "./helpers/wire_frame.ts";

const MAX_BYTES = 1000;

/** A frame of a client, good unless told otherwise. */
function frame(options: Partial<WireFrame> = {}): WireFrame {
  return { opcode: 1, isLast: true, isMasked: true, reserved: 0, payload: 5, ...options };
}

const anyFrame = fc.record({
  opcode: fc.nat(15),
  isLast: fc.boolean(),
  isMasked: fc.boolean(),
  reserved: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(7) }),
  payload: fc.oneof(fc.nat(130), fc.nat(2 * MAX_BYTES)),
});

const goodFrame = fc.record({
  opcode: fc.constantFrom(0, 1, 1, 2, 8, 9, 10),
  isLast: fc.boolean(),
  isMasked: fc.constant(true),
  reserved: fc.constant(0),
  payload: fc.oneof(fc.nat(125), fc.nat(MAX_BYTES)),
});

/** The rules once more, a frame at a time: the index of the first that may not pass, and why. */
function judge(frames: readonly WireFrame[]): { index: number; fault: number } | undefined {
  let message: { bytes: number; frames: number } | undefined;
  for (const [index, { opcode, isLast, isMasked, reserved, payload }] of frames.entries()) {
    const wrong = { index, fault: 1002 };
    if (!isMasked || reserved > 0 || ![0, 1, 2, 8, 9, 10].includes(opcode)) return wrong;
    if (opcode >= 8) {
      if (!isLast || payload > 125) return wrong;
      continue;
    }
    if ((opcode === 0) === (message === undefined)) return wrong;
    message ??= { bytes: 0, frames: 0 };
    message.bytes += payload;
    message.frames++;
    if (message.bytes > MAX_BYTES) return { index, fault: 1009 };
    if (isLast) message = undefined;
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

const newWatch = () => new FrameWatch({ isMasked: true, maxBytes: MAX_BYTES });

Deno.test("FrameWatch lets pass exactly the frames before the first wrong one, however they are cut", () => {
  fc.assert(fc.property(
    fc.array(fc.oneof({ weight: 8, arbitrary: goodFrame }, { weight: 1, arbitrary: anyFrame }), {
      maxLength: 12,
    }),
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
  ["a reserved bit", [frame({ reserved: 4 })], 1002],
  ["a reserved opcode of data", [frame({ opcode: 3 })], 1002],
  ["a reserved opcode of control", [frame({ opcode: 11 })], 1002],
  ["a ping of 126 bytes", [frame({ opcode: 9, payload: 126 })], 1002],
  ["a ping in fragments", [frame({ opcode: 9, isLast: false })], 1002],
  ["a continuation of nothing", [frame({ opcode: 0 })], 1002],
  ["a message within a message", [frame({ isLast: false }), frame()], 1002],
  ["a frame over the limit", [frame({ payload: MAX_BYTES + 1 })], 1009],
  [
    "fragments over the limit",
    [frame({ isLast: false, payload: MAX_BYTES }), frame({ opcode: 0, payload: 1 })],
    1009,
  ],
  [
    "more fragments than any client makes",
    [
      frame({ isLast: false, payload: 0 }),
      ...new Array(MAX_FRAGMENTS).fill(frame({ opcode: 0, isLast: false, payload: 0 })),
    ],
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

Deno.test("FrameWatch of a server's frames sees the Close frame, of whatever size they are", () => {
  const watch = new FrameWatch({ isMasked: false, maxBytes: Infinity });
  const [text, close] = [{ payload: 70_000 }, { opcode: 8, payload: 2 }];
  watch.push(bytesOf(frame({ ...text, isMasked: false })));
  assertEquals(watch.hasClosed, false);
  watch.push(bytesOf(frame({ ...close, isMasked: false })));
  assertEquals(watch.hasClosed, true);
});
