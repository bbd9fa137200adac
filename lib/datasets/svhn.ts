/**
 * SVHN, cropped digits (Netzer et al., 2011; http://ufldl.stanford.edu/housenumbers/): 73,257 training and 26,032 test
 * images of house numbers, 32 px, in two MATLAB files. X is `[32, 32, 3, n]`; y is `[n, 1]` and calls the digit 0 "10".
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { cacheFolder } from "../files/cache.ts";
import { download } from "../files/download.ts";
import { decodeMat } from "../files/mat.ts";
import { readBytes } from "../files/read.ts";
import { UserError } from "../files/user_error.ts";
import type { Dataset, ImageSet } from "./image_set.ts";

const site = "http://ufldl.stanford.edu/housenumbers";
/** Sizes and MD5 as public loaders check them, torchvision among them. */
const files = [
  { name: "train_32x32.mat", bytes: 182_040_794, md5: "e26dedcc434d2e4c54c9b2d4a06d8373" },
  { name: "test_32x32.mat", bytes: 64_275_384, md5: "eb5a983be6a315427106f1b164d9cef3" },
];
const SIDE = 32;
const PLANE = SIDE * SIDE;
/** No array has more bytes: the training images have 225 million. */
const LARGEST = 1 << 29;

/** Where SVHN comes from. */
export interface SvhnOptions {
  /**
   * The folder that holds `train_32x32.mat` and `test_32x32.mat`; without one they are downloaded once from the data set's
   * own site (246 MB, MD5 checked) into the cache.
   */
  dataDir?: string;
}

/**
 * Loads SVHN, about 310 MB in memory; class numbers are the digits.
 *
 * `source.sha256` is over the two files, training first; `source.official` says whether both have the published MD5.
 *
 * @throws {UserError} if a file is missing, damaged, of another form, or the download fails
 */
export async function svhn({ dataDir }: SvhnOptions = {}): Promise<Dataset> {
  const all = createHash("sha256");
  let official = true;
  const parts: ImageSet[] = [];
  for (const [k, { name, bytes, md5 }] of files.entries()) {
    const path = join(dataDir ?? await cacheFolder("datasets"), name);
    if (dataDir === undefined) await download({ url: `${site}/${name}`, path, bytes, md5, label: `SVHN, ${name}` });
    const data = await readBytes(path);
    all.update(data);
    official &&= createHash("md5").update(data).digest("hex") === md5;
    parts.push(decodeSvhn(data, path, k === 0 ? "train" : "test"));
  }
  const [train, test] = parts;
  return {
    name: "svhn",
    classes: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
    train,
    test,
    source: { sha256: all.digest("hex"), official },
  };
}

/**
 * Decodes one of the two files.
 *
 * @param path what messages call it
 * @param name of the part
 * @throws {UserError} if it does not hold X and y of the form above
 */
export function decodeSvhn(bytes: Uint8Array, path: string, name: string): ImageSet {
  const arrays = decodeMat(bytes, path, LARGEST);
  const [x, y] = [arrays.get("X"), arrays.get("y")];
  const other = (what: string) =>
    new UserError(
      `${path}: ${what}. Pass the folder of SVHN's cropped digits, or run without --data-dir to download it.`,
    );
  if (x === undefined || y === undefined) throw other(`holds ${[...arrays.keys()].join(", ")}, expected X and y`);
  const n = y.data.length;
  if (!(x.data instanceof Uint8Array) || x.shape.join() !== [SIDE, SIDE, 3, n].join()) {
    throw other(`X is [${x.shape.join(", ")}], expected bytes [${SIDE}, ${SIDE}, 3, ${n}] for ${n} labels`);
  }
  const bad = y.data.findIndex((label) => !Number.isInteger(label) || label < 1 || label > 10);
  if (bad >= 0) throw other(`label ${bad} (counted from 0) is ${y.data[bad]}, expected 1 to 10`);
  const images = new Uint8Array(x.data.length);
  for (let image = 0; image < n; image++) {
    for (let channel = 0; channel < 3; channel++) {
      const from = (image * 3 + channel) * PLANE; // a plane by columns
      for (let row = 0; row < SIDE; row++) {
        let to = (image * PLANE + row * SIDE) * 3 + channel;
        for (let column = 0; column < SIDE; column++, to += 3) images[to] = x.data[from + column * SIDE + row];
      }
    }
  }
  return {
    name,
    side: SIDE,
    images,
    labels: Int32Array.from(y.data, (label) => label % 10),
    index: Int32Array.from({ length: n }, (_, i) => i),
  };
}
