/**
 * TinyImageNet (Stanford's CS231n; Le and Yang, 2015): 200 classes of ImageNet as JPEG images of 64 px, 500 of each class
 * for training and 50 to validate. The labels of its test images were never published, so the literature tests on the
 * validation images, and so does this project.
 *
 * Classes are numbered in the order of their sorted WordNet ids, as PyTorch's ImageFolder does; the lists of splits count
 * so.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { cacheFolder } from "../files/cache.ts";
import { fileDigest } from "../files/checksum.ts";
import { download } from "../files/download.ts";
import { fileError } from "../files/file_error.ts";
import { readBytes } from "../files/read.ts";
import { UserError } from "../files/user_error.ts";
import { openZip } from "../files/zip.ts";
import { decodeImages, type DecodeOptions } from "./decoded.ts";
import type { Dataset, ImageSet } from "./image_set.ts";
import { decodeJpeg } from "./jpeg.ts";

const archive = {
  name: "tiny-imagenet-200.zip",
  url: "http://cs231n.stanford.edu/tiny-imagenet-200.zip",
  bytes: 248_100_043,
  md5: "90528d7ca1a48142e341f4ef8d21d0de", // as avalanche-lib and other public loaders check it
};
const root = "tiny-imagenet-200";
const SIDE = 64;
const IMAGE = SIDE * SIDE * 3;
const CLASSES = 200;
/** Training images of a class. */
const PER_CLASS = 500;
const PUBLISHED = { validation: 10_000, each: PER_CLASS };
/** No file of the archive is as large: the largest JPEG has 14 kB, the longest text 350 kB. */
const LARGEST = 1 << 22;

/** Where TinyImageNet comes from, and how much of it is wanted. */
export interface TinyImagenetOptions extends DecodeOptions {
  /** How many validation images there must be, and how many training images of each class; as published by default. */
  counts?: { validation: number; each: number };
  /**
   * A folder that holds `tiny-imagenet-200.zip` or the unpacked folder `tiny-imagenet-200`, or that folder itself; without
   * one the archive is downloaded once from its own site (248 MB, MD5 checked) into the cache.
   */
  dataDir?: string;
  /** Numbers of the classes whose training images are loaded; all by default, which takes 1.2 GB of memory. */
  trainClasses?: readonly number[];
}

/** Files of the data set by their path below `tiny-imagenet-200`, wherever they lie. */
interface Files extends Disposable {
  /** Where, for messages. */
  where: string;
  /** Whether it is the archive that was published. */
  official: boolean;
  /** What tells these files from others, to find what was decoded from them; null where that is not known. */
  key: string | null;
  read(name: string): Promise<Uint8Array>;
  /** Names of the files in a folder. */
  list(folder: string): Promise<string[]>;
}

/**
 * Loads TinyImageNet: `train` holds the training images of the classes asked for, `test` the 10,000 validation images.
 *
 * What was decoded from an archive is kept in the cache, 12 kB an image, and read from there the next time.
 * `source.sha256` is over the classes' ids and the pixels that were loaded, test images first. `source.official` says
 * whether they came from the published archive.
 *
 * @throws {UserError} if a file is missing or damaged, if an image cannot be decoded or is not 64 px wide and high (unless
 * such are to be skipped), or if the download fails
 */
export async function tinyImagenet(options: TinyImagenetOptions = {}): Promise<Dataset> {
  const { dataDir, counts = PUBLISHED, trainClasses = Array.from({ length: CLASSES }, (_, number) => number) } =
    options;
  using files = dataDir === undefined ? await fromArchive(await fetched()) : await fromFolder(dataDir);
  const ids = (await lines(files, "wnids.txt")).sort();
  if (ids.length !== CLASSES || new Set(ids).size !== CLASSES) {
    throw new UserError(`${files.where}: wnids.txt names ${new Set(ids).size} classes, expected ${CLASSES}. ${again}`);
  }
  const words = new Map((await lines(files, "words.txt")).map((line) => line.split("\t") as [string, string]));

  const test = await part(files, "val", options, await validationImages(files, ids, counts.validation));
  const train: ImageSet[] = [];
  for (const number of trainClasses) {
    train.push(
      await part(files, `train-${ids[number]}`, options, await trainingImages(files, ids, number, counts.each)),
    );
  }
  const hash = createHash("sha256").update(ids.join("\n"));
  for (const { images } of [test, ...train]) hash.update(images);
  return {
    name: "tiny_imagenet",
    classes: ids.map((id) => words.get(id) ?? id),
    train: together(train),
    test: { ...test, name: "test" },
    source: { sha256: hash.digest("hex"), official: files.official },
  };
}

const again = `Unpack or fetch ${archive.name} again, or run without --data-dir to download it.`;

/** An image to decode: its file, its label, and its number in the official order of its part. */
interface Entry {
  file: string;
  label: number;
  index: number;
}

