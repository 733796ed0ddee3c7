// WebSocket frames as bytes (RFC 6455, section 5.2), good ones and bad ones.

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
