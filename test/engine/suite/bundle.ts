/**
 * Bundles the specs that tfjs-core ships in its npm package (ES modules without file extensions, which Deno cannot
 * import as they are) with tfjs-node-gpu's kernels, so that specs and kernels share one tfjs-core.
 */
import * as esbuild from "esbuild";
import { createRequire, isBuiltin } from "node:module";
import { dirname, join } from "node:path";

/** What the bundle exports. */
export interface Specs {
  /** Registers the backend on a binding, then defines the specs with Jasmine's globals. */
  define(): Promise<void>;
}

const ENTRY = `
import { setTestEnvs } from "@tensorflow/tfjs-core/dist/jasmine_util";

export async function define() {
  setTestEnvs([{ name: "test-tensorflow", backendName: "tensorflow", flags: {}, isDataSync: true }]);
  await import("@tensorflow/tfjs-core/dist/tests");
}
`;

/** Where a file of a package of `deno.json` lies in Deno's cache. */
const packageFile = (name: string): string => createRequire(import.meta.url).resolve(name);

/** Finds packages in Deno's cache, which has no `node_modules` folders: each importer knows its own dependencies. */
const packages: esbuild.Plugin = {
  name: "packages",
  setup(build) {
    const tfjs = packageFile("@tensorflow/tfjs/package.json");
    const core = dirname(createRequire(tfjs).resolve("@tensorflow/tfjs-core/package.json"));
    build.onResolve({ filter: /^@tensorflow\/tfjs-core$/ }, () => ({ path: join(core, "dist/index.js") }));
    build.onResolve({ filter: /^@tensorflow\/tfjs-core\// }, async ({ path, kind }) => {
      const file = path.replace("@tensorflow/tfjs-core/", "./");
      return await build.resolve(file, { resolveDir: core, kind });
    });
    build.onResolve({ filter: /^[^./]/ }, ({ path, importer }) => {
      if (importer === "" || isBuiltin(path)) return null;
      if (path === "encoding") return { path, external: true }; // optional for node-fetch, and not installed
      return { path: createRequire(importer).resolve(path) };
    });
  },
};

/**
 * Bundles and imports the specs.
 *
 * @throws {Error} if a package is not in Deno's cache, or the bundle does not build
 */
export async function loadSpecs(): Promise<Specs> {
  const directory = await Deno.makeTempDir();
  try {
    const bundle = join(directory, "specs.mjs");
    await esbuild.build({
      stdin: { contents: ENTRY, resolveDir: directory },
      outfile: bundle,
      bundle: true,
      format: "esm",
      platform: "node",
      mainFields: ["module", "main"],
      ignoreAnnotations: true, // the package calls its specs free of side effects
      banner: { js: `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);` },
      plugins: [packages],
      logLevel: "error",
    });
    return await import(`file://${bundle}`);
  } finally {
    await esbuild.stop();
    await Deno.remove(directory, { recursive: true });
  }
}
