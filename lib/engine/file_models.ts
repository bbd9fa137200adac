/**
 * `model.save("file://...")` and `tf.loadLayersModel("file://...")`, by tfjs-node's own handler: a folder with
 * `model.json` and one or more files of weights beside it. Without it tfjs knows addresses of the web only.
 */
import { nodeFileSystemRouter } from "@tensorflow/tfjs-node-gpu/dist/io/file_system.js";
import { dirname, resolve } from "node:path";
import { fileError } from "../files/file_error.ts";
import { tf } from "./tensorflow.ts";

const SCHEME = "file://";

/** Makes tfjs know `file://`. */
export function registerFileModels(): void {
  tf.io.registerLoadRouter(nodeFileSystemRouter);
  tf.io.registerSaveRouter((url) => {
    if (Array.isArray(url) || !url.startsWith(SCHEME)) return null!;
    const handler = nodeFileSystemRouter(url);
    return {
      async save(artifacts) {
        await makeFolder(dirname(resolve(url.slice(SCHEME.length)))); // the handler makes the last one only
        return await handler.save(artifacts);
      },
    };
  });
}

async function makeFolder(path: string): Promise<void> {
  await Deno.mkdir(path, { recursive: true }).catch((error) => {
    throw fileError(error, "write", path);
  });
}
