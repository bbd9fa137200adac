/**
 * CIFAR-10 and CIFAR-100 (Krizhevsky, 2009; https://www.cs.toronto.edu/~kriz/cifar.html) in their official binary form:
 * files of records, each record its labels, a byte each, and 3,072 pixel bytes (a red, a green and a blue plane of 32
 * rows). `cifar10.ts` and `cifar100.ts` say what differs.
 */
import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import { cacheFolder } from "../files/cache.ts";
import { download } from "../files/download.ts";
import { fileError } from "../files/file_error.ts";
import { readBytes } from "../files/read.ts";
import { readTarGz } from "../files/tar.ts";
import { UserError } from "../files/user_error.ts";
import type { Dataset, ImageSet } from "./image_set.ts";

const side = 32;
const plane = side * side;

/** What tells one version of CIFAR from the other. */
export interface CifarForm {
  /** Its name in splits and results. */
  name: string;
  /** Its name in messages. */
  title: string;
  /** The official archive. */
  archive: { name: string; url: string; bytes: number; md5: string };
  /** The folder that the archive holds. */
  folder: string;
  /** The files in that folder, test images last, with how many records each holds and the official MD5. */
  files: readonly { name: string; records: number; md5: string }[];
  /** How many values each label of a record may have; the last label is the class. */
  labels: readonly number[];
  /** Class names in the order of the official numbers. */
  classes: readonly string[];
}

/** Where CIFAR comes from. */
export interface CifarOptions {
  /**
   * A folder that holds the unpacked folder (such as `cifar-10-batches-bin`), that folder itself, or one that holds the
   * official archive; without one the archive is downloaded once from the data set's own site (170 MB, MD5 checked)
   * into the cache.
   */
  dataDir?: string;
}

/**
 * Loads a version of CIFAR: 50,000 training and 10,000 test images, about 185 MB in memory.
 *
 * `source.sha256` is over the unpacked files in their order. `source.official` says whether each has the MD5 of the
 * official file: re-encoded pixels are used all the same, but a result shows it.
 *
 * @throws {UserError} if a file is missing, has the wrong size or an impossible label, if the archive is damaged, or if
 * the download fails
 */
export async function loadCifar(form: CifarForm, { dataDir }: CifarOptions): Promise<Dataset> {
  const read = dataDir === undefined ? await fromArchive(form, await fetched(form)) : await fromFolder(form, dataDir);
  const all = createHash("sha256");
  let official = true;
  const count = form.files.reduce((sum, { records }) => sum + records, 0);
  const images = new Uint8Array(count * 3 * plane);
  const labels = new Int32Array(count);
  let at = 0;
  for (const { name, records, md5 } of form.files) {
    const { path, data } = await read(name);
    decodeRecords(form, data, path, records, images.subarray(at * 3 * plane), labels.subarray(at));
    at += records;
    all.update(data);
    official &&= createHash("md5").update(data).digest("hex") === md5;
  }
  const part = (name: string, from: number, to: number): ImageSet => ({
    name,
    side,
    images: images.subarray(from * 3 * plane, to * 3 * plane),
    labels: labels.subarray(from, to),
    index: Int32Array.from({ length: to - from }, (_, i) => i),
  });
  const trainCount = count - form.files.at(-1)!.records;
  return {
    name: form.name,
    classes: form.classes,
    train: part("train", 0, trainCount),
    test: part("test", trainCount, count),
    source: { sha256: all.digest("hex"), official },
  };
}

/**
 * Decodes records, labels and three colour planes each, into labels and interleaved pixels.
 *
 * @param bytes the file, `[records, labels + 3 * 32 * 32]`
 * @param path what messages call it
 * @param records how many records it must hold
 * @param images where pixels go, `[records, 32, 32, 3]`
 * @param labels where labels go, `[records]`
 * @throws {UserError} if the size is wrong or a label is out of range
 */
