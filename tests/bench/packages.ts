// The peers' packages, from npm into a directory of the project's build output. With versions that are fixed,
// and without their install scripts.

import { join } from "@std/path";

const VERSIONS = { "ws": "8.23.0", "socket.io": "4.8.4", "bun": "1.4.5" } as const;

/** A package of a peer. */
export type PackageName = keyof typeof VERSIONS;

/** Where a package is, or why it cannot be had. */
export type Found = { readonly path: string } | { readonly absent: string };

/** Each peer's package with its version, for people. */
export function labelOf(name: PackageName): string {
  return `${name} ${VERSIONS[name]}`;
}

/**
 * Installs what is not there yet. One by one, so that one that cannot be had takes no other with it. For
 * `bun`, `path` is the program; for the others, a file from which they can be required.
 */
export async function install(name: PackageName, root: string): Promise<Found> {
  const version = VERSIONS[name];
  const directory = join(root, `${name}-${version}`);
  const manifest = join(directory, "package.json");
  if (!await exists(join(directory, "node_modules", ".package-lock.json"))) {
    await Deno.mkdir(directory, { recursive: true });
    await Deno.writeTextFile(manifest, '{"private":true}\n');
    const args = ["install", "--no-audit", "--no-fund", "--ignore-scripts", `${name}@${version}`];
    const failed = await runNpm(args, directory);
    if (failed !== undefined) return { absent: failed };
  }
  if (name !== "bun") return { path: manifest };
  const { os, arch } = Deno.build;
  const platform = `${os}-${arch === "x86_64" ? "x64" : arch}`;
  const program = join(directory, "node_modules", "@oven", `bun-${platform}`, "bin", "bun");
  return await exists(program) ? { path: program } : { absent: `there is no bun for ${platform}` };
}

async function runNpm(args: readonly string[], cwd: string): Promise<string | undefined> {
  try {
    const { code, stderr } = await new Deno.Command("npm", { args: [...args], cwd }).output();
    if (code === 0) return undefined;
    const lines = new TextDecoder().decode(stderr).split("\n");
    return lines.find((line) => line.startsWith("npm error")) ?? `npm ended with ${code}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "npm is not installed";
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
