/**
 * Makes a folder that could be published as a package of its own: what `lib/engine/mod.ts` and `tfjs.ts` import, and
 * nothing else of the project.
 *
 *     deno run --allow-read --allow-write --allow-run test/engine/make_package.ts FOLDER
 *     cd FOLDER && deno publish --dry-run
 */
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const ENTRIES = { ".": "lib/engine/mod.ts", "./tfjs": "lib/engine/tfjs.ts" };
const EXTRA = ["LICENSE", "lib/engine/README.md"];

/** Paths below the project's root of all its files that the entries import, types too. */
async function imported(): Promise<string[]> {
  const files = new Set<string>();
  for (const entry of Object.values(ENTRIES)) {
    const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json", join(ROOT, entry)] })
      .output();
    const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as { modules: { specifier: string }[] };
    for (const { specifier } of modules) {
      if (specifier.startsWith("file:")) files.add(relative(ROOT, fileURLToPath(specifier)));
    }
  }
  return [...files].sort();
}

/**
 * Makes the package.
 *
 * @param folder is made; an absent or empty one
 * @returns paths of its modules
 */
export async function makePackage(folder: string): Promise<string[]> {
  const modules = await imported();
  for (const path of [...modules, ...EXTRA]) {
    const target = join(folder, path);
    await Deno.mkdir(dirname(target), { recursive: true });
    await Deno.copyFile(join(ROOT, path), target);
  }
  const { imports } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
  const texts = await Promise.all(modules.map((path) => Deno.readTextFile(join(folder, path))));
  const code = texts.join("\n").replaceAll(/^ *\*.*$/gm, ""); // the examples in comments need more
  const used = Object.entries(imports).filter(([name]) => code.includes(`"${name}`));
  await Deno.writeTextFile(
    join(folder, "deno.json"),
    JSON.stringify(
      {
        name: "@backmix-lab/engine",
        version: "0.1.0",
        license: "MIT",
        exports: Object.fromEntries(Object.entries(ENTRIES).map(([name, path]) => [name, `./${path}`])),
        imports: Object.fromEntries(used),
      },
      null,
      2,
    ) + "\n",
  );
  return modules;
}

if (import.meta.main) await makePackage(Deno.args[0]);
