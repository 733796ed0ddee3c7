// That who runs one server alone neither downloads nor loads anything of NATS.

import { assertEquals, assertGreater } from "@std/assert";
import { fromFileUrl } from "@std/path";

const ROOT = fromFileUrl(new URL("..", import.meta.url));

interface Module {
  readonly specifier: string;
  readonly dependencies?: readonly { readonly specifier: string; readonly code?: unknown }[];
}

Deno.test("No import in the program brings NATS along, at its start or later", async () => {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "--lock=deno.lock", "--frozen", "main.ts"],
    cwd: ROOT,
  });
  const { modules } = JSON.parse(new TextDecoder().decode((await command.output()).stdout)) as {
    readonly modules: readonly Module[];
  };
  const about = (wanted: (dependency: { readonly code?: unknown }) => boolean) =>
    modules.flatMap(({ specifier, dependencies = [] }) =>
      dependencies.filter((each) => each.specifier.includes("@nats-io/") && wanted(each))
        .map((each) => `${specifier} imports ${each.specifier}`)
    );
  // Deno downloads what a literal name says before it runs, for an import that never happens too.
  assertEquals(about(({ code }) => code !== undefined), []);
  // Types are no code; they show that this test looks in the right place.
  assertGreater(about(({ code }) => code === undefined).length, 0);
});
