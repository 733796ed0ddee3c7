// A CPU profile as a tree with times, fit to be drawn: callers above what they call, the same function of the
// same caller once.

/** A CPU profile as V8 writes it; `samples` are ids of nodes, `timeDeltas` microseconds before each. */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string };
  readonly children?: readonly number[];
}

/** Whose code it is. */
export type Owner = "parley" | "deno" | "package" | "engine";

/** A function as it was called from one place. */
export interface Call {
  readonly name: string;
  readonly owner: Owner;
  /** With all that it called. */
  microseconds: number;
  readonly calls: Map<string, Call>;
}

/** The tree of `profile` under one root; the time in which nothing ran is left out. */
export function toTree({ nodes, samples, timeDeltas }: CpuProfile): Call {
  const self = new Map<number, number>();
  samples.forEach((id, n) => self.set(id, (self.get(id) ?? 0) + (timeDeltas[n] ?? 0)));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  function fill(into: Call, id: number): number {
    const node = byId.get(id);
    if (node === undefined || node.callFrame.functionName === "(idle)") return 0;
    const { functionName, url } = node.callFrame;
    const file = url.slice(url.lastIndexOf("/") + 1);
    const name = `${functionName === "" ? "(anonymous)" : functionName}${file && ` ${file}`}`;
    let call = into.calls.get(name);
    if (call === undefined) {
      into.calls.set(name, call = { name, owner: ownerOf(url), microseconds: 0, calls: new Map() });
    }
    let microseconds = self.get(id) ?? 0;
    for (const child of node.children ?? []) microseconds += fill(call, child);
    call.microseconds += microseconds;
    return microseconds;
  }
  const root: Call = { name: "all", owner: "engine", microseconds: 0, calls: new Map() };
  const top = nodes.find(({ callFrame }) => callFrame.functionName === "(root)");
  for (const child of top?.children ?? []) root.microseconds += fill(root, child);
  return root;
}

/** Each function with the share of time in it alone, largest first. */
export function selfShares(root: Call): [name: string, share: number][] {
  const shares = new Map<string, number>();
  function visit(call: Call): void {
    const inside = [...call.calls.values()].reduce((sum, each) => sum + each.microseconds, 0);
    const share = (call.microseconds - inside) / root.microseconds;
    shares.set(call.name, (shares.get(call.name) ?? 0) + share);
    for (const each of call.calls.values()) visit(each);
  }
  visit(root);
  return [...shares].sort(([, a], [, b]) => b - a);
}

function ownerOf(url: string): Owner {
  if (url === "") return "engine";
  if (url.startsWith("ext:") || url.startsWith("node:")) return "deno";
  return url.includes("/src/") ? "parley" : "package";
}
