// Apart from `protocol.ts`, so that a client that only needs the name does not carry the schemas.

/** The WebSocket subprotocol of the JSON dialect (RFC 6455, section 1.9). */
export const SUBPROTOCOL = "parley.v1";
