import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { dataParallel } from "../../lib/engine/data_parallel.ts";
import { jit } from "../../lib/engine/jit.ts";
import { engine, startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import { leavesOf } from "../../lib/engine/tree.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { assertClose, normal, test } from "./traced.ts";

await startTensorFlow({ replicas: 2 }); // two virtual processors

interface Network {
  kernel: tf.Tensor4D;
  dense: tf.Tensor2D;
}
interface Batch {
  images: tf.Tensor4D;
  labels: tf.Tensor1D;
}

function logitsOf({ kernel, dense }: Network, images: tf.Tensor4D): tf.Tensor {
  const map = tf.relu(tf.conv2d(images, kernel, 2, "same")); // [B, 4, 4, 6]
  return tf.matMul(tf.mean(map, [1, 2]), dense); // [B, 3]
}

function lossAndGradients({ kernel, dense }: Network, { images, labels }: Batch) {
  const loss = (kernel: tf.Tensor, dense: tf.Tensor) => {
    const logits = logitsOf({ kernel, dense } as Network, images);
    return tf.losses.softmaxCrossEntropy(tf.oneHot(labels, 3), logits) as tf.Scalar;
  };
  const { value, grads } = tf.valueAndGrads(loss)([kernel, dense]);
  return { mean: { loss: value, grads }, rows: { logits: logitsOf({ kernel, dense }, images) } };
}

interface Moving {
  network: Network;
  moments: tf.Tensor[];
}

/** Stochastic gradient descent with momentum. */
function moved({ network: { kernel, dense }, moments }: Moving, grads: tf.Tensor[]) {
  const next = moments.map((m, i) => tf.add(tf.mul(0.9, m), grads[i]));
  const [k, d] = [kernel, dense].map((p, i) => tf.sub<tf.Tensor>(p, tf.mul(0.1, next[i])));
  return { network: { kernel: k as tf.Tensor4D, dense: d as tf.Tensor2D }, moments: next };
}

const start = () => ({
  network: { kernel: normal([3, 3, 3, 6], "kernel"), dense: normal([6, 3], "dense") } as Network,
  moments: [tf.zeros([3, 3, 3, 6]), tf.zeros([6, 3])],
});

const batchOf = (step: number): Batch => ({
  images: normal([8, 8, 8, 3], `images ${step}`) as tf.Tensor4D,
  labels: tf.tensor1d([0, 2, 1, 1, 0, 0, 2, 1], "int32"),
});

test("three steps on two devices are the three steps on one, traced and at once", () => {
  tf.tidy(() => {
    const one = (state: Moving, batch: Batch) => {
      const { mean, rows } = lossAndGradients(state.network, batch);
      return { ...moved(state, mean.grads), loss: mean.loss, logits: rows.logits };
    };
    const two = (state: Moving, batch: Batch) => {
      const { mean, rows } = dataParallel((share: Batch) => lossAndGradients(state.network, share), batch);
      return { ...moved(state, mean.grads), loss: mean.loss, logits: rows.logits };
    };
    const steps = [one, two, jit(two)];
    const states: Moving[] = steps.map(start);
    for (let i = 0; i < 3; i++) {
      const [wanted, ...made] = steps.map((step, k) => step(states[k], batchOf(i)));
      for (const tree of made) {
        const leaves = leavesOf<tf.Tensor>(tree);
        for (const [path, tensor] of leavesOf<tf.Tensor>(wanted)) assertClose(leaves.get(path)!, tensor, 1e-5);
      }
      states.splice(0, 3, wanted, ...made);
    }
  });
});

test("each device normalises by its own share, and running statistics are averaged", () => {
  tf.tidy(() => {
    const normalised = (x: tf.Tensor) => {
      const mean = tf.mean(x, 0);
      const deviation = tf.sqrt(tf.mean(tf.square(tf.sub(x, mean)), 0));
      return { mean: { running: mean }, rows: { y: tf.div(tf.sub(x, mean), deviation) } };
    };
    const { mean, rows } = jit((x: tf.Tensor) => dataParallel(normalised, x))(tf.tensor2d([[1], [3], [10], [50]]));
    assertEquals([...rows.y.dataSync()], [-1, 1, -1, 1]); // by (2, 1) and by (30, 20)
    assertEquals([...mean.running.dataSync()], [16]);
  });
});

test("a gradient goes through the shares, and loops run on their device", () => {
  tf.tidy(() => {
    const x = tf.tensor1d([1, 2, 3, 4]);
    const cubes = (w: tf.Tensor) => {
      const powers = (share: tf.Tensor) => ({
        mean: tf.sum(jit.scan((p, row) => [tf.mul(p, row), p], share, tf.stack([share, share]))[0]),
      });
      return tf.mul(dataParallel(powers, tf.mul(w, x)).mean, w) as tf.Scalar; // w sum((w x)^3) / 2
    };
    const { value, grad } = jit((w: tf.Tensor) => tf.valueAndGrad(cubes)(w))(tf.scalar(2));
    assertEquals([...value.dataSync(), ...grad.dataSync()], [800, 1600]); // 50 w^4, 200 w^3
  });
});

test("a share is recorded for its device, and a device that is not there is an error", () => {
  const { binding } = engine();
  const x = tf.scalar(3);
  const on = (device: string) => jit((x: tf.Tensor) => binding.onDevice(device, () => tf.square(x)))(x);
  const there = on("/device:CPU:1");
  assertEquals(there.dataSync()[0], 9);
  assertThrows(() => on("/device:CPU:2"), Error, "/device:CPU:2");
  tf.dispose([x, there]);
});

test("what cannot be shared or averaged is an error that says why, and leaves nothing behind", () => {
  const work = (x: tf.Tensor) => ({ mean: tf.sum(x) });
  tf.tidy(() => {
    const traced = jit((x: tf.Tensor) => dataParallel(work, x));
    assertThrows(() => traced(tf.zeros([3])), RangeError, "3 rows cannot be shared evenly by 2 devices");
    assertThrows(() => traced(tf.scalar(1)), RangeError, "here it has none");
    assertThrows(() => dataParallel(work, {} as unknown as tf.Tensor), RangeError, "it is empty");
    const uneven = { images: tf.zeros([4]), labels: tf.zeros([2]) };
    const first = ({ images }: typeof uneven) => ({ mean: tf.sum(images) });
    assertThrows(() => dataParallel(first, uneven), RangeError, "images has 4, labels has 2");
    const count = (x: tf.Tensor) => ({ mean: { right: tf.sum(x.toInt()) } });
    assertThrows(() => dataParallel(count, tf.zeros([4])), TypeError, "mean.right is int32[], which has no mean");
  });
});

Deno.test("the engine keeps its number of replicas, which is a whole number", async () => {
  assertEquals((await startTensorFlow({ replicas: 2 })).replicas, 2);
  await assertRejects(() => startTensorFlow({ replicas: 1 }), UserError, "runs with 2 replicas in this process, not 1");
});
