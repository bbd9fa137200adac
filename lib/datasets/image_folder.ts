/**
 * Images of one's own: a folder of folders, one a class, with JPEG and PNG images of any size, and a `classes.json` that
 * says which classes are known:
 *
 *     { "known": ["ant", "bee"], "unknown": ["elk", "fox"], "side": 64, "test": 0.2 }
 *
 * `side` (32 by default) is the side of the square that the network sees, a multiple of 8 up to 1024: of each image the middle,
 * scaled.
 * `test` (0.2 by default) is the share of each known class's images that is tested on, drawn by the seed; all images of
 * unknown classes are.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { stream } from "../engine/streams.ts";
import { fileError } from "../files/file_error.ts";
import { readBytes } from "../files/read.ts";
import { UserError } from "../files/user_error.ts";
import { decodeImages, type DecodeOptions } from "./decoded.ts";
import { IMAGE, LARGEST_SIDE, squareOf } from "./image_file.ts";
import { type Dataset, type ImageSet, select } from "./image_set.ts";
import type { Split } from "./splits.ts";

/** Where the images lie, and how they are divided. */
export interface ImageFolderOptions extends DecodeOptions {
  /** The folder with `classes.json`. */
  dataDir: string;
  /** Decides which images of known classes are tested on. */
  seed: number;
}

/** What `classes.json` says. */
interface Classes {
  known: string[];
  unknown: string[];
  side: number;
  test: number;
}

/** An image file. */
interface Entry {
  path: string;
  /** `CLASS/FILE`, the same wherever the folder lies. */
  name: string;
  label: number;
}

/** Part of the name of what is kept in the cache: another one for each change of how images are decoded and scaled. */
const DECODING = 1;

/**
 * Loads a folder of images, and the split that its `classes.json` says.
 *
 * `index` counts the images of the folder, classes in their order and files by name. `source.sha256` is over
 * `classes.json`'s content and all files; the data set is called by it, so that two folders are never taken for one.
 *
 * @throws {UserError} if the folder, `classes.json` or a class's folder is not as it must be, if a file lies there twice, or
 * if an image cannot be decoded and is not to be skipped
 */
export async function imageFolder(options: ImageFolderOptions): Promise<{ dataset: Dataset; split: Split }> {
  const { dataDir, seed } = options;
  const { known, unknown, side, test } = await classesIn(dataDir);
  const classes = [...known, ...unknown];
  const entries = (await Promise.all(classes.map((name, label) => filesOf(dataDir, name, label)))).flat();
  const sha256 = await checksum(entries, JSON.stringify({ known, unknown, side, test }));
  const name = `images ${sha256.slice(0, 8)}`;
  const { images, kept } = await decodeImages({
    ...options,
    label: dataDir,
    side,
    cached: `folder.${sha256.slice(0, 16)}.${DECODING}`,
    files: entries.map(({ path }) => path),
    decode: async (at, where) => squareOf(await readBytes(entries[at].path), where, side),
  });
  const all: ImageSet = {
    name: "all",
    side,
    images,
    labels: Int32Array.from(kept, (at) => entries[at].label),
    index: Int32Array.from(kept),
  };

  const tested = new Set<number>();
  classes.forEach((name, label) => {
    const places = [...all.labels.keys()].filter((place) => all.labels[place] === label);
    if (label >= known.length) return places.forEach((place) => tested.add(place));
    const count = Math.round(test * places.length);
    if (count === 0 || count === places.length) {
      throw new UserError(
        `${
          join(dataDir, name)
        }: ${places.length} images, of which a share of ${test} leaves training or test without any. ` +
          "Add images, or change test in classes.json.",
      );
    }
    const order = stream(seed, "image folder", label).permutation(places.length);
    for (const at of order.subarray(0, count)) tested.add(places[at]);
  });
  const places = [...all.labels.keys()];
  return {
    dataset: {
      name,
      classes,
      train: select(all, places.filter((place) => !tested.has(place)), "train"),
      test: select(all, places.filter((place) => tested.has(place)), "test"),
      source: { sha256, official: false },
    },
    split: {
      protocol: "classes.json",
      dataset: name,
      trial: 0,
      known: known.map((_, label) => label),
      unknown: unknown.map((_, k) => known.length + k),
    },
  };
}

async function classesIn(dataDir: string): Promise<Classes> {
  const path = join(dataDir, "classes.json");
  const written = await Deno.readTextFile(path).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw fileError(error, "read", path);
    throw new UserError(
      `${path}: not there. Write which classes are known: { "known": ["ant", "bee"], "unknown": ["elk"] }`,
    );
  });
  const wrong = (what: string) => new UserError(`${path}: ${what}. See docs/image-folder.md.`);
  let data: unknown;
  try {
    data = JSON.parse(written);
  } catch (error) {
    throw wrong(`not JSON (${(error as Error).message})`);
  }
  const { known, unknown, side = 32, test = 0.2, ...rest } = (data ?? {}) as Partial<Classes>;
  const names = (value: unknown): value is string[] =>
    Array.isArray(value) &&
    value.every((name) => typeof name === "string" && /^[^/\\\0]+$/.test(name) && !/^\.+$/.test(name));
  if (!names(known) || known.length < 2) throw wrong("known is no list of at least two names of folders");
  if (!names(unknown) || unknown.length < 1) throw wrong("unknown is no list of at least one name of a folder");
  const twice = [...known, ...unknown].find((name, at, all) => all.indexOf(name) < at);
  if (twice !== undefined) throw wrong(`names ${twice} twice`);
  if (!Number.isInteger(side) || side < 32 || side > LARGEST_SIDE || side % 8 !== 0) {
    throw wrong(`side is ${side}, expected a multiple of 8 from 32 to ${LARGEST_SIDE}`);
  }
  if (!(test > 0 && test < 1)) throw wrong(`test is ${test}, expected a share between 0 and 1`);
  if (Object.keys(rest).length > 0) throw wrong(`says ${Object.keys(rest).join(", ")}, which is not known`);
  return { known, unknown, side, test };
}

/** The image files of a class, by name. */
async function filesOf(dataDir: string, name: string, label: number): Promise<Entry[]> {
  const folder = join(dataDir, name);
  const found = await Array.fromAsync(Deno.readDir(folder)).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw fileError(error, "read", folder);
    throw new UserError(`${folder}: not there, but classes.json names it. Make the folder, or take the name out.`);
  });
  const entries = found.filter(({ name, isDirectory }) => !isDirectory && IMAGE.test(name))
    .map((file): Entry => ({ path: join(folder, file.name), name: `${name}/${file.name}`, label }));
  if (entries.length === 0) throw new UserError(`${folder}: holds no .jpg, .jpeg or .png. Put images there.`);
  return entries.sort((a, b) => a.name < b.name ? -1 : 1);
}

/** SHA-256 of all files; one that lies there twice would be trained on and tested on. */
async function checksum(entries: readonly Entry[], head: string): Promise<string> {
  const all = createHash("sha256").update(head);
  const seen = new Map<string, string>();
  for (const { path, name } of entries) {
    const bytes = await readBytes(path);
    const digest = createHash("sha256").update(bytes).digest("hex");
    const other = seen.get(digest);
    if (other !== undefined) throw new UserError(`${path}: the same file as ${other}. Delete one of the two.`);
    seen.set(digest, path);
    all.update(`\n${name} ${digest}`);
  }
  return all.digest("hex");
}
