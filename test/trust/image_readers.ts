/** Readers of images and data sets. */
import { join } from "node:path";
import { crc32, deflateSync, gzipSync } from "node:zlib";
import { type CifarForm, decodeRecords } from "../../lib/datasets/cifar_binary.ts";
import { squareOf } from "../../lib/datasets/image_file.ts";
import { imageFolder } from "../../lib/datasets/image_folder.ts";
import { checkDataset, type Dataset, type ImageSet } from "../../lib/datasets/image_set.ts";
import { decodeJpeg } from "../../lib/datasets/jpeg.ts";
import { decodeMnist, mnist } from "../../lib/datasets/mnist.ts";
import { decodeSvhn } from "../../lib/datasets/svhn.ts";
import { tinyImagenet } from "../../lib/datasets/tiny_imagenet.ts";
import { decodeMat } from "../../lib/files/mat.ts";
import { png, writePictures } from "../datasets/pictures.ts";
import { fixture } from "../files/arrays_by_hand.ts";
import { anything, joined, placed, type Reader, unchanged } from "./reader.ts";

const picture = (name: string) => Deno.readFile(new URL(`../datasets/fixtures/${name}`, import.meta.url));
const text = (words: string) => new TextEncoder().encode(words);

const RECORDS = 3;
const small: CifarForm = {
  name: "small",
  title: "Small",
  archive: { name: "small.tar.gz", url: "", bytes: 0, md5: "" },
  folder: "small",
  files: [],
  labels: [20, 100],
  classes: [],
};

/** Whether a set has as many images as labels, of ten classes. */
function soundSet(found: unknown): string | null {
  const set = found as ImageSet;
  const source = { sha256: "0".repeat(64), official: false };
  const classes = Array.from({ length: 10 }, (_, k) => String(k));
  return soundData({ name: "a", classes, train: set, test: set, source });
}

