/**
 * CIFAR-10 (Krizhevsky, 2009; https://www.cs.toronto.edu/~kriz/cifar.html) in its official binary form: five training
 * batches and one test batch of 10,000 records, each record one label byte and 3,072 pixel bytes (a red, a green and a
 * blue plane of 32 rows).
 */
import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import { cacheFolder } from "../files/cache.ts";
import { download } from "../files/download.ts";
import { fileError } from "../files/file_error.ts";
import { readTarGz } from "../files/tar.ts";
import { UserError } from "../files/user_error.ts";
import type { Dataset, ImageSet } from "./image_set.ts";

const site = "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz";
const archiveName = "cifar-10-binary.tar.gz";
const archive = { bytes: 170_052_171, md5: "c32a1d4ab5d03f1284b67883e8d87530" }; // published on the site
const folderName = "cifar-10-batches-bin";

/** MD5 of the files in the official archive, as prabhuomkar/pytorch-cpp checks them (cmake/fetch_cifar10.cmake). */
const batches = {
  "data_batch_1.bin": "5dd7e06a14cb22eb9f671a540d1b7c25",
  "data_batch_2.bin": "5ea93a67294ea407fff1d09f752e9692",
  "data_batch_3.bin": "942cd6a4bcdd0dd3c604fbe906cb4421",
  "data_batch_4.bin": "ae636b3ba5c66a11e91e8cb52e771fcb",
  "data_batch_5.bin": "53f37980c15c3d472c316c40844f3f0d",
  "test_batch.bin": "803d5f7f4d78ea53de84dbe85f74fb6d",
};
const names = Object.keys(batches) as (keyof typeof batches)[];

const side = 32;
const plane = side * side;
const recordBytes = 1 + 3 * plane;
const recordsPerBatch = 10_000;

/** Class names in the order of the official numbers. */
const classes = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

/** Where CIFAR-10 comes from. */
export interface Cifar10Options {
  /**
   * A folder that holds `cifar-10-batches-bin`, that folder itself, or one that holds `cifar-10-binary.tar.gz`; without
   * one the archive is downloaded once from the data set's own site (170 MB, MD5 checked) into the cache.
   */
  dataDir?: string;
}

/**
 * Loads CIFAR-10: 50,000 training and 10,000 test images, about 185 MB in memory.
 *
 * `source.sha256` is over the six unpacked batches, data_batch_1 to 5 and then test_batch. `source.official` says
 * whether each has the MD5 of the official file: re-encoded pixels are used all the same, but a result shows it.
 *
 * @throws {UserError} if a batch is missing, has the wrong size or a label above 9, if the archive is damaged, or if
 * the download fails
 */
export async function cifar10({ dataDir }: Cifar10Options = {}): Promise<Dataset> {
  const read = dataDir === undefined ? await fromArchive(await fetched()) : await fromFolder(dataDir);
  const all = createHash("sha256");
  let official = true;
  const images = new Uint8Array(names.length * recordsPerBatch * 3 * plane);
  const labels = new Int32Array(names.length * recordsPerBatch);
  for (const [batch, name] of names.entries()) {
    const { path, data } = await read(name);
    const at = batch * recordsPerBatch;
    decodeBatch(data, path, recordsPerBatch, images.subarray(at * 3 * plane), labels.subarray(at));
    all.update(data);
    official &&= createHash("md5").update(data).digest("hex") === batches[name];
  }
  const part = (name: string, from: number, to: number): ImageSet => ({
    name,
    side,
    images: images.subarray(from * 3 * plane, to * 3 * plane),
    labels: labels.subarray(from, to),
    index: Int32Array.from({ length: to - from }, (_, i) => i),
  });
  const trainCount = 5 * recordsPerBatch;
  return {
    name: "cifar10",
    classes,
    train: part("train", 0, trainCount),
    test: part("test", trainCount, trainCount + recordsPerBatch),
    source: { sha256: all.digest("hex"), official },
  };
}

