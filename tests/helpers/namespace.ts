// A network of its own for one process, and the cable to it: pulled out, slow, losing packets. Only root
// can lay one.

let missing: Promise<string | undefined> | undefined;

/** Why there can be none here. */
export function namespaceMissing(): Promise<string | undefined> {
  return missing ??= findMissing();
}

async function findMissing(): Promise<string | undefined> {
  if (Deno.build.os !== "linux") return "network namespaces are of Linux";
  try {
    await using _network = await Namespace.make();
    return undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "ip is not installed (Debian: iproute2)";
    return "only root may make a network";
  }
}

/** A network namespace with a cable to the one of the tests. */
export class Namespace implements AsyncDisposable {
  readonly #name: string;
  readonly #subnet: string;

  private constructor(name: string, subnet: string) {
    this.#name = name;
    this.#subnet = subnet;
  }

  static async make(): Promise<Namespace> {
    const [a = 0, b = 0] = crypto.getRandomValues(new Uint8Array(2));
    const id = `${a}-${b}`;
    // For tests of networks (RFC 2544); a /30 of it.
    const network = new Namespace(`parley-${id}`, `198.18.${a}.${b & 252}`);
    await ip("netns", "add", network.#name);
    try {
      await ip(
        "link",
        "add",
        `vp${id}`,
        "type",
        "veth",
        "peer",
        "name",
        "inside",
        "netns",
        network.#name,
      );
      await ip("addr", "add", `${network.outside}/30`, "dev", `vp${id}`);
      await ip("link", "set", `vp${id}`, "up");
      await ip("-n", network.#name, "addr", "add", `${network.inside}/30`, "dev", "inside");
      await ip("-n", network.#name, "link", "set", "inside", "up");
      await ip("-n", network.#name, "link", "set", "lo", "up");
      return network;
    } catch (error) {
      await network[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The address of the tests, as it is seen from inside. */
  get outside(): string {
    return this.#address(1);
  }

  /** The address of what runs inside. */
  get inside(): string {
    return this.#address(2);
  }

  /** Comes before a program to have it run inside. */
  get launcher(): readonly string[] {
    return ["ip", "netns", "exec", this.#name, Deno.execPath()];
  }

  /** Pulls the cable out on the inside; no connection is told of it. */
  async pull(): Promise<void> {
    await ip("-n", this.#name, "link", "set", "inside", "down");
  }

  /**
   * Makes the cable bad in both directions: slow, late and lossy where the system can do that, and else
   * so slow and with so short a queue that it loses what comes at once. Returns which.
   */
  async worsen(): Promise<string> {
    const late = "delay 300ms loss 5% rate 64kbit";
    try {
      await this.#shape(`netem ${late}`);
      return late;
    } catch {
      // The kernel has no netem; if it has no tbf either, that is an error.
      const short = "rate 64kbit burst 2kb limit 4kb";
      await this.#shape(`tbf ${short}`);
      return `no netem here, but ${short}`;
    }
  }

  /** Makes it good again. */
  async mend(): Promise<void> {
    await tc("qdisc", "del", "dev", `vp${this.#id}`, "root");
    await tc("-n", this.#name, "qdisc", "del", "dev", "inside", "root");
  }

  async #shape(how: string): Promise<void> {
    const words = how.split(" ");
    await tc("qdisc", "replace", "dev", `vp${this.#id}`, "root", ...words);
    await tc("-n", this.#name, "qdisc", "replace", "dev", "inside", "root", ...words);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Its end of the cable goes with it, and so the other.
    await ip("netns", "del", this.#name);
  }

  get #id(): string {
    return this.#name.slice("parley-".length);
  }

  #address(host: number): string {
    const parts = this.#subnet.split(".");
    return [...parts.slice(0, 3), Number(parts[3]) + host].join(".");
  }
}

const ip = (...args: string[]) => run("ip", args);
const tc = (...args: string[]) => run("tc", args);

async function run(program: string, args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, {
    args: [...args],
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`${program} ${args}: ${new TextDecoder().decode(stderr)}`);
}
