/** Has tfjs-node's own modules find this project's binding where they look for their native addon. */
import { nodeFileSystemRouter } from "@tensorflow/tfjs-node-gpu/dist/io/file_system.js";
import { createRequire } from "node:module";
import type { Binding } from "../../../lib/engine/binding.ts";
import { tf } from "../../../lib/engine/tensorflow.ts";
import { packageFile } from "./bundle.ts";

/** What Node's loader keeps of a module. */
type Loaded = NonNullable<NodeJS.Require["cache"][string]>;

/** The engine knows `file://` already: a second handler of it, which tfjs-node's own start would add, tfjs refuses. */
function keepFileModels(): void {
  const { registerLoadRouter, registerSaveRouter } = tf.io;
  const others = (register: typeof registerLoadRouter) => (router: typeof nodeFileSystemRouter) => {
    if (router !== nodeFileSystemRouter) register(router);
  };
  Object.assign(tf.io, {
    registerLoadRouter: others(registerLoadRouter),
    registerSaveRouter: others(registerSaveRouter),
  });
}

/** Puts the binding, and what looks for an addon's file, where they count as loaded. */
export function standForAddon(binding: Binding): void {
  keepFileModels();
  const require = createRequire(packageFile("@tensorflow/tfjs-node-gpu/dist/index.js"));
  const file = require.resolve("../binding.gyp"); // it must be there, and nobody reads it
  const load = (id: string, exports: unknown) => {
    require.cache[id] = { id, filename: id, loaded: true, exports } as Loaded;
  };
  load(file, binding);
  load(require.resolve("@mapbox/node-pre-gyp"), { find: () => file });
}
