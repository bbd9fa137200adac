import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import { disposeTree, leavesOf } from "../../lib/engine/tree.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { type Checkpoint, loadCheckpoint, saveCheckpoint } from "../../lib/training/checkpoint.ts";

await startTensorFlow({ threads: 2 });
const folder = await Deno.makeTempDir();
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

type Net = { params: { conv1: { kernel: tf.Tensor } }; moments: { direction: tf.Tensor[] } };
const IMAGES = 3;
const identity = { id: "a.trial0", threads: 2, recipe: { batch: 64, backmix: { lag: 1 }, schedule: [30, 60] } };
const float = fc.float({ noNaN: true, noDefaultInfinity: true });
const floats = (n: number) => fc.array(float, { minLength: n, maxLength: n }).map((v) => Float32Array.from(v));
const update = fc.record({
  images: fc.constant(Int32Array.of(2, 0)),
  maps: floats(2 * 64),
  partners: fc.array(fc.nat(IMAGES - 1), { maxLength: 2 }).map((v) => Int32Array.from(v)),
});
const states = fc.record({
  step: fc.nat(),
  lossSum: fc.double({ noNaN: true, noDefaultInfinity: true }),
  correct: fc.nat(),
  kernel: floats(6),
  direction: floats(2),
  bank: fc.option(fc.record({ maps: floats(IMAGES * 64), waiting: fc.array(update, { maxLength: 2 }) })),
});

function networkOf(kernel: Float32Array, direction: Float32Array): Net {
  return {
    params: { conv1: { kernel: tf.tensor(kernel, [3, 2]) } },
    moments: { direction: [tf.tensor(direction), tf.scalar(1)] },
  };
}
const valuesOf = (network: Net) => [...leavesOf<tf.Tensor>(network)].map(([name, t]) => [name, t.shape, t.dataSync()]);

/** Saves a small checkpoint, and gives its path and network. */
async function saved(): Promise<{ path: string; network: Net; checkpoint: Checkpoint<Net> }> {
  const path = `${await Deno.makeTempDir({ dir: folder })}/checkpoint.safetensors`;
  const network = networkOf(Float32Array.of(1, 2, 3, 4, 5, 6), Float32Array.of(7, 8));
  const checkpoint = { step: 5, lossSum: 0.1, correct: 3, network, bank: null };
  await saveCheckpoint(path, checkpoint, identity);
  return { path, network, checkpoint };
}

Deno.test("a checkpoint reads back as it was, and equal states give equal files", async () => {
  const directory = await Deno.makeTempDir();
  await fc.assert(
    fc.asyncProperty(states, async ({ kernel, direction, ...state }) => {
      const checkpoint = { ...state, network: networkOf(kernel, direction) };
      await saveCheckpoint(`${directory}/a`, checkpoint, identity);
      const read = (await loadCheckpoint(`${directory}/a`, checkpoint.network, identity))!;
      // JSON has no -0, which as a sum of losses is the same
      assertEquals({ ...read, network: 0 }, { ...checkpoint, lossSum: checkpoint.lossSum + 0, network: 0 });
      assertEquals(valuesOf(read.network), valuesOf(checkpoint.network));
      await saveCheckpoint(`${directory}/b`, read, JSON.parse(JSON.stringify(identity)));
      assertEquals(await Deno.readFile(`${directory}/a`), await Deno.readFile(`${directory}/b`));
      disposeTree([read.network, checkpoint.network]);
    }),
    { numRuns: 25 },
  );
  await Deno.remove(directory, { recursive: true });
});

Deno.test("where there is no file there is no checkpoint", async () => {
  const { path, network } = await saved();
  assertEquals(await loadCheckpoint(`${path}.not`, network, identity), null);
});

Deno.test("each flipped bit and each cut is found, and told as an error of the file", async () => {
  const { path, network } = await saved();
  const bytes = await Deno.readFile(path);
  const damaged = async (changed: Uint8Array, what: string) => {
    await Deno.writeFile(path, changed);
    const error = await assertRejects(() => loadCheckpoint(path, network, identity), UserError, undefined, what);
    assertEquals(
      error.message,
      `${path}: this checkpoint is damaged. Delete it to start the run from its beginning, or put back a copy.`,
      what,
    );
  };
  for (let at = 0; at < bytes.length; at++) {
    const flipped = bytes.slice();
    flipped[at] ^= 1 << (at % 8);
    await damaged(flipped, `bit ${at % 8} of byte ${at}`);
  }
  for (let length = 0; length < bytes.length; length += 7) await damaged(bytes.subarray(0, length), `${length} bytes`);
});

Deno.test("a checkpoint of another run is refused with all that differs", async () => {
  const { path, network } = await saved();
  const refused = async (other: Record<string, unknown>) =>
    (await assertRejects(() => loadCheckpoint(path, network, other), UserError)).message;
  assertStringIncludes(await refused({ ...identity, threads: 4 }), "(threads 2 there, 4 here)");
  const { recipe } = identity;
  assertStringIncludes(
    await refused({ ...identity, recipe: { ...recipe, batch: 128, schedule: [30] } }),
    "(recipe.batch 64 there, 128 here; recipe.schedule [30,60] there, [30] here)",
  );
  assertStringIncludes(
    await refused({ ...identity, recipe: { ...recipe, backmix: null } }),
    "(recipe.backmix absent there, null here; recipe.backmix.lag 1 there, absent here)",
  );
  const same = { threads: 2, recipe: { ...recipe }, id: "a.trial0" };
  assert(await loadCheckpoint(path, network, same) !== null, "the order of keys is no difference");
});

Deno.test("arrays that do not fit the network are told by name", async () => {
  const { path, network } = await saved();
  const message = async (form: unknown) =>
    (await assertRejects(() => loadCheckpoint(path, form, identity), UserError)).message;
  assertStringIncludes(await message({ ...network, state: { mean: tf.scalar(0) } }), "network.state.mean is missing");
  const params = { conv1: { kernel: tf.zeros([2, 3]) } };
  assertStringIncludes(await message({ params }), "params.conv1.kernel is [3,2], expected [2,3]");
});

Deno.test("what cannot be written is told plainly", async () => {
  const { path, checkpoint } = await saved();
  const error = await assertRejects(() => saveCheckpoint(`${path}/below`, checkpoint, identity), UserError);
  assertMatch(error.message, /below: cannot write: a part of this path is a file/);
});
