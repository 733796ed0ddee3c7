// WebSocket frames as bytes (RFC 6455, section 5.2), good ones and bad ones.

const encoder = new TextEncoder();

/** Everything that a header can say. */
export interface WireFrame {
  readonly opcode: number;
  readonly isLast: boolean;
  readonly isMasked: boolean;
  /** The three reserved bits. */
  readonly reserved: number;
  /** How many bytes follow the header. */
  readonly payload: number;
  /** How many the header says there are. @default as many */
  readonly claim?: number;
}

/** The bytes of a frame; its payload is `a` and again `a`, its mask zeros. */
export function bytesOf(frame: WireFrame): Uint8Array<ArrayBuffer> {
  const length = frame.claim ?? frame.payload;
  const mask = frame.isMasked ? 4 : 0;
  const extended = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const bytes = new Uint8Array(2 + extended + mask + frame.payload);
  const view = new DataView(bytes.buffer);
  bytes[0] = (frame.isLast ? 128 : 0) | frame.reserved << 4 | frame.opcode;
  bytes[1] = (frame.isMasked ? 128 : 0) | (extended === 0 ? length : extended === 2 ? 126 : 127);
  if (extended === 2) view.setUint16(2, length);
  if (extended === 8) view.setBigUint64(2, BigInt(length));
  return bytes.fill(97, 2 + extended + mask);
}

/** The bytes of a good frame with `payload` in it: a text from a client, unless `frame` says otherwise. */
export function frameWith(
  payload: Uint8Array,
  frame: Partial<Omit<WireFrame, "payload" | "claim">> = {},
): Uint8Array<ArrayBuffer> {
  const good = { opcode: 1, isLast: true, isMasked: true, reserved: 0 };
  const bytes = bytesOf({ ...good, ...frame, payload: payload.length });
  // A mask of zeros is a mask, and leaves the payload as it is.
  bytes.set(payload, bytes.length - payload.length);
  return bytes;
}

/** The bytes of texts from a client, a frame each, one after another. */
export function textFrames(texts: readonly string[]): Uint8Array<ArrayBuffer> {
  const frames = texts.map((text) => frameWith(encoder.encode(text)));
  const bytes = new Uint8Array(frames.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const frame of frames) {
    bytes.set(frame, at);
    at += frame.length;
  }
  return bytes;
}
