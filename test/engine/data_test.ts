import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import { test } from "./traced.ts";

await startTensorFlow({ threads: 2 });

const root = Deno.makeTempDirSync();
globalThis.addEventListener("unload", () => Deno.removeSync(root, { recursive: true }));

const TABLE = 'side,name,heavy\n1.5,"a, b",1\n-2,,0\n3e2,é,1\n';
const ROWS = [
  { side: 1.5, name: "a, b", heavy: 1 },
  { side: -2, name: undefined, heavy: 0 },
  { side: 300, name: "é", heavy: 1 },
];

/** Writes a file, and gives its address. */
async function file(name: string, text: string): Promise<string> {
  await Deno.writeTextFile(join(root, name), text);
  return `file://${join(root, name)}`;
}

test("a table is read from a file: numbers, texts with commas, and what is absent", async () => {
  const rows = tf.data.csv(await file("table.csv", TABLE));
  assertEquals(await rows.columnNames(), ["side", "name", "heavy"]);
  assertEquals(await rows.toArray() as unknown[], ROWS);
  assertEquals(await rows.toArray() as unknown[], ROWS); // and from its beginning again
});

test("a table is read from a server, and what the server refuses is an error", async () => {
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, ({ url }) => {
    return url.endsWith("/table.csv")
      ? new Response(TABLE)
      : new Response("", { status: 404, statusText: "Not Found" });
  });
  const at = (name: string) => tf.data.csv(`http://127.0.0.1:${server.addr.port}/${name}`);
  assertEquals(await at("table.csv").toArray() as unknown[], ROWS);
  await assertRejects(() => at("other.csv").toArray(), Error, "Not Found");
});

test("columns become labels, and rows become batches of tensors", async () => {
  const address = await file("numbers.csv", "a,b,y\n1,2,10\n3,4,20\n5,6,30\n");
  const rows = tf.data.csv(address, { columnConfigs: { y: { isLabel: true, dtype: "int32" } } }) as tf.data.Dataset<
    tf.TensorContainer
  >;
  const batches = await rows.batch(2).toArray() as { xs: Record<string, tf.Tensor>; ys: Record<string, tf.Tensor> }[];
  assertEquals(batches.map(({ xs }) => [...xs.b.dataSync()]), [[2, 4], [6]]);
  assertEquals(batches.map(({ ys }) => [...ys.y.dataSync()]), [[10, 20], [30]]);
  tf.dispose(batches);
});

test("a table that is not there, or lacks what it must have, is an error", async () => {
  await assertRejects(() => tf.data.csv(`file://${root}/no.csv`).toArray(), Error, "no such file");
  const twice = await file("twice.csv", "a,a\n1,2\n");
  await assertRejects(() => tf.data.csv(twice).toArray(), Error, "Duplicate column");
  const short = await file("short.csv", "a,b\n1,2,3\n");
  await assertRejects(() => tf.data.csv(short).toArray(), Error, "Should have 2 elements in a row, but got 1,2,3");
});

test("lines of a file come one by one, also those that lie across two pieces of it", async () => {
  const lines = Array.from({ length: 50 }, (_, i) => `line ${i} ${"é".repeat(i)}`);
  const address = await file("lines.txt", lines.join("\n"));
  const bytes = await Deno.readFile(join(root, "lines.txt"));
  const { FileDataSource, TextLineDataset } = tf.data;
  for (const source of [new FileDataSource(address), new FileDataSource(bytes as never, { chunkSize: 7 })]) {
    assertEquals(await new TextLineDataset(source).toArray(), lines);
  }
});

test("generators are zipped, mapped, shuffled by a seed and batched", async () => {
  const numbers = tf.data.generator(function* () {
    for (let i = 0; i < 6; i++) yield i;
  });
  const squares = numbers.mapAsync((i) => Promise.resolve(i * i));
  const pairs = tf.data.zip<{ i: number; square: number }>({ i: numbers, square: squares } as never);
  assertEquals(await pairs.toArray(), [0, 1, 2, 3, 4, 5].map((i) => ({ i, square: i * i })));

  const shuffled = await numbers.shuffle(6, "seed").toArray();
  assertEquals(await numbers.shuffle(6, "seed").toArray(), shuffled);
  assertEquals(shuffled.toSorted(), [0, 1, 2, 3, 4, 5]);

  const batches = await pairs.filter(({ i }) => i !== 0).batch(2, false).toArray() as unknown as Record<
    "i" | "square",
    tf.Tensor
  >[];
  assertEquals(batches.map(({ i }) => i.arraySync()) as unknown[], [[1, 2], [3, 4]]); // the fifth fills no batch
  assertEquals(batches.map(({ square }) => square.arraySync()) as unknown[], [[1, 4], [9, 16]]);
  tf.dispose(batches);
});

test("a model learns from a data set, whose tensors are freed", async () => {
  const rows = tf.data.generator(function* () {
    for (let x = -1; x <= 1; x += 0.25) yield { xs: [x], ys: [3 * x] };
  }).repeat(20).batch(9);
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1], kernelInitializer: "zeros" })] });
  const optimizer = tf.train.sgd(0.5);
  model.compile({ optimizer, loss: "meanSquaredError" });
  await model.fitDataset(rows, { epochs: 1, verbose: 0 });
  const [slope] = tf.tidy(() => model.getWeights()[0].dataSync());
  assertEquals(slope.toFixed(2), "3.00");
  model.dispose();
  optimizer.dispose();
});