export function decodeRecords(
  { title, archive, labels: ranges }: CifarForm,
  bytes: Uint8Array,
  path: string,
  records: number,
  images: Uint8Array,
  labels: Int32Array,
): void {
  const again = `unpack ${archive.name} again, or run without --data-dir to download it.`;
  const recordBytes = ranges.length + 3 * plane;
  if (bytes.length !== records * recordBytes) {
    const n = (value: number) => value.toLocaleString("en");
    throw new UserError(
      `${path}: ${n(bytes.length)} bytes, expected ${n(records * recordBytes)} (${n(records)} records of ${
        n(recordBytes)
      }). ` +
        `The file ${bytes.length < records * recordBytes ? "is cut off" : `is not one of ${title}`}: ${again}`,
    );
  }
  for (let record = 0; record < records; record++) {
    const from = record * recordBytes;
    const bad = ranges.findIndex((values, k) => bytes[from + k] >= values);
    if (bad >= 0) {
      throw new UserError(
        `${path}: record ${record} (counted from 0) has label ${bytes[from + bad]}, expected 0 to ${
          ranges[bad] - 1
        }. ` +
          `The file is damaged or not ${title}: ${again}`,
      );
    }
    labels[record] = bytes[from + ranges.length - 1];
    const to = record * 3 * plane;
    for (let c = 0; c < 3; c++) {
      const start = from + ranges.length + c * plane;
      for (let pixel = 0; pixel < plane; pixel++) images[to + 3 * pixel + c] = bytes[start + pixel];
    }
  }
}

/** Reads one file; `path` names it in messages. */
type ReadFile = (name: string) => Promise<{ path: string; data: Uint8Array }>;

async function fromFolder(form: CifarForm, dir: string): Promise<ReadFile> {
  const { title, archive } = form;
  const names = form.files.map(({ name }) => name);
  const found = await list(form, dir);
  const folder = found.includes(form.folder) ? join(dir, form.folder) : dir;
  const files = folder === dir ? found : await list(form, folder);
  const missing = names.filter((name) => !files.includes(name));
  if (missing.length === 0) {
    return async (name) => {
      const path = join(folder, name);
      return { path, data: await readBytes(path) };
    };
  }
  if (missing.length < names.length) {
    throw new UserError(
      `${folder}: ${missing.join(", ")} not there. ${title} has ${names.join(", ")}: unpack ${archive.name} again, ` +
        "or run without --data-dir to download it.",
    );
  }
  if (found.includes(archive.name)) return await fromArchive(form, join(dir, archive.name));
  throw new UserError(
    `${dir}: holds neither the files of ${form.folder} nor ${archive.name} (${title}'s binary version). ` +
      "Pass the folder that does, or run without --data-dir to download it.",
  );
}

async function list({ folder, archive }: CifarForm, dir: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(dir))).map((entry) => entry.name);
  } catch (error) {
    if (error instanceof Deno.errors.NotADirectory) {
      throw new UserError(`${dir}: is a file. Pass the folder that holds ${folder} or ${archive.name}.`);
    }
    throw fileError(error, "read", dir);
  }
}

/** Unpacks the files in memory, whatever their order in the archive. */
async function fromArchive({ folder, files }: CifarForm, path: string): Promise<ReadFile> {
  const unpacked = new Map<string, Uint8Array>();
  const wanted = (name: string) => files.some((file) => name === `${folder}/${file.name}`);
  for await (const { name, data } of readTarGz(path, wanted)) unpacked.set(basename(name), data);
  return (name) => {
    const data = unpacked.get(name);
    if (data === undefined) {
      throw new UserError(`${path}: ${folder}/${name} not in it. Delete the archive and download it again.`);
    }
    unpacked.delete(name); // each is read once
    return Promise.resolve({ path: `${path}: ${name}`, data });
  };
}

async function fetched({ title, archive: { name, url, bytes, md5 } }: CifarForm): Promise<string> {
  const path = join(await cacheFolder("datasets"), name);
  await download({ url, path, bytes, md5, label: title });
  return path;
}
