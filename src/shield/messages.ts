// What the shield and the server say to each other: they are two threads of one program.

/** How the shield listens. */
export interface ShieldOptions {
  readonly hostname: string;
  readonly port: number;
  /** PEM texts; then TLS ends in the shield. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  /** Where the server is, on this machine. */
  readonly innerPort: number;
  /** Most TCP connections, all together and for each address (0: no limit). */
  readonly caps: { readonly total: number; readonly perAddress: number };
}

/** From the server. */
export type ToShield =
  | { readonly kind: "listen"; readonly options: ShieldOptions }
  /** Who `introduced` names is known: its bytes may come. */
  | { readonly kind: "known"; readonly port: number }
  | { readonly kind: "stop" };

/** Why a connection was ended. */
export const CUT_REASONS = [
  /** Too many connections, of this address or of all. */
  "connections",
  /** No head of a request in time, or a far too long one. */
  "head",
  /** A request that never became one with an answer, or nothing for a long time. */
  "silence",
  /** A frame or a message over the limit. */
  "too_large",
  /** A frame that no client may send, or a handshake where none may be. */
  "protocol",
  /** What was written was not read. */
  "unread",
  /** The socket was closed and the client stayed. */
  "closing",
] as const;

/** Why a connection was ended. */
export type CutReason = typeof CUT_REASONS[number];

/** From the shield. */
export type FromShield =
  | { readonly kind: "listening"; readonly port: number }
  /** The name of the class of the error, because a class does not survive the way. */
  | { readonly kind: "failed"; readonly name: string; readonly message: string }
  /** The connection that reaches the server from `port` is of `address`. */
  | { readonly kind: "introduced"; readonly port: number; readonly address: string }
  | { readonly kind: "gone"; readonly port: number }
  | { readonly kind: "cut"; readonly reason: CutReason }
  | { readonly kind: "fault"; readonly message: string }
  /** Everything the server had to say has been handed to the network. */
  | { readonly kind: "stopped" };
