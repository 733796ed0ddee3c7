// A NATS that lets in only who has credentials, and the credentials: what the tool `nsc` makes for people.

import { loadNats } from "../../src/nats/library.ts";

/** What goes with a server that asks for credentials. */
export interface Credentials {
  /** The configuration of the server. */
  readonly config: string;
  /** What the `.creds` file of its one user holds. */
  readonly creds: string;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const UNLIMITED = -1;

/** Makes an operator, its own account, an account with JetStream and a user in that one. */
export async function makeCredentials(): Promise<Credentials> {
  const { core } = await loadNats();
  const { createAccount, createOperator, createUser } = core.nkeys;
  const [operator, system, account] = [createOperator(), createAccount(), createAccount()];
  const user = createUser();
  type Pair = typeof operator;

  async function sign(subject: Pair, issuer: Pair, nats: Record<string, unknown>): Promise<string> {
    const claims = {
      iat: Math.floor(Date.now() / 1000),
      iss: issuer.getPublicKey(),
      sub: subject.getPublicKey(),
      nats: { ...nats, version: 2 },
    };
    // The id of a token is a hash of what it says.
    const hash = await crypto.subtle.digest("SHA-256", encoder.encode(JSON.stringify(claims)));
    const head = part({ typ: "JWT", alg: "ed25519-nkey" });
    const body = part({ ...claims, jti: base64Url(new Uint8Array(hash)) });
    return `${head}.${body}.${base64Url(issuer.sign(encoder.encode(`${head}.${body}`)))}`;
  }

  const unlimited = (...names: string[]) =>
    Object.fromEntries(names.map((name) => [name, UNLIMITED]));
  const operatorToken = await sign(operator, operator, { type: "operator" });
  const accountToken = await sign(account, operator, {
    type: "account",
    limits: {
      ...unlimited("subs", "data", "payload", "imports", "exports", "conn", "leaf"),
      ...unlimited("mem_storage", "disk_storage", "streams", "consumer"),
      wildcards: true,
    },
  });
  const systemToken = await sign(system, operator, {
    type: "account",
    limits: unlimited("subs", "data", "payload", "imports", "exports", "conn", "leaf"),
  });
  const userToken = await sign(user, account, {
    type: "user",
    ...unlimited("subs", "data", "payload"),
  });
  return {
    config: [
      `operator: ${operatorToken}`,
      `system_account: ${system.getPublicKey()}`,
      "resolver: MEMORY",
      "resolver_preload: {",
      `  ${system.getPublicKey()}: ${systemToken}`,
      `  ${account.getPublicKey()}: ${accountToken}`,
      "}",
    ].join("\n"),
    creds: [
      ...["-----BEGIN NATS USER JWT-----", userToken, "------END NATS USER JWT------", ""],
      ...["-----BEGIN USER NKEY SEED-----", decoder.decode(user.getSeed())],
      ...["------END USER NKEY SEED------", ""],
    ].join("\n"),
  };
}

function part(value: unknown): string {
  return base64Url(encoder.encode(JSON.stringify(value)));
}

function base64Url(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}
