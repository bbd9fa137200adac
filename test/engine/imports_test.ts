import { assert, assertEquals } from "@std/assert";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = new URL("../../", import.meta.url);

/** Files of a folder and of those below it. */
function filesOf(folder: URL): URL[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    if (isDirectory) return filesOf(new URL(`${name}/`, folder));
    return name.endsWith(".ts") ? [new URL(name, folder)] : [];
  });
}

/** What a module imports, statically or not, for its types or for its code; examples in comments are not looked at. */
function importsOf(code: string): string[] {
  const bare = code.replaceAll(/\/\*.*?\*\//gs, "").replaceAll(/^\s*\/\/.*$/gm, "");
  const patterns = [/\bfrom\s*"([^"]+)"/g, /\bimport\s*"([^"]+)"/g, /\bimport\(\s*["'`]([^"'`]+)["'`]\s*\)/g];
  return patterns.flatMap((pattern) => [...bare.matchAll(pattern)].map(([, specifier]) => specifier));
}

/** Paths below the project's root of its files that a folder's files import from outside these rooms. */
function strangers(folder: string, rooms: string[]): string[] {
  return filesOf(new URL(folder, ROOT)).flatMap((file) =>
    importsOf(Deno.readTextFileSync(file)).filter((specifier) => /^(\.|\/|file:)/.test(specifier)).flatMap(
      (specifier) => {
        const path = relative(fileURLToPath(ROOT), fileURLToPath(new URL(specifier, file)));
        return rooms.some((room) => path.startsWith(room))
          ? []
          : [`${relative(fileURLToPath(ROOT), fileURLToPath(file))}: ${path}`];
      },
    )
  );
}

Deno.test("each form of an import is seen", () => {
  const code = `
    import { a } from "../a.ts";
    export * from "./b.ts";
    import type { C } from
      "./c.ts";
    import "./d.ts";
    const e = await import("./e.ts");
    /** import { f } from "./f.ts"; */
    // import { g } from "./g.ts";
  `;
  assertEquals(importsOf(code), ["../a.ts", "./b.ts", "./c.ts", "./d.ts", "./e.ts"]);
});

Deno.test("the engine imports nothing of the project but its own files and lib/files", () => {
  assert(filesOf(new URL("lib/engine/", ROOT)).length > 20);
  assertEquals(strangers("lib/engine/", ["lib/engine/", "lib/files/"]), []);
  assertEquals(strangers("lib/files/", ["lib/files/"]), []);
  assertEquals(strangers("lib/training/", ["lib/training/"]).length > 0, true); // and the test can fail
});
