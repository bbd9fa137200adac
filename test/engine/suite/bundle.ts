/**
 * Bundles the specs that tfjs-core ships in its npm package (ES modules without file extensions, which Deno cannot
 * import as they are) and those of tfjs-node-gpu, which share its modules, and thereby the backend, with this project.
 */
import * as esbuild from "esbuild";
import { createRequire, isBuiltin } from "node:module";
import { dirname, join } from "node:path";

/** What the bundle exports. */
export interface Specs {
  /** Registers the backend on a binding, then defines the specs with Jasmine's globals. */
  define(): Promise<void>;
}

/** Where a file of a package of `deno.json` lies in Deno's cache. */
export const packageFile = (name: string): string => createRequire(import.meta.url).resolve(name);

/** Those of tfjs-node-gpu: all that it ships. */
const NODE_SPECS = [
  "callbacks",
  "canvas",
  "image",
  "index",
  "int64_tensors",
  "nodejs_kernel_backend",
  "saved_model",
  "tensorboard",
  "tfjs_binding",
  "io/file_system",
  "io/io_utils",
  "io/node_http",
].map((name) => packageFile(`@tensorflow/tfjs-node-gpu/dist/${name}_test.js`));

const ENTRY = `
import { setTestEnvs } from "@tensorflow/tfjs-core/dist/jasmine_util";

export async function define() {
  setTestEnvs([{ name: "test-tensorflow", backendName: "tensorflow", flags: {}, isDataSync: true }]);
  await import("@tensorflow/tfjs-core/dist/tests");
  ${NODE_SPECS.map((file) => `await import(${JSON.stringify(file)});`).join("\n  ")}
}
`;

/** Two packages of which tfjs-node-gpu's specs use a function each; they are only there where it is developed. */
const STAND_INS: Record<string, string> = {
  rimraf: `module.exports = (path, done) => require("node:fs").rm(path, { recursive: true, force: true }, done);`,
  tmp: `exports.dirSync = () => ({ name: require("node:fs").mkdtempSync(require("node:os").tmpdir() + "/") });`,
};

/** What modules of Node's older kind expect to be there. */
const BANNER = `
import { createRequire } from "node:module";
const require = createRequire(import.meta.url), __dirname = import.meta.dirname;
`;

/** Finds packages in Deno's cache, which has no `node_modules` folders: each importer knows its own dependencies. */
const packages: esbuild.Plugin = {
  name: "packages",
  setup(build) {
    const tfjs = packageFile("@tensorflow/tfjs/package.json");
    build.onResolve({ filter: /^(rimraf|tmp)$/ }, ({ path }) => ({ path, namespace: "stand-in" }));
    build.onLoad({ filter: /./, namespace: "stand-in" }, ({ path }) => ({ contents: STAND_INS[path] }));
    build.onResolve({ filter: /^(\.|@)/ }, ({ path, importer }) => {
      if (!NODE_SPECS.includes(importer) || path.startsWith("@tensorflow/tfjs-core/")) return null;
      return { path: createRequire(importer).resolve(path), external: true };
    });
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
      banner: { js: BANNER },
      plugins: [packages],
      logLevel: "error",
    });
    return await import(`file://${bundle}`);
  } finally {
    await esbuild.stop();
    await Deno.remove(directory, { recursive: true });
  }
}
