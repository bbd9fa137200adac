/**
 * One step on several devices: each works on its share of the batch with the same parameters, and what they found, such
 * as gradients, is averaged. (After PyTorch's `DistributedDataParallel`.)
 */
import { tidied } from "./record.ts";
import { engine, tf } from "./tensorflow.ts";
import type { Tensor } from "./tensors.ts";
import { disposeTree, leavesOf, type Mapped, mapTree } from "./tree.ts";

/** What a device makes of its share: trees of tensors. */
export interface Share<Mean, Rows> {
  /** What is averaged over the devices, such as loss and gradients, each a mean over the share's rows; float32. */
  mean: Mean;
  /** What there is of each row, `[rows of the share, ...]`, such as logits. */
  rows?: Rows;
}

/**
 * Shares a batch among the devices that `startTensorFlow({ replicas })` asked for. In a traced function each share is
 * computed on its device, at the same time; at once, one after another on the first. With one replica it is `work(batch)`.
 *
 * What `work` takes from outside, such as parameters, is copied to each device. Take gradients inside of it, so that they
 * are computed where the forward pass was.
 *
 * The mean over equal shares is the mean over the batch, so that the step of any number of devices is the same but for
 * rounding. Batch normalisation is the exception, as in PyTorch: each device normalises by the statistics of its own
 * share. Running statistics that are returned as a part of `mean` are averaged.
 *
 * @param work from a share of the rows to what is made of them
 * @param batch a tree of tensors `[n, ...]`, n the same for all and a multiple of the replicas
 * @returns `mean` over all devices, and `rows` of all shares in the batch's order, `[n, ...]`
 * @throws {RangeError} if the rows cannot be shared evenly
 * @throws {TypeError} if there is no mean of a tensor, since it is not float32
 *
 * @example
 * ```ts ignore
 * await startTensorFlow({ device: "gpu:0", replicas: 2 });
 * const step = jit((params: Params, images: tf.Tensor4D, labels: tf.Tensor1D) => {
 *   const { mean } = dataParallel(({ images, labels }) => ({ mean: gradients(params, images, labels) }), { images, labels });
 *   return moved(params, mean);
 * });
 * ```
 */
export function dataParallel<Batch, Mean, Rows = Record<never, never>>(
  work: (share: Batch) => Share<Mean, Rows>,
  batch: Batch,
): Required<Share<Mean, Rows>> {
  const { binding, replicas, device } = engine();
  const on = <T>(i: number, work: () => T): T =>
    binding.isTracing() ? binding.onDevice(`/device:${device.toUpperCase()}:${i}`, work) : work();
  const rows = rowsOf(batch, replicas) / replicas;

  const shares = Array.from({ length: replicas }, (_, i) => {
    const share = on(0, () => rowsFrom(batch, i * rows, rows)); // so that only these rows are copied
    const made = on(i, () => tidied(() => work(share)));
    disposeTree(share);
    return made;
  });
  const joined = on(0, () => ({
    mean: together(shares.map(({ mean }) => mean), mean),
    rows: together(shares.map(({ rows }) => rows ?? {}), (leaves) => tf.concat(leaves)),
  }));
  disposeTree(shares);
  return joined as Required<Share<Mean, Rows>>;
}

/** How many rows all leaves have. */
function rowsOf(batch: unknown, replicas: number): number {
  const counts = [...leavesOf(batch)].map(([path, { shape }]) => [path, shape[0]] as const);
  const [[, n] = [, undefined]] = counts;
  const other = counts.find(([, rows]) => rows !== n || rows === undefined);
  if (n === undefined || other !== undefined) {
    const each = counts.map(([path, rows]) => `${path || "it"} has ${rows ?? "none"}`).join(", ") || "it is empty";
    throw new RangeError(`dataParallel: all tensors of a batch have as many rows; here ${each}.`);
  }
  if (n % replicas !== 0) {
    throw new RangeError(
      `dataParallel: ${n} rows cannot be shared evenly by ${replicas} devices, and the mean of unequal shares is not the ` +
        "batch's. Use batches of a multiple of it, and leave out what remains at the end.",
    );
  }
  return n;
}

/** A tree's rows from one on. */
function rowsFrom<Batch>(batch: Batch, from: number, count: number): Batch {
  const piece = (x: Tensor) => tf.slice(x, [from, ...x.shape.slice(1).fill(0)], [count, ...x.shape.slice(1)]);
  return mapTree(batch, (leaf) => piece(leaf as Tensor)) as Batch;
}

/** Trees of one form as one tree. */
function together<Tree>(trees: Tree[], join: (leaves: Tensor[], path: string) => Tensor): Mapped<Tree, Tensor> {
  const leaves = trees.map((tree) => leavesOf<Tensor>(tree));
  return mapTree(trees[0], (_, path) => join(leaves.map((of) => of.get(path)!), path));
}

function mean(leaves: Tensor[], path: string): Tensor {
  const [{ dtype, shape }] = leaves;
  if (dtype !== "float32") {
    throw new TypeError(
      `dataParallel: mean${
        path && `.${path}`
      } is ${dtype}[${shape}], which has no mean: cast it, or return it in rows.`,
    );
  }
  return tf.tidy(() => tf.div(tf.addN(leaves), leaves.length));
}
