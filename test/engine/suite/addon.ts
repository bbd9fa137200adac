/** Has tfjs-node's own modules find this project's binding where they look for their native addon. */
import { createRequire } from "node:module";
import type { Binding } from "../../../lib/engine/binding.ts";
import { packageFile } from "./bundle.ts";

/** What Node's loader keeps of a module. */
type Loaded = NonNullable<NodeJS.Require["cache"][string]>;

/** Puts the binding, and what looks for an addon's file, where they count as loaded. */
export function standForAddon(binding: Binding): void {
  const require = createRequire(packageFile("@tensorflow/tfjs-node-gpu/dist/index.js"));
  const file = require.resolve("../binding.gyp"); // it must be there, and nobody reads it
  const load = (id: string, exports: unknown) => {
    require.cache[id] = { id, filename: id, loaded: true, exports } as Loaded;
  };
  load(file, binding);
  load(require.resolve("@mapbox/node-pre-gyp"), { find: () => file });
}
