/** Decodes twenty made-up images in a process of its own, and writes its number into a list at each: `decode_child.ts CACHE LIST`. */
import { decodeImages } from "../../lib/datasets/decoded.ts";
import { startTensorFlow } from "../../lib/engine/tensorflow.ts";

const [cache, list] = Deno.args;
await startTensorFlow({ threads: 1 }); // from the user's cache, not from the test's
Deno.env.set("BACKMIX_HOME", cache);
const { images } = await decodeImages({
  label: "Made-up images",
  side: 1,
  cached: "made-up",
  files: Array.from({ length: 20 }, (_, k) => `image ${k}`),
  threads: 1,
  async decode(at) {
    await Deno.writeTextFile(list, `${Deno.pid}\n`, { append: true });
    await new Promise((done) => setTimeout(done, 20));
    return Uint8Array.of(at, 2 * at, 3 * at);
  },
});
console.log(images.join());