async function validationImages(files: Files, ids: readonly string[], count: number): Promise<Entry[]> {
  const list = await lines(files, "val/val_annotations.txt");
  if (list.length !== count) {
    throw new UserError(
      `${files.where}: val/val_annotations.txt names ${list.length} images, expected ${count}. It is cut off: ${again}`,
    );
  }
  return list.map((line) => {
    const [file, id] = line.split("\t");
    const label = ids.indexOf(id);
    const [, number] = /^val_(\d+)\.JPEG$/.exec(file) ?? [];
    if (label < 0 || number === undefined) {
      throw new UserError(`${files.where}: val/val_annotations.txt has the line "${line}". ${again}`);
    }
    return { file: `val/images/${file}`, label, index: Number(number) };
  }).sort((a, b) => a.index - b.index);
}

async function trainingImages(files: Files, ids: readonly string[], label: number, count: number): Promise<Entry[]> {
  const id = ids[label];
  if (id === undefined) throw new RangeError(`class ${label} of ${CLASSES}`);
  const folder = `train/${id}/images`;
  const found = (await files.list(folder)).filter((name) => name.endsWith(".JPEG"));
  if (found.length === 0) throw new UserError(`${files.where}: ${folder} is not there or empty. ${again}`);
  if (found.length !== count) {
    throw new UserError(`${files.where}: ${folder} holds ${found.length} images, expected ${count}. ${again}`);
  }
  return found.map((name) => {
    const [, number] = new RegExp(`^${id}_(\\d+)\\.JPEG$`).exec(name) ?? [];
    if (number === undefined) throw new UserError(`${files.where}: ${folder}/${name} is of another class. ${again}`);
    return { file: `${folder}/${name}`, label, index: label * PER_CLASS + Number(number) };
  }).sort((a, b) => a.index - b.index);
}

async function part(files: Files, name: string, options: DecodeOptions, entries: Entry[]): Promise<ImageSet> {
  const { images, kept } = await decodeImages({
    ...options,
    label: `${root}/${name}`,
    side: SIDE,
    cached: files.key && `${root}.${files.key}.${name}`,
    files: entries.map(({ file }) => `${files.where}: ${file}`),
    decode: async (at, where) => {
      const { height, width, pixels } = decodeJpeg(await files.read(entries[at].file), where);
      if (height === SIDE && width === SIDE) return pixels;
      throw new UserError(`${where}: ${width} x ${height} pixels, expected ${SIDE} x ${SIDE}. ${again}`);
    },
  });
  const of = (key: "label" | "index") => Int32Array.from(kept, (at) => entries[at][key]);
  return { name, side: SIDE, images, labels: of("label"), index: of("index") };
}

/** One set of several. */
function together(sets: readonly ImageSet[]): ImageSet {
  const count = sets.reduce((sum, { labels }) => sum + labels.length, 0);
  const all: ImageSet = {
    name: "train",
    side: SIDE,
    images: new Uint8Array(count * IMAGE),
    labels: new Int32Array(count),
    index: new Int32Array(count),
  };
  let at = 0;
  for (const { images, labels, index } of sets) {
    all.images.set(images, at * IMAGE);
    all.labels.set(labels, at);
    all.index.set(index, at);
    at += labels.length;
  }
  return all;
}

async function lines(files: Files, name: string): Promise<string[]> {
  return new TextDecoder().decode(await files.read(name)).split(/\r?\n/).filter((line) => line !== "");
}

async function fetched(): Promise<string> {
  const { name, url, bytes, md5 } = archive;
  const path = join(await cacheFolder("datasets"), name);
  await download({ url, path, bytes, md5, label: "TinyImageNet" });
  return path;
}

/** The archive, read in place. */
async function fromArchive(path: string): Promise<Files> {
  const md5 = await fileDigest(path, "md5");
  const zip = await openZip(path, LARGEST);
  return {
    where: path,
    official: md5 === archive.md5,
    key: md5.slice(0, 12),
    read: (name) => zip.read(`${root}/${name}`),
    list: (folder) => {
      const start = `${root}/${folder}/`;
      return Promise.resolve(
        [...zip.names].filter((name) => name.startsWith(start)).map((name) => name.slice(start.length)),
      );
    },
    [Symbol.dispose]: () => zip[Symbol.dispose](),
  };
}

async function fromFolder(dir: string): Promise<Files> {
  const found = await namesIn(dir);
  const folder = found.includes(root) ? join(dir, root) : dir;
  if (found.includes("wnids.txt") || found.includes(root)) {
    return {
      where: folder,
      official: false, // its files could be checked one by one only
      key: null,
      read: (name) => readBytes(join(folder, name)),
      list: (name) => namesIn(join(folder, name)),
      [Symbol.dispose]: () => {},
    };
  }
  if (found.includes(archive.name)) return await fromArchive(join(dir, archive.name));
  throw new UserError(
    `${dir}: holds neither ${archive.name} nor ${root}. Pass the folder that does, or run without --data-dir to ` +
      "download it.",
  );
}

async function namesIn(dir: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(dir))).map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotADirectory) {
      throw new UserError(`${dir}: is a file. Pass the folder that holds ${archive.name} or ${root}.`);
    }
    throw fileError(error, "read", dir);
  }
}
