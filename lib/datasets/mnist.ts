/**
 * MNIST, handwritten digits (LeCun, Cortes and Burges, 1998; http://yann.lecun.com/exdb/mnist/): 60,000 training and 10,000
 * test images in IDX files, gzipped. Big-endian: 0x00000803, images, rows, columns, bytes; 0x00000801, labels, bytes.
 *
 * No table of the paper has it; it is small enough to try things on. Images of 28 px get two black pixels on each side, so
 * that all backbones take them (ARPL's code enlarges them instead), and three equal channels.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { cacheFolder } from "../files/cache.ts";
import { download } from "../files/download.ts";
import { fileError } from "../files/file_error.ts";
import { UserError } from "../files/user_error.ts";
import type { Dataset, ImageSet } from "./image_set.ts";

/** The mirror that torchvision uses too: the original site answers no more. MD5 as published there. */
const site = "https://ossci-datasets.s3.amazonaws.com/mnist";
const parts = {
  train: { images: "train-images-idx3-ubyte", labels: "train-labels-idx1-ubyte" },
  test: { images: "t10k-images-idx3-ubyte", labels: "t10k-labels-idx1-ubyte" },
};
const published: Record<string, string> = {
  "train-images-idx3-ubyte": "f68b3c2dcbeaaa9fbdd348bbdeb94873",
  "train-labels-idx1-ubyte": "d53e105ee54ea40749a09fcbcd1e9432",
  "t10k-images-idx3-ubyte": "9fb629c4189551a2d022fa330f9573f3",
  "t10k-labels-idx1-ubyte": "ec29112dd5afa0611ce80d1b7f02629c",
};
const FILE_SIDE = 28;
const SIDE = 32;
/** The largest file has 47 MB unpacked. */
const LARGEST = 1 << 26;

/** Where MNIST comes from. */
export interface MnistOptions {
  /**
   * The folder of the four files, `train-images-idx3-ubyte.gz` and so on, gzipped or not; without one they are downloaded
   * once (12 MB, MD5 checked) into the cache.
   */
  dataDir?: string;
}

/**
 * Loads MNIST, about 215 MB in memory; class numbers are the digits.
 *
 * `source.sha256` is over the unpacked files: training images and labels, test images and labels. `source.official` says
 * whether each lay there gzipped with the published MD5.
 *
 * @throws {UserError} if a file is missing, damaged or of another form, or the download fails
 */
export async function mnist({ dataDir }: MnistOptions = {}): Promise<Dataset> {
  const hash = createHash("sha256");
  let official = true;
  const file = async (name: string) => {
    const { path, data, md5 } = await unpacked(name, dataDir);
    official &&= md5 === published[name];
    hash.update(data);
    return { path, data };
  };
  const part = async (name: keyof typeof parts): Promise<ImageSet> => {
    const [images, labels] = [await file(parts[name].images), await file(parts[name].labels)];
    return decodeMnist(name, images, labels);
  };
  const [train, test] = [await part("train"), await part("test")];
  return {
    name: "mnist",
    classes: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
    train,
    test,
    source: { sha256: hash.digest("hex"), official },
  };
}

/** A file's content, and what messages call it. */
export interface IdxFile {
  /** Where it lies. */
  path: string;
  /** What it holds, unpacked. */
  data: Uint8Array;
}

/**
 * Decodes images and labels.
 *
 * @param name of the part
 * @throws {UserError} if they are not IDX files of 28 px images and labels 0 to 9, as many of each
 */
export function decodeMnist(name: string, images: IdxFile, labels: IdxFile): ImageSet {
  const [count, rows, columns] = header(images, 0x0803, 3);
  const [labelled] = header(labels, 0x0801, 1);
  const damaged = ({ path }: IdxFile, what: string) => new UserError(`${path}: ${what}. Get the file again.`);
  if (rows !== FILE_SIDE || columns !== FILE_SIDE) {
    throw damaged(images, `images of ${columns} x ${rows} pixels, expected 28 x 28`);
  }
  if (labelled !== count) throw damaged(labels, `${labelled} labels for ${count} images`);
  const digits = labels.data.subarray(8);
  const bad = digits.findIndex((digit) => digit > 9);
  if (bad >= 0) throw damaged(labels, `label ${bad} (counted from 0) is ${digits[bad]}, expected 0 to 9`);

  const pixels = new Uint8Array(count * SIDE * SIDE * 3);
  const margin = (SIDE - FILE_SIDE) / 2;
  let from = 16;
  for (let image = 0; image < count; image++) {
    for (let row = 0; row < FILE_SIDE; row++) {
      let to = ((image * SIDE + row + margin) * SIDE + margin) * 3;
      for (let column = 0; column < FILE_SIDE; column++, from++, to += 3) pixels.fill(images.data[from], to, to + 3);
    }
  }
  return {
    name,
    side: SIDE,
    images: pixels,
    labels: Int32Array.from(digits),
    index: Int32Array.from({ length: count }, (_, i) => i),
  };
}

/** The sizes that an IDX file of bytes states, checked against its length. */
function header({ path, data }: IdxFile, magic: number, axes: number): number[] {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const found = data.length >= 4 ? view.getUint32(0) : undefined;
  if (found !== magic) {
    const hex = (value: number) => `0x${value.toString(16).padStart(8, "0")}`;
    throw new UserError(
      `${path}: begins with ${found === undefined ? "nothing" : hex(found)}, expected ${
        hex(magic)
      }. It is no IDX file of ` +
        `${axes === 3 ? "images" : "labels"}: get MNIST again, or run without --data-dir to download it.`,
    );
  }
  const sizes = Array.from({ length: axes }, (_, k) => data.length >= 8 + 4 * k ? view.getUint32(4 + 4 * k) : NaN);
  const bytes = 4 + 4 * axes + sizes.reduce((product, n) => product * n, 1);
  if (data.length !== bytes) {
    const n = (value: number) => value.toLocaleString("en");
    throw new UserError(
      `${path}: ${n(data.length)} bytes, expected ${n(bytes)} for [${sizes.join(", ")}]. The file is ` +
        `${data.length < bytes ? "cut off" : "damaged"}: get MNIST again, or run without --data-dir to download it.`,
    );
  }
  return sizes;
}

async function unpacked(name: string, dataDir?: string): Promise<IdxFile & { md5: string }> {
  const path = join(dataDir ?? await cacheFolder("datasets"), `${name}.gz`);
  if (dataDir === undefined) {
    await download({ url: `${site}/${name}.gz`, path, md5: published[name], label: `MNIST, ${name}` });
  }
  const packed = await Deno.readFile(path).catch(async (error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw fileError(error, "read", path);
    const plain = path.slice(0, -3);
    return { plain, data: await Deno.readFile(plain).catch(() => Promise.reject(fileError(error, "read", path))) };
  });
  if (!(packed instanceof Uint8Array)) return { path: packed.plain, data: packed.data, md5: "" };
  const md5 = createHash("md5").update(packed).digest("hex");
  try {
    const { buffer, byteOffset, length } = gunzipSync(packed, { maxOutputLength: LARGEST });
    return { path, data: new Uint8Array(buffer, byteOffset, length), md5 };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`${path}: cannot be unpacked (${reason}). Delete the file and get it again.`);
  }
}