function soundData(found: unknown): string | null {
  try {
    checkDataset(found as Dataset);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** An IDX file of bytes. */
function idx(magic: number, sizes: number[], data: Uint8Array): Uint8Array {
  const head = new DataView(new ArrayBuffer(4 + 4 * sizes.length));
  [magic, ...sizes].forEach((value, k) => head.setUint32(4 * k, value));
  return joined([new Uint8Array(head.buffer), data]);
}

const digits = {
  images: idx(0x0803, [RECORDS, 28, 28], new Uint8Array(RECORDS * 28 * 28).map((_, i) => i)),
  labels: idx(0x0801, [RECORDS], Uint8Array.of(3, 1, 9)),
};

/** A PNG file whose chunks are these, with sound checksums. */
function pngOf(head: Uint8Array, pixels: Uint8Array): Uint8Array {
  const chunk = (type: string, data: Uint8Array) => {
    const body = joined([text(type), data]), numbers = new DataView(new ArrayBuffer(8));
    numbers.setUint32(0, data.length);
    numbers.setUint32(4, crc32(body));
    return joined([new Uint8Array(numbers.buffer, 0, 4), body, new Uint8Array(numbers.buffer, 4)]);
  };
  const mark = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  return joined([mark, chunk("IHDR", head), chunk("IDAT", deflateSync(pixels)), chunk("IEND", new Uint8Array())]);
}

/** A MATLAB file of one compressed element. */
function matOf(start: Uint8Array, element: Uint8Array): Uint8Array {
  const packed = new Uint8Array(deflateSync(element)), tag = new DataView(new ArrayBuffer(8));
  tag.setUint32(0, 15, true);
  tag.setUint32(4, packed.length, true);
  return joined([start, new Uint8Array(tag.buffer), packed]);
}

/** TinyImageNet's layout with three validation images. */
async function tinyFolder(folder: string): Promise<{ ids: string; annotations: string }> {
  const ids = Array.from({ length: 200 }, (_, k) => `n${1000 + k}`);
  const images = join(folder, "val", "images");
  await Deno.mkdir(images, { recursive: true });
  for (const k of [0, 1, 2]) await Deno.writeFile(join(images, `val_${k}.JPEG`), await picture("grey.JPEG"));
  await Deno.writeTextFile(join(folder, "words.txt"), "n1000\tname\n");
  return {
    ids: ids.join("\n") + "\n",
    annotations: [0, 1, 2].map((k) => `val_${k}.JPEG\t${ids[7 * k]}\t0\t0\t63\t63\n`).join(""),
  };
}

/** Reads the folder with one of its lists replaced. */
function tinyList(name: string, list: "ids" | "annotations"): Reader {
  return {
    name: `TinyImageNet's ${name}`,
    async samples(folder) {
      const lists = await tinyFolder(folder);
      await Deno.writeTextFile(join(folder, "wnids.txt"), lists.ids);
      await Deno.writeTextFile(join(folder, "val", "val_annotations.txt"), lists.annotations);
      return [text(lists[list])];
    },
    async read(bytes, folder) {
      await placed(bytes, join(folder, name));
      return await tinyImagenet({ dataDir: folder, counts: { validation: 3, each: 2 }, trainClasses: [], threads: 1 });
    },
    accepts: soundData,
  };
}

/** The readers. */
export const imageReaders: readonly Reader[] = [
  {
    name: "CIFAR's records",
    samples: () => Promise.resolve([new Uint8Array(RECORDS * 3074).map((_, i) => i % 3074 < 2 ? i % 20 : i)]),
    read(bytes) {
      const images = new Uint8Array(RECORDS * 3072), labels = new Int32Array(RECORDS);
      decodeRecords(small, bytes, "a.bin", RECORDS, images, labels);
      return { side: 32, name: "a", images, labels, index: labels };
    },
    accepts: (found) => (found as ImageSet).labels.every((label) => label < 100) ? null : "a label is out of range",
  },
  {
    name: "SVHN's MATLAB file, packed",
    samples: async () => [await fixture("scipy_svhn.mat")],
    read: (bytes) => decodeSvhn(bytes, "a.mat", "a"),
    accepts: unchanged,
  },
  {
    name: "SVHN's MATLAB file, plain",
    samples: async () => [await fixture("scipy_svhn_plain.mat")],
    read: (bytes) => decodeSvhn(bytes, "a.mat", "a"),
    accepts: soundSet,
  },
  {
    name: "MATLAB arrays",
    samples: () => Promise.all(["numbers", "struct", "complex", "v4"].map((name) => fixture(`scipy_${name}.mat`))),
    read: (bytes) => decodeMat(bytes, "a.mat", 1 << 20),
    accepts: anything,
  },
  {
    name: "MATLAB arrays with damage under a sound checksum",
    samples: async () => [(await fixture("scipy_svhn_plain.mat")).subarray(128)],
    read: async (bytes) =>
      decodeMat(matOf((await fixture("scipy_svhn_plain.mat")).subarray(0, 128), bytes), "a.mat", 1 << 20),
    accepts: anything,
  },
  {
    name: "MNIST's IDX images",
    samples: () => Promise.resolve([digits.images]),
    read: (bytes) => decodeMnist("a", { path: "images", data: bytes }, { path: "labels", data: digits.labels }),
    accepts: soundSet,
  },
  {
    name: "MNIST's IDX labels",
    samples: () => Promise.resolve([digits.labels]),
    read: (bytes) => decodeMnist("a", { path: "images", data: digits.images }, { path: "labels", data: bytes }),
    accepts: soundSet,
  },
  {
    name: "MNIST's gzip files",
    async samples(folder) {
      for (const name of ["train-images-idx3-ubyte", "t10k-images-idx3-ubyte"]) {
        await Deno.writeFile(join(folder, `${name}.gz`), gzipSync(digits.images));
        await Deno.writeFile(join(folder, `${name.replace("images-idx3", "labels-idx1")}.gz`), gzipSync(digits.labels));
      }
      return [gzipSync(digits.images)];
    },
    read: async (bytes, folder) => {
      await placed(bytes, join(folder, "t10k-images-idx3-ubyte.gz"));
      return await mnist({ dataDir: folder });
    },
    accepts: unchanged,
  },
  {
    name: "JPEG",
    samples: () => Promise.all(["colours.JPEG", "grey.JPEG", "small.JPEG"].map(picture)),
    read: (bytes) => decodeJpeg(bytes, "a.jpg"),
    accepts(found) {
      const { height, width, pixels } = found as ReturnType<typeof decodeJpeg>;
      return pixels.length === 3 * height * width ? null : `${pixels.length} values for ${width} x ${height}`;
    },
  },
  {
    name: "PNG",
    samples: () => Promise.resolve([png(40, 36, (x, y) => [x, y, x * y]), png(33, 33, () => [9, 9, 9])]),
    read: (bytes) => squareOf(bytes, "a.png", 32),
    accepts: unchanged,
  },
  {
    name: "PNG with damage under sound checksums",
    samples: () => {
      const head = Uint8Array.of(0, 0, 0, 40, 0, 0, 0, 36, 8, 2, 0, 0, 0);
      return Promise.resolve([joined([head, new Uint8Array(36 * (1 + 3 * 40)).map((_, i) => i % 121 === 0 ? 0 : i)])]);
    },
    read: (bytes) => squareOf(pngOf(bytes.subarray(0, 13), bytes.subarray(13)), "a.png", 32),
    accepts: (found) => (found as Uint8Array).length === 32 * 32 * 3 ? null : "not the pixels of a square",
  },
  {
    name: "classes.json of an image folder",
    json: true,
    async samples(folder) {
      await writePictures(folder, ["ant", "bee", "elk"], 4);
      const says = { known: ["ant", "bee"], unknown: ["elk"], side: 32, test: 0.25 };
      return [text(JSON.stringify(says))];
    },
    async read(bytes, folder) {
      await placed(bytes, join(folder, "classes.json"));
      return (await imageFolder({ dataDir: folder, seed: 0, threads: 1 })).dataset;
    },
    accepts: soundData,
  },
  {
    name: "an image of an image folder",
    async samples(folder) {
      await writePictures(folder, ["ant", "bee", "elk"], 4);
      await Deno.writeTextFile(
        join(folder, "classes.json"),
        JSON.stringify({ known: ["ant", "bee"], unknown: ["elk"], test: 0.25 }),
      );
      return [await Deno.readFile(join(folder, "ant", "0.png"))];
    },
    async read(bytes, folder) {
      await placed(bytes, join(folder, "ant", "0.png"));
      return (await imageFolder({ dataDir: folder, seed: 0, threads: 1 })).dataset;
    },
    accepts: soundData,
  },
  tinyList("wnids.txt", "ids"),
  tinyList("val/val_annotations.txt", "annotations"),
];