/**
 * Decodes a batch of records, one label and three colour planes each, into labels and interleaved pixels.
 *
 * @param bytes the batch, `[records, 1 + 3 * 32 * 32]`
 * @param path what messages call it
 * @param records how many records it must hold
 * @param images where pixels go, `[records, 32, 32, 3]`
 * @param labels where labels go, `[records]`
 * @throws {UserError} if the size is wrong or a label is above 9
 */
export function decodeBatch(
  bytes: Uint8Array,
  path: string,
  records: number,
  images: Uint8Array,
  labels: Int32Array,
): void {
  if (bytes.length !== records * recordBytes) {
    const n = (value: number) => value.toLocaleString("en");
    throw new UserError(
      `${path}: ${n(bytes.length)} bytes, expected ${n(records * recordBytes)} (${n(records)} records of ${
        n(recordBytes)
      }). ` +
        `The file ${bytes.length < records * recordBytes ? "is cut off" : "is not a CIFAR-10 batch"}: ` +
        `unpack ${archiveName} again, or run without --data-dir to download it.`,
    );
  }
  for (let record = 0; record < records; record++) {
    const from = record * recordBytes;
    if (bytes[from] >= classes.length) {
      throw new UserError(
        `${path}: record ${record} (counted from 0) has label ${bytes[from]}, expected 0 to ${classes.length - 1}. ` +
          `The file is damaged or not CIFAR-10: unpack ${archiveName} again, or run without --data-dir to download it.`,
      );
    }
    labels[record] = bytes[from];
    const to = record * 3 * plane;
    for (let c = 0; c < 3; c++) {
      const start = from + 1 + c * plane;
      for (let pixel = 0; pixel < plane; pixel++) images[to + 3 * pixel + c] = bytes[start + pixel];
    }
  }
}

/** Reads one batch; `path` names it in messages. */
type ReadBatch = (name: string) => Promise<{ path: string; data: Uint8Array }>;

async function fromFolder(dir: string): Promise<ReadBatch> {
  const found = await list(dir);
  const folder = found.includes(folderName) ? join(dir, folderName) : dir;
  const files = folder === dir ? found : await list(folder);
  const missing = names.filter((name) => !files.includes(name));
  if (missing.length === 0) {
    return async (name) => {
      const path = join(folder, name);
      return { path, data: await Deno.readFile(path).catch((error) => Promise.reject(fileError(error, "read", path))) };
    };
  }
  if (missing.length < names.length) {
    throw new UserError(
      `${folder}: ${missing.join(", ")} not there. CIFAR-10 has six batches: unpack ${archiveName} again, ` +
        "or run without --data-dir to download it.",
    );
  }
  if (found.includes(archiveName)) return await fromArchive(join(dir, archiveName));
  throw new UserError(
    `${dir}: holds neither the batches of ${folderName} nor ${archiveName} (CIFAR-10's binary version). ` +
      "Pass the folder that does, or run without --data-dir to download it.",
  );
}

async function list(dir: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(dir))).map((entry) => entry.name);
  } catch (error) {
    if (error instanceof Deno.errors.NotADirectory) {
      throw new UserError(`${dir}: is a file. Pass the folder that holds ${folderName} or ${archiveName}.`);
    }
    throw fileError(error, "read", dir);
  }
}

/** Unpacks the batches in memory, whatever their order in the archive. */
async function fromArchive(path: string): Promise<ReadBatch> {
  const unpacked = new Map<string, Uint8Array>();
  const wanted = (name: string) => names.some((batch) => name === `${folderName}/${batch}`);
  for await (const { name, data } of readTarGz(path, wanted)) unpacked.set(basename(name), data);
  return (name) => {
    const data = unpacked.get(name);
    if (data === undefined) {
      throw new UserError(`${path}: ${folderName}/${name} not in it. Delete the archive and download it again.`);
    }
    unpacked.delete(name); // each is read once
    return Promise.resolve({ path: `${path}: ${name}`, data });
  };
}

async function fetched(): Promise<string> {
  const path = join(await cacheFolder("datasets"), archiveName);
  await download({ url: site, path, ...archive, label: "CIFAR-10" });
  return path;
}
